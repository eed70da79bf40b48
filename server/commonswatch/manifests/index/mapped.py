"""The blocks of an index as they lie in memory, for much at once: the file is mapped, not read."""

import contextlib
import mmap
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


class Mapped:
    """Whatever is read has passed its checksum: NotAnIndex else."""

    def __init__(self, handle: int, header: Header) -> None:
        self._header, self._widths = header, header.widths
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
        if kernel is None:
            return self._found(digests)
        asked = native.Asked(self._bytes, header.directory, self._widths.of_each, header.seed)
        try:
            return native.find(kernel, asked, digests)
        except native.Damaged as damage:
            raise NotAnIndex(DIRECTORY_DAMAGED if damage.is_directory else blocks.DAMAGED) from None

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
