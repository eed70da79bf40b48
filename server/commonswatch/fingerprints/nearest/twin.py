"""The kernel's twin in numpy: sorts and searches a segment's tables without a compiler. Same finds, same bytes."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt

from commonswatch.fingerprints.nearest.bands import Band, Bands

Bits = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Table = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Found = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32], npt.NDArray[np.uint16]]

_AT_ONCE = 16  # questions: numpy costs less for many, and the memory for them stays small
_ONE, _ALL = np.uint64(1), np.uint64(63)


class Tables:
    """The tables of one segment; ``starts`` and ``entries`` say where in its memory those of each band begin."""

    def __init__(self, memory: Bits, bits: Bits, bands: Bands, starts: Sequence[int], entries: Sequence[int]) -> None:
        self._words: Words = bits.view("<u8")
        self._bands = bands
        self._memory: Table = memory[: len(memory) // 4 * 4].view("<u4")
        self._starts = np.array(starts, dtype=np.int64) // 4
        self._entries = np.array(entries, dtype=np.int64) // 4

    def sort(self) -> None:
        """Sort the positions of all fingerprints into the blocks of each band."""
        low = self._bands.low
        for band, at, place in zip(self._bands.each, self._starts, self._entries, strict=True):
            starts = self._memory[at : at + self._bands.blocks(band) + 1]
            values = _values(self._words, band)
            blocks = (values >> np.uint64(low)).astype(np.uint32)
            starts[0] = 0
            np.cumsum(np.bincount(blocks, minlength=len(starts) - 1), out=starts[1:])
            order = np.argsort(blocks, kind="stable")
            patterns = (values[order] & np.uint64((1 << low) - 1)) << np.uint64(32 - low)
            self._memory[place : place + len(order)] = patterns.astype(np.uint32) | order.astype(np.uint32)

    def search(self, queries: Bits, limit: int, dead: Bits | None) -> Found:
        """Everything within ``limit`` of each question, but for what ``dead`` marks."""
        asked: Words = queries.view("<u8")
        finds = [self._search(asked[start : start + _AT_ONCE], limit, dead) for start in range(0, len(asked), _AT_ONCE)]
        ends = np.cumsum(np.concatenate([many for many, _, _ in finds]), dtype=np.uint64)
        positions = np.concatenate([positions for _, positions, _ in finds])
        return ends, positions, np.concatenate([distances for _, _, distances in finds])

    def _search(self, queries: Words, limit: int, dead: Bits | None) -> tuple[Places, Table, npt.NDArray[np.uint16]]:
        """How many finds each question has, their positions, their distances."""
        whose, candidates = self._candidates(queries)
        apart = distances(self._words[candidates], queries[whose])
        near = np.flatnonzero(apart <= limit)
        found, first = np.unique(whose[near] << 32 | candidates[near], return_index=True)
        near, positions = near[first], (found & 0xFFFFFFFF).astype(np.uint32)
        if dead is not None and len(near):
            alive = dead[positions // 8] >> (positions % 8).astype(np.uint8) & 1 == 0
            near, positions = near[alive], positions[alive]
        return np.bincount(whose[near], minlength=len(queries)), positions, apart[near]

    def _candidates(self, queries: Words) -> tuple[Places, Table]:
        """Questions, and positions of all that are near them in one band; some more than once."""
        values = self._values_of(queries)
        band, masks, reaches = self._probes
        places = (values >> self._bands.low)[:, band] ^ masks
        places += self._starts[band]
        firsts = self._memory[places].astype(np.int64)
        counts = self._memory[places + 1] - firsts
        whose = np.repeat(np.arange(len(queries)), counts.sum(axis=1))
        if len(whose) > 2 * len(self._words) * len(queries):  # many share their bands: comparing all is less
            every = np.arange(len(self._words), dtype=np.uint32)
            return np.repeat(np.arange(len(queries)), len(every)), np.tile(every, len(queries))
        found = self._memory[_ranges((firsts + self._entries[band]).ravel(), counts.ravel())]
        low = self._bands.low
        if not low:
            return whose, found
        own = np.repeat((values & ((1 << low) - 1))[:, band].ravel(), counts.ravel())
        reach = np.repeat(np.tile(reaches, len(queries)), counts.ravel())
        near = np.bitwise_count(found >> np.uint32(32 - low) ^ own.astype(np.uint32)) <= reach
        return whose[near], found[near] & np.uint32((1 << (32 - low)) - 1)

    def _values_of(self, queries: Words) -> Places:
        """The values of all bands of some fingerprints."""
        words, shifts, masks = self._cuts
        longer = np.concatenate([queries, np.zeros((len(queries), 1), dtype=np.uint64)], axis=1)
        above = longer[:, words + 1] << _ONE << (_ALL - shifts)  # in two steps: nobody shifts by 64
        values: Places = ((longer[:, words] >> shifts | above) & masks).astype(np.int64)
        return values

    @cached_property
    def _cuts(self) -> tuple[Places, Words, Words]:
        """For each band: its first word, its place in that, its mask."""
        words, shifts = np.divmod([band.offset for band in self._bands.each], 64)
        masks = [(1 << band.width) - 1 for band in self._bands.each]
        return words, shifts.astype(np.uint64), np.array(masks, dtype=np.uint64)

    @cached_property
    def _probes(self) -> tuple[Places, Places, Places]:
        """For each value that is looked up: its band, the bits turned over, how many more may differ below."""
        rows = [
            (number, mask, band.radius - mask.bit_count())
            for number, band in enumerate(self._bands.each)
            for mask in _masks(band.width - self._bands.low, band.radius)
        ]
        bands, masks, reaches = np.array(rows, dtype=np.int64).T
        return bands.copy(), masks.copy(), reaches.copy()


def distances(some: Words, others: Words) -> npt.NDArray[np.uint16]:
    """In how many bits each pair of fingerprints differs."""
    counts: npt.NDArray[np.uint32] = np.bitwise_count(some ^ others).view("<u4")[:, 0]
    pairs = (counts & _EVERY_SECOND) + (counts >> np.uint32(8) & _EVERY_SECOND)  # adding four bytes at once
    apart: npt.NDArray[np.uint16] = (pairs + (pairs >> np.uint32(16)) & np.uint32(0x1FF)).astype(np.uint16)
    return apart


_EVERY_SECOND = np.uint32(0x00FF00FF)


def _masks(width: int, radius: int) -> Iterator[int]:
    """All ways to turn over up to ``radius`` of ``width`` bits."""
    for flips in range(radius + 1):
        for places in combinations(range(width), flips):
            yield sum(1 << place for place in places)


def _values(words: Words, band: Band) -> Words:
    """The value of one band of many fingerprints."""
    word, shift = divmod(band.offset, 64)
    values = words[:, word] >> np.uint64(shift)
    if shift + band.width > 64:
        values = values | words[:, word + 1] << np.uint64(64 - shift)
    return values & np.uint64((1 << band.width) - 1)


def _ranges(firsts: Places, counts: Places) -> Places:
    """All numbers from each first on, so many of each."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1]) + np.repeat(firsts - ends + counts, counts)
