"""What the kernel does to find candidates, without C: one pass of an expression over a block, and sets.

As in C, a row is read by the exact engine where it holds two tokens of a registered key, a mark, an escape or a letter
that is not ASCII; it may name more rows than the C does, never fewer than match.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.kernel.marks import LEAST, Marks

_RUNS = re.compile(rb"[0-9a-z]+")
_KIND = re.compile(rb"url:|(?:[^:]*:){1,2}")
_ODD = frozenset([b"%", *(bytes([code]) for code in range(0x80, 0x100))])  # what may hide letters
_SHORTEST, _LONG = 3, 8  # letters
_ALL_RUNS = re.compile(rb"[0-9a-z]{%d,}|[%%\x80-\xff]" % _SHORTEST)


class Twin:
    """Finds the rows that may hold a registered key."""

    def __init__(self, known: Iterable[bytes], marks: Marks) -> None:
        self._marks, self._reads_all, self._least = marks.runs, False, _LONG
        self._firsts, self._pairs = set(_ODD), set[bytes]()
        counts = _counts(known)
        for key in known:
            self._reads_all |= key.startswith(marks.unmarked)
            self._add(sorted(_runs_of(key), key=lambda run: (counts[run], -len(run))))
        self._runs = re.compile(rb"[0-9a-z]{%d,}|[%%\x80-\xff]" % self._least)

    def _add(self, runs: list[bytes]) -> None:
        """By the run that the fewest keys have, and the next one."""
        long = [run for run in runs if len(run) >= LEAST] or runs
        if not long:
            self._reads_all = True
            return
        self._least = min(self._least, len(long[0]))
        self._firsts.add(long[0])
        self._pairs.add(long[0] + b" " + long[len(long) > 1])

    def rows(self, buffer: memoryview, starts: NDArray[np.uint64], ends: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The numbers of those rows."""
        if self._reads_all:
            return np.arange(len(starts), dtype=np.uint64)
        text, runs_of, has_none = bytes(buffer).lower(), self._runs.findall, self._firsts.isdisjoint
        bounds = list(zip(starts.tolist(), ends.tolist(), strict=True))
        worthy = [row for row, bound in enumerate(bounds) if not has_none(runs_of(text, *bound))]
        held = {row for row in worthy if self._holds(text[slice(*bounds[row])])} | self._marked(text, starts)
        return np.array(sorted(held), np.uint64)

    def _holds(self, row: bytes) -> bool:
        runs = set(_ALL_RUNS.findall(row))
        firsts = runs & self._firsts
        return not firsts.isdisjoint(_ODD) or any(
            first + b" " + second in self._pairs for first in firsts for second in runs
        )

    def _marked(self, text: bytes, starts: NDArray[np.uint64]) -> set[int]:
        places = [place for mark in self._marks for place in _places(mark, text)]
        rows = np.searchsorted(starts, np.array(places, np.uint64), side="right") - 1
        return set(rows.tolist())


def _places(mark: bytes, text: bytes) -> Iterator[int]:
    """Where a mark stands between other signs."""
    at, length = text.find(mark), len(mark)
    while at >= 0:
        if not text[at - 1 : at].isalnum() and not text[at + length : at + length + 1].isalnum():
            yield at
        at = text.find(mark, at + length)


def _runs_of(key: bytes) -> set[bytes]:
    kind = _KIND.match(key)
    return {run for run in _RUNS.findall(key[kind.end() if kind else 0 :].lower()) if len(run) >= _SHORTEST}


def _counts(keys: Iterable[bytes]) -> dict[bytes, int]:
    counts: dict[bytes, int] = {}
    for key in keys:
        for run in _runs_of(key):
            counts[run] = counts.get(run, 0) + 1
    return counts
