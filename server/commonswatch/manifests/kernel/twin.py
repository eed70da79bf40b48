"""What the kernel does to find candidates, without C: the runs of a block as arrays, a filter for them, and sets.

As in C, a row is read by the exact engine where it holds two tokens of a registered key, a mark, an escape or a letter
that is not ASCII; it may name more rows than the C does, never fewer than match.
"""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.kernel.marks import LEAST, Marks

_RUNS = re.compile(rb"[0-9a-z]+")
_KIND = re.compile(rb"url:|(?:[^:]*:){1,2}")
_SHORTEST = 3  # letters
_DIGITS = tuple(b"%d" % digit for digit in range(10))
_ALNUM = b"0123456789abcdefghijklmnopqrstuvwxyz"
_ONE, _OTHER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xE7037ED1A0B428DB)  # odd numbers without a pattern
_FILTER = 1 << 24  # of a million keys, one foreign run in 200 passes
_PAD = b" " * 8
_APART = bytes(code if code in _ALNUM else 0x20 for code in bytes(range(256)).lower())  # small letters, blanks between
_SIGNS = re.compile(rb"%(?:2[01789AaCc]|3[Aa])")  # escapes of blanks, brackets and the like, which part runs
_ESCAPE, _NOT_ASCII = ord("%"), 0x80  # what may hide letters


class Twin:
    """Finds the rows that may hold a registered key."""

    def __init__(self, known: Iterable[bytes], marks: Marks) -> None:
        self._marks, self._reads_all = marks.runs, False
        self._firsts, self._pairs = set(marks.runs), set[bytes]()
        counts = _counts(known)
        for key in known:
            self._reads_all |= key.startswith(marks.unmarked)
            self._add(sorted(_runs_of(key), key=lambda run: (counts[run], -_weight(run))))
        self._least = min(map(len, self._firsts), default=_SHORTEST)
        self._filter = np.zeros(_FILTER, np.bool_)
        hashes, _ = _runs_in(_padded(b" ".join(self._firsts)), 1)
        for turn in range(3):
            self._filter[_bits(hashes, turn)] = True

    def _add(self, runs: list[bytes]) -> None:
        """By the run that the fewest keys have, and the next one."""
        long = [run for run in runs if len(run) >= LEAST] or runs
        if not long:
            self._reads_all = True
            return
        self._firsts.add(long[0])
        self._pairs.add(long[0] + b" " + long[len(long) > 1])

    def rows(self, buffer: memoryview, starts: NDArray[np.uint64], ends: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The numbers of those rows."""
        if self._reads_all:
            return np.arange(len(starts), dtype=np.uint64)
        text = _padded(bytes(buffer))
        hashes, places = _runs_in(text, self._least)
        passed = places[self._passes(hashes)] - len(_PAD) - 1
        worthy = set((np.searchsorted(starts, passed.astype(np.uint64), side="right") - 1).tolist()) - {-1}
        cut = [(row, text[int(starts[row]) + len(_PAD) : int(ends[row]) + len(_PAD)]) for row in worthy]
        held = {row for row, record in cut if self._holds(record)}
        held |= {row for row in _odd_rows(buffer, starts) if self._may_hide(bytes(buffer[starts[row] : ends[row]]))}
        return np.array(sorted(held), np.uint64)

    def _passes(self, hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
        """The numbers of those runs that may be a first token."""
        left = np.flatnonzero(self._filter[_bits(hashes, 0)])
        for turn in (1, 2):
            left = left[self._filter[_bits(hashes[left], turn)]]
        return left

    def _may_hide(self, record: bytes) -> bool:
        """Whether a row with escapes may hold a key: its letters stand there with such escapes or without them."""
        opened = _SIGNS.sub(b" ", record)
        return not opened.isascii() or b"%" in opened or self._holds((record + b" " + opened).translate(_APART))

    def _holds(self, record: bytes) -> bool:
        runs = set(record.split())
        firsts = runs & self._firsts
        return not firsts.isdisjoint(self._marks) or any(
            first + b" " + second in self._pairs for first in firsts for second in runs
        )


def _padded(text: bytes) -> bytes:
    return (_PAD + text + b" ").translate(_APART)


def _runs_in(text: bytes, least: int) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """The hashes of all runs (of their last eight letters), and where they end. There are blanks at both ends."""
    is_letter = np.frombuffer(text, np.uint8) != ord(" ")
    edges = np.flatnonzero(is_letter[1:] != is_letter[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    long = np.flatnonzero(ends - starts >= least)
    ends, lengths = ends[long], np.minimum(ends[long] - starts[long], 8)
    letters = np.ndarray((len(text) - 7,), "<u8", text, strides=(1,))[ends - 8]
    return (letters >> (64 - 8 * lengths).astype(np.uint64)) * _ONE, ends


def _bits(hashes: NDArray[np.uint64], turn: int) -> NDArray[np.uint64]:
    """Where runs have one of their three places in the filter."""
    mixed = hashes if turn == 0 else (hashes ^ hashes >> np.uint64(29)) * _OTHER
    return mixed >> np.uint64(16 if turn == 2 else 40) & np.uint64(_FILTER - 1)


def _odd_rows(buffer: memoryview, starts: NDArray[np.uint64]) -> set[int]:
    """Rows with an escape or a letter that is not ASCII."""
    octets = np.frombuffer(buffer, np.uint8)
    places = np.flatnonzero((octets == _ESCAPE) | (octets >= _NOT_ASCII)).astype(np.uint64)
    return set((np.searchsorted(starts, places, side="right") - 1).tolist()) - {-1}


def _runs_of(key: bytes) -> set[bytes]:
    kind = _KIND.match(key)
    return {run for run in _RUNS.findall(key[kind.end() if kind else 0 :].lower()) if len(run) >= _SHORTEST}


def _weight(run: bytes) -> int:
    """What tells more: long runs, and numbers rather than words."""
    return len(run) + 6 * sum(map(run.count, _DIGITS))


def _counts(keys: Iterable[bytes]) -> dict[bytes, int]:
    counts: dict[bytes, int] = {}
    for key in keys:
        for run in _runs_of(key):
            counts[run] = counts.get(run, 0) + 1
    return counts
