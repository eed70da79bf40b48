"""A key index as it is asked: one digest, many at once, or all in order. The file is mapped, not read."""

import contextlib
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from commonswatch.manifests.index import blocks
from commonswatch.manifests.index.blocks import Places
from commonswatch.manifests.index.entries import Entries, Numbers, pairs
from commonswatch.manifests.index.layout import CHECK, GROUP, GROUP_BITS, HEADER_BYTES, PASSED, Header, NotAnIndex

_AT_ONCE = 4096  # digests that are looked up together
_GROUPS_AT_ONCE = 4096
_DIRECTORY_DAMAGED = "The directory of this key index is damaged."


class KeyIndex:
    """An open index. Each look-up checks the blocks it reads: NotAnIndex instead of an answer from a damaged one."""

    def __init__(self, mapped: mmap.mmap, header: Header) -> None:
        self._mapped, self._header = mapped, header
        self._widths, self._seed = header.widths, header.seed
        self._directory = np.frombuffer(mapped, "<u8", header.widths.groups + 1, header.directory)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The index at ``path``; NotAnIndex when it is none, is cut off or has a damaged header."""
        with path.open("rb") as file:
            length = file.seek(0, 2)
            file.seek(0)
            header = Header.read(file.read(HEADER_BYTES), length)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if hasattr(mmap, "MADV_RANDOM"):
            mapped.madvise(mmap.MADV_RANDOM)
        return cls(mapped, header)

    def close(self) -> None:
        """Let go of the file."""
        del self._directory
        with contextlib.suppress(BufferError):  # an answer still points into it: it goes with that
            self._mapped.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def rows(self) -> int:
        """How many rows the manifest had."""
        return self._header.rows

    @property
    def entries(self) -> int:
        """How many pairs of digest and row there are."""
        return self._header.entries

    @property
    def digest_bits(self) -> int:
        """How many leading bits of each digest are kept."""
        return self._widths.digest_bits

    @property
    def secret_id(self) -> bytes:
        """Which secret the digests were made with."""
        return self._header.secret_id

    @property
    def guessed(self) -> bool:
        """Whether its keys were read from file names alone, which may mean other works, too."""
        return self._header.guessed

    @property
    def chance(self) -> float:
        """How likely a digest that never stood in the manifest is found all the same."""
        return float(self.entries) / 2.0**self.digest_bits

    def rows_of(self, digest: int) -> list[int]:
        """The rows in which this digest stood, the first 4,096 in order; empty when in none."""
        widths = self._widths
        bucket = digest >> (64 - widths.bucket_bits)
        block = self._block(bucket >> GROUP_BITS)
        width = widths.entry_bytes
        count = (8 * (len(block) - CHECK - GROUP // 8)) // (8 * width + 1)
        length = GROUP // 8 + (count + 7) // 8
        before, end = _around(int.from_bytes(block[:length], "little"), bucket & (GROUP - 1))
        if end > count:
            raise NotAnIndex(blocks.DAMAGED)
        low = digest >> (64 - widths.digest_bits) & (1 << widths.low_bits) - 1
        places = range(length + before * width, length + end * width, width)
        found = (int.from_bytes(block[place : place + width], "little") for place in places)
        return [whole & (1 << widths.row_bits) - 1 for whole in found if whole >> widths.row_bits == low]

    def rows_of_many(self, digests: npt.ArrayLike) -> dict[int, list[int]]:
        """The rows of each of many digests that is found; much faster than one by one."""
        wanted = np.unique(np.asarray(digests, np.uint64))
        places, rows = self.pairs_of_many(wanted)
        found: dict[int, list[int]] = {}
        for digest, row in zip(wanted[places].tolist(), rows.tolist(), strict=True):
            found.setdefault(digest, []).append(row)
        return found

    def pairs_of_many(self, digests: Numbers) -> tuple[Places, Numbers]:
        """For many digests at once: pairs of a place in ``digests`` and a row."""
        digests = np.asarray(digests, np.uint64)
        order = np.argsort(digests)
        found = [self._some(digests[order[at : at + _AT_ONCE]]) for at in range(0, len(order), _AT_ONCE)]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.uint64)
        which = np.concatenate([places + at * _AT_ONCE for at, (places, _) in enumerate(found)])
        return order[which], np.concatenate([rows for _, rows in found])

    def verify(self) -> None:
        """Read the whole file; NotAnIndex when anything in it is damaged."""
        header = self._header
        if zlib.crc32(self._mapped[header.directory : header.length]) != header.directory_check:
            raise NotAnIndex(_DIRECTORY_DAMAGED)
        entries = sum(
            len(self._groups(first, min(first + _GROUPS_AT_ONCE, self._widths.groups))[0])
            for first in range(0, self._widths.groups, _GROUPS_AT_ONCE)
        )
        if entries != header.entries:
            raise NotAnIndex("This key index does not hold as many entries as it says.")

    def as_part(self, first_row: int = 0) -> "IndexPart":
        """This index as something to merge; ``first_row`` is added to each row number."""
        return IndexPart(self, first_row)

    def span(self, number: int, bits: int) -> tuple[Numbers, Numbers]:
        """All entries whose digests begin with these bits (``number``, so many ``bits``), in order."""
        spare = self._widths.bucket_bits - GROUP_BITS - bits
        if spare >= 0:
            return self._groups(number << spare, (number + 1) << spare)
        digests, rows = self._groups(number >> -spare, (number >> -spare) + 1)
        inside = digests >> blocks.number(64 - bits) == number
        return digests[inside], rows[inside]

    def _block(self, group: int) -> bytes:
        """One block that has passed its checksum."""
        start, end = int(self._directory[group]), int(self._directory[group + 1])
        if not HEADER_BYTES <= start < end - CHECK < self._header.directory:
            raise NotAnIndex(_DIRECTORY_DAMAGED)
        block = self._mapped[start:end]
        if zlib.crc32(block, self._seed ^ group) != PASSED:
            raise NotAnIndex(blocks.DAMAGED)
        return block

    def _blocks(self, groups: npt.NDArray[np.int64]) -> list[bytes]:
        """These blocks; each has passed its checksum."""
        mapped = self._mapped
        starts, ends = self._directory[groups], self._directory[groups + 1]
        if (starts < HEADER_BYTES).any() or (ends <= starts + CHECK).any() or (ends > self._header.directory).any():
            raise NotAnIndex(_DIRECTORY_DAMAGED)
        read = [mapped[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        seeds = (groups ^ self._seed).tolist()
        if any(zlib.crc32(block, seed) != PASSED for block, seed in zip(read, seeds, strict=True)):
            raise NotAnIndex(blocks.DAMAGED)
        return read

    def _groups(self, first: int, last: int) -> tuple[Numbers, Numbers]:
        """Digests and rows of consecutive groups."""
        return blocks.decode(self._widths, first, self._blocks(np.arange(first, last)))

    def _some(self, digests: Numbers) -> tuple[Places, Numbers]:
        """Pairs of place and row for a few thousand sorted digests."""
        widths = self._widths
        buckets = digests >> blocks.number(64 - widths.bucket_bits)
        groups, line = np.unique((buckets >> blocks.number(GROUP_BITS)).astype(np.int64), return_inverse=True)
        read = self._blocks(groups)
        sizes = np.array([len(block) for block in read], np.int64)
        counts = blocks.count_entries(widths, sizes)
        lengths = blocks.bitmap_bytes(counts)
        bitmaps = [block[:length] for block, length in zip(read, lengths.tolist(), strict=True)]
        zeros = blocks.Zeros(bitmaps, counts)
        bucket = (buckets & blocks.number(GROUP - 1)).astype(np.int64)
        end = zeros.ends(line, bucket)
        before = np.where(bucket > 0, zeros.ends(line, np.maximum(bucket, 1) - 1), 0)
        which = np.repeat(np.arange(len(digests)), end - before)
        entry = np.arange(len(which)) - np.repeat(np.cumsum(end - before) - end, end - before)
        starts = np.cumsum(sizes) - sizes + lengths
        places = starts[line[which]] + entry * widths.entry_bytes
        flat = np.frombuffer(b"".join(read), np.uint8)
        low, rows = blocks.unpacked(widths, flat[places[:, None] + np.arange(widths.entry_bytes)])
        wanted = digests << blocks.number(widths.bucket_bits) >> blocks.number(64 - widths.low_bits)
        kept = low == wanted[which]
        return which[kept], rows[kept]


@dataclass(frozen=True)
class IndexPart:
    """An index as a part of another."""

    index: KeyIndex
    first_row: int

    @property
    def entries(self) -> int:
        """How many there are."""
        return self.index.entries

    @property
    def digest_bits(self) -> int:
        """How many leading bits of each digest are known."""
        return self.index.digest_bits

    def pieces(self, number: int, bits: int) -> Iterator[Entries]:
        """The entries whose digests begin with these bits."""
        digests, rows = self.index.span(number, bits)
        yield pairs(digests, rows + np.uint64(self.first_row))


def _around(bitmap: int, bucket: int) -> tuple[int, int]:
    """How many entries there are up to the start, and up to the end, of a bucket."""
    start = 0 if bucket == 0 else _place_of_zero(bitmap, bucket - 1) + 1
    rest = ~(bitmap >> start)
    before = start - bucket
    return before, before + (rest & -rest).bit_length() - 1


def _place_of_zero(bitmap: int, number: int) -> int:
    """Where the zero is that so many zeros are below."""
    low, high = number, bitmap.bit_length() + number
    while low < high:
        middle = (low + high) // 2
        if middle + 1 - (bitmap & (1 << middle + 1) - 1).bit_count() > number:
            high = middle
        else:
            low = middle + 1
    return low
