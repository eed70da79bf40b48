"""A part of the nearest set that does not change: numbers, fingerprints and tables in one block of memory.

The block is the same in memory and in a file, so that a file is mapped and used as it is:

    head        128 bytes: magic, counts, and the mark of whoever wrote it (``files``)
    numbers     8 bytes each, ascending; one number may have several fingerprints
    bits        32 bytes each, in the order of the numbers
    for each band: starts    4 bytes for each block and one more: where its entries begin
                   entries   4 bytes each: a position, above it the low bits of the band's value

All numbers are little-endian; each part begins at a multiple of 64 bytes. Searching and sorting are done by the kernel
(``native.nearest``) or by its ``twin``; both write the same bytes.
"""

import ctypes
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from commonswatch.fingerprints.nearest.bands import Bands
from commonswatch.fingerprints.nearest.twin import Tables
from commonswatch.native import nearest as kernel

HEAD = 128
BYTES = 32  # of a fingerprint
_PLACE = 64

Numbers = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.uint8]


class Finds(NamedTuple):
    """What was found for many questions: position and distance, and where the finds of each question end."""

    ends: npt.NDArray[np.uint64]
    positions: npt.NDArray[np.uint32]
    distances: npt.NDArray[np.uint16]


class Places:
    """Where the parts of a segment are."""

    def __init__(self, count: int, bands: Bands) -> None:
        self.numbers = HEAD
        self.bits = _next(self.numbers + 8 * count)
        self.starts: list[int] = []
        self.entries: list[int] = []
        end = self.bits + BYTES * count
        for band in bands.each:
            self.starts.append(_next(end))
            self.entries.append(_next(self.starts[-1] + 4 * (bands.blocks(band) + 1)))
            end = self.entries[-1] + 4 * count
        self.end = _next(end)


def _next(place: int) -> int:
    return -(-place // _PLACE) * _PLACE


class Segment:
    """One segment in ``memory``, whose head is not looked at here. ``library``: the kernel, or None for the twin."""

    def __init__(self, memory: Bits, count: int, bands: Bands, library: ctypes.CDLL | None) -> None:
        self.memory, self.count, self.bands, self.library = memory, count, bands, library
        self.places = places = Places(count, bands)
        if len(memory) < places.end or memory.ctypes.data % 8:
            raise ValueError("not a segment")
        self.numbers: Numbers = memory[places.numbers : places.numbers + 8 * count].view("<u8")
        self.bits: Bits = memory[places.bits : places.bits + BYTES * count].reshape(-1, BYTES)
        self.dead: Bits = np.zeros(-(-count // 8), dtype=np.uint8)
        self.removed = 0
        self._own = self._for_kernel() if library else None

    @classmethod
    def build(cls, numbers: Numbers, bits: Bits, bands: Bands, library: ctypes.CDLL | None) -> "Segment":
        """A segment in memory of its own."""
        segment = cls(_aligned(Places(len(numbers), bands).end), len(numbers), bands, library)
        segment.fill(numbers, bits)
        return segment

    def fill(self, numbers: Numbers, bits: Bits) -> None:
        """Write the entries into the segment's memory and sort them."""
        order = np.argsort(numbers, kind="stable")
        self.numbers[:], self.bits[:] = numbers[order], bits[order]
        if self.library and self._own:
            kernel.build(self.library, self._own)
        else:
            self._tables.sort()

    def search(self, queries: Bits, limit: int) -> Finds:
        """Everything within ``limit`` (at most 31) of each question that was not removed."""
        if self.library and self._own:
            return Finds(*kernel.search(self.library, self._own, queries, limit))
        return Finds(*self._tables.search(queries, limit, self.dead if self.removed else None))

    def remove(self, numbers: Numbers) -> None:
        """Take the fingerprints of these numbers out of all answers."""
        firsts = np.searchsorted(self.numbers, numbers, "left")
        lasts = np.searchsorted(self.numbers, numbers, "right")
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            for position in range(first, last):
                bit = 1 << (position % 8)
                self.removed += not self.dead[position // 8] & bit
                self.dead[position // 8] |= bit

    def alive(self) -> npt.NDArray[np.bool_]:
        """Which positions were not removed."""
        return ~np.unpackbits(self.dead, count=self.count, bitorder="little").astype(np.bool_)

    @cached_property
    def _tables(self) -> Tables:
        """What the twin works with."""
        return Tables(self.memory, self.bits, self.bands, self.places.starts, self.places.entries)

    def _for_kernel(self) -> kernel.Segment:
        own, places = kernel.Segment(), self.places
        own.base, own.length, own.count = self.memory.ctypes.data, len(self.memory), self.count
        own.dead, own.bits_at = self.dead.ctypes.data, places.bits
        own.bands, own.low = self.bands.many, self.bands.low
        for number, band in enumerate(self.bands.each):
            own.offset[number], own.width[number], own.radius[number] = band
            own.starts_at[number], own.entries_at[number] = places.starts[number], places.entries[number]
        return own


def _aligned(size: int) -> Bits:
    """Memory that begins at a multiple of 64 bytes."""
    memory = np.zeros(size + _PLACE, dtype=np.uint8)
    start = -memory.ctypes.data % _PLACE
    return memory[start : start + size]
