"""Blocks of a key index: 256 buckets each, filled from sorted entries and read back. Whole arrays at a time.

A block is a bitmap, the entries, a CRC-32. The bitmap says for each bucket, with as many 1 as it has entries and then
a 0, where its entries are; it is filled up with 1 to whole bytes, so it always has exactly 256 zeros.
"""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from commonswatch.manifests.index.entries import Entries, Numbers
from commonswatch.manifests.index.layout import CHECK, GROUP, GROUP_BITS, NotAnIndex, Widths
from commonswatch.native import entries as native

Places = npt.NDArray[np.int64]
DAMAGED = "A block of this key index is damaged."


def number(value: int) -> np.uint64:
    """A shift or mask of the width numpy wants beside uint64."""
    return np.uint64(value)


def encode(widths: Widths, seed: int, first: int, last: int, entries: Entries) -> tuple[bytes | memoryview, Numbers]:
    """The blocks ``first`` to ``last`` (not included) that hold these entries, which are tidied, and their sizes."""
    kernel = native.kernel()
    if kernel is None:
        made = _encoded(widths, seed, first, last, entries)
        return b"".join(made), np.array([len(block) for block in made], np.uint64)
    return native.encode(kernel, widths.of_each, seed, first, last, entries)


def _encoded(widths: Widths, seed: int, first: int, last: int, entries: Entries) -> list[bytes]:
    digests, rows = entries[:, 0], entries[:, 1]
    buckets = digests >> number(64 - widths.bucket_bits)
    group = (buckets >> number(GROUP_BITS)).astype(np.int64) - first
    counts = np.bincount(group, minlength=last - first)
    ends = np.cumsum(counts)
    bitmaps, cuts = _bitmaps(counts, ends, group, (buckets & number(GROUP - 1)).astype(np.int64))
    packed = _packed(widths, digests, rows)
    blocks, cut, entry = [], 0, 0
    for place, (next_cut, next_entry) in enumerate(
        zip(cuts.tolist(), (ends * widths.entry_bytes).tolist(), strict=True), first
    ):
        block = bitmaps[cut:next_cut] + packed[entry:next_entry]
        blocks.append(block + zlib.crc32(block, seed ^ place).to_bytes(CHECK, "little"))
        cut, entry = next_cut, next_entry
    return blocks


def _packed(widths: Widths, digests: Numbers, rows: Numbers) -> bytes:
    """Each entry is its digest's low part above its row number, in so many bytes, the lowest first."""
    low = (digests << number(widths.bucket_bits)) >> number(64 - widths.low_bits)
    whole = (low << number(widths.row_bits) | rows).astype("<u8")
    return whole.view(np.uint8).reshape(-1, 8)[:, : widths.entry_bytes].tobytes()


def _bitmaps(counts: Places, ends: Places, group: Places, bucket: Places) -> tuple[bytes, Places]:
    """The bitmaps of all groups, one after the other, and where each ends."""
    cuts = np.cumsum(bitmap_bytes(counts))
    starts = 8 * (cuts - bitmap_bytes(counts))
    bits = np.zeros(8 * int(cuts[-1]), np.uint8)
    bits[np.arange(len(group)) + (starts - ends + counts)[group] + bucket] = 1
    for spare in range(7):
        bits[8 * cuts[-counts % 8 > spare] - 1 - spare] = 1
    return np.packbits(bits, bitorder="little").tobytes(), cuts


def bitmap_bytes(counts: Places) -> Places:
    """The length of a bitmap for so many entries."""
    return GROUP // 8 + (counts + 7) // 8


def count_entries(widths: Widths, sizes: Places) -> Places:
    """How many entries blocks of these sizes hold; NotAnIndex when none has such a size."""
    counts = (8 * (sizes - CHECK - GROUP // 8)) // (8 * widths.entry_bytes + 1)
    if (counts < 0).any() or (bitmap_bytes(counts) + widths.entry_bytes * counts + CHECK != sizes).any():
        raise NotAnIndex(DAMAGED)
    return counts


class Zeros:
    """Where the zeros of some bitmaps are: what says which entries belong to a bucket."""

    def __init__(self, bitmaps: Sequence[bytes], counts: Places) -> None:
        flat = np.frombuffer(b"".join(bitmaps), np.uint8)
        zeros = np.flatnonzero(np.unpackbits(flat, bitorder="little") == 0)
        if len(zeros) != GROUP * len(bitmaps):
            raise NotAnIndex(DAMAGED)
        self._places = zeros.reshape(-1, GROUP)
        self._starts = 8 * np.cumsum([0, *map(len, bitmaps)])[:-1]
        if (self.ends(np.arange(len(bitmaps)), np.array(GROUP - 1)) != counts).any():
            raise NotAnIndex(DAMAGED)

    def ends(self, line: Places, bucket: Places) -> Places:
        """How many entries the block of this bitmap has up to the end of this bucket."""
        ends: Places = self._places[line, bucket] - self._starts[line] - bucket
        return ends

    def bounds(self, line: Places, bucket: Places) -> tuple[Places, Places]:
        """How many entries the block has up to the start, and up to the end, of this bucket."""
        return np.where(bucket > 0, self.ends(line, np.maximum(bucket, 1) - 1), 0), self.ends(line, bucket)

    def counts(self) -> Places:
        """How many entries each bucket of each bitmap has, one after the other."""
        ends = self._places - self._starts[:, None] - np.arange(GROUP)
        counts: Places = np.diff(ends, axis=1, prepend=0).ravel()
        return counts


def unpacked(widths: Widths, entries: npt.NDArray[np.uint8]) -> tuple[Numbers, Numbers]:
    """Low parts and row numbers of entries, given as one line of bytes each."""
    wide = np.zeros((len(entries), 8), np.uint8)
    wide[:, : widths.entry_bytes] = entries
    whole = wide.view("<u8").ravel().astype(np.uint64)
    return whole >> number(widths.row_bits), whole & number((1 << widths.row_bits) - 1)


def decode(widths: Widths, first: int, blocks: Sequence[bytes]) -> tuple[Numbers, Numbers]:
    """Digests (their kept bits, zeros below) and rows of consecutive blocks that were checked."""
    counts = count_entries(widths, np.array([len(block) for block in blocks], np.int64))
    lengths = bitmap_bytes(counts).tolist()
    bitmaps = [block[:length] for block, length in zip(blocks, lengths, strict=True)]
    entries = b"".join(block[length:-CHECK] for block, length in zip(blocks, lengths, strict=True))
    low, rows = unpacked(widths, np.frombuffer(entries, np.uint8).reshape(-1, widths.entry_bytes))
    in_bucket = Zeros(bitmaps, counts).counts()
    buckets = np.repeat(np.arange(len(in_bucket), dtype=np.uint64) + number(first << GROUP_BITS), in_bucket)
    return buckets << number(64 - widths.bucket_bits) | low << number(64 - widths.digest_bits), rows


def around(bitmap: int, bucket: int) -> tuple[int, int]:
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
