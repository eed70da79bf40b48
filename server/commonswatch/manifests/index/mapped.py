"""The blocks of an index as they lie in memory, for much at once: the file is mapped, not read."""

import contextlib
import mmap
import os
import zlib

import numpy as np
import numpy.typing as npt

from commonswatch.manifests.index import blocks
from commonswatch.manifests.index.blocks import Places
from commonswatch.manifests.index.entries import Numbers
from commonswatch.manifests.index.layout import CHECK, GROUP, GROUP_BITS, HEADER_BYTES, PASSED, Header, NotAnIndex
from commonswatch.native import entries as native

DIRECTORY_DAMAGED = "The directory of this key index is damaged."
_AT_ONCE = 4096  # digests that the twin looks up together
_SAMPLED = 16  # blocks: when they are in memory, all are taken to be


class Mapped:
    """Whatever is read has passed its checksum: NotAnIndex else."""

    def __init__(self, handle: int, header: Header) -> None:
        self._handle, self._header, self._widths = handle, header, header.widths
        self._bytes = mmap.mmap(handle, header.length, access=mmap.ACCESS_READ)
        if hasattr(mmap, "MADV_RANDOM"):
            self._bytes.madvise(mmap.MADV_RANDOM)
        self._directory = np.frombuffer(self._bytes, "<u8", header.widths.groups + 1, header.directory)

    def close(self) -> None:
        """Let go of the file."""
        del self._directory
        with contextlib.suppress(BufferError):  # an answer still points into it: it goes with that
            self._bytes.close()

    def check_directory(self) -> None:
        """NotAnIndex unless it is as it was written."""
        if zlib.crc32(self._bytes[self._header.directory :]) != self._header.directory_check:
            raise NotAnIndex(DIRECTORY_DAMAGED)

    def entries(self, first: int, last: int) -> tuple[Numbers, Numbers]:
        """Digests and rows of the blocks ``first`` to ``last`` (not included)."""
        return blocks.decode(self._widths, first, self._blocks(np.arange(first, last)))

    def find(self, digests: Numbers) -> tuple[Places, Numbers]:
        """For digests in order: pairs of a place in ``digests`` and a row."""
        kernel, header = native.kernel(), self._header
        self._fetch(digests)
        if kernel is None:
            return self._found(digests)
        asked = native.Asked(self._bytes, header.directory, self._widths.of_each, header.seed)
        try:
            return native.find(kernel, asked, digests)
        except native.Damaged as damage:
            raise NotAnIndex(DIRECTORY_DAMAGED if damage.is_directory else blocks.DAMAGED) from None

    def _fetch(self, digests: Numbers) -> None:
        """Have the disk read all blocks that will be asked at once, not one after the other, if they are not there."""
        if not hasattr(os, "posix_fadvise") or not len(digests):
            return
        groups = np.unique((digests >> blocks.number(64 - self._widths.bucket_bits + GROUP_BITS)).astype(np.int64))
        some, directory = groups[:: 1 + len(groups) // _SAMPLED], self._header.directory
        if not self._are_in_memory(directory + 8 * some):
            self._will_need(directory + 8 * groups[:1], directory + 8 * groups[-1:] + 16)
        if not self._are_in_memory(self._directory[some]):
            self._will_need(self._directory[groups], self._directory[groups + 1])

    def _are_in_memory(self, places: npt.NDArray[np.integer]) -> bool:
        return all(map(self._is_in_memory, places.tolist()))

    def _is_in_memory(self, place: int) -> bool:
        try:
            return os.preadv(self._handle, [bytearray(1)], place, os.RWF_NOWAIT) == 1
        except (OSError, OverflowError):  # it would have to be waited for, or is no place at all
            return False

    def _will_need(self, starts: npt.NDArray[np.integer], ends: npt.NDArray[np.integer]) -> None:
        inside = (starts < ends) & (ends <= self._header.length)
        for start, end in zip(starts[inside].tolist(), ends[inside].tolist(), strict=True):
            os.posix_fadvise(self._handle, start, end - start, os.POSIX_FADV_WILLNEED)

    def _blocks(self, groups: Places) -> list[bytes]:
        starts, ends = self._directory[groups], self._directory[groups + 1]
        if (starts < HEADER_BYTES).any() or (ends <= starts + CHECK).any() or (ends > self._header.directory).any():
            raise NotAnIndex(DIRECTORY_DAMAGED)
        read = [self._bytes[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        seeds = (groups ^ self._header.seed).tolist()
        if any(zlib.crc32(block, seed) != PASSED for block, seed in zip(read, seeds, strict=True)):
            raise NotAnIndex(blocks.DAMAGED)
        return read

    def _found(self, digests: Numbers) -> tuple[Places, Numbers]:
        """The twin of ``find``."""
        found = [self._some(digests[at : at + _AT_ONCE]) for at in range(0, len(digests), _AT_ONCE)]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.uint64)
        places = np.concatenate([places + at * _AT_ONCE for at, (places, _) in enumerate(found)])
        return places, np.concatenate([rows for _, rows in found])

    def _some(self, digests: Numbers) -> tuple[Places, Numbers]:
        widths = self._widths
        buckets = digests >> blocks.number(64 - widths.bucket_bits)
        groups, line = np.unique((buckets >> blocks.number(GROUP_BITS)).astype(np.int64), return_inverse=True)
        read = self._blocks(groups)
        sizes = np.array([len(block) for block in read], np.int64)
        counts = blocks.count_entries(widths, sizes)
        lengths = blocks.bitmap_bytes(counts)
        bitmaps = [block[:length] for block, length in zip(read, lengths.tolist(), strict=True)]
        first, end = blocks.Zeros(bitmaps, counts).bounds(line, (buckets & blocks.number(GROUP - 1)).astype(np.int64))
        which = np.repeat(np.arange(len(digests)), end - first)
        entry = np.arange(len(which)) - np.repeat(np.cumsum(end - first) - end, end - first)
        starts = np.cumsum(sizes) - sizes + lengths
        places = starts[line[which]] + entry * widths.entry_bytes
        flat: npt.NDArray[np.uint8] = np.frombuffer(b"".join(read), np.uint8)
        low, rows = blocks.unpacked(widths, flat[places[:, None] + np.arange(widths.entry_bytes)])
        wanted = digests << blocks.number(widths.bucket_bits) >> blocks.number(64 - widths.low_bits)
        kept = low == wanted[which]
        return which[kept], rows[kept]
