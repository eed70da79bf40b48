"""What the kernel does to find candidates, without C: one pass of an expression over a block, and sets.

As in C, a row is read by the exact engine where it holds two tokens of a registered key, a mark, an escape or a letter
that is not ASCII; it may name more rows than the C does, never fewer than match.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.kernel.marks import LEAST, Marks

_RUNS = re.compile(rb"[0-9a-z]+")
_KIND = re.compile(rb"url:|(?:[^:]*:){1,2}")
_ODD = re.compile(rb"[%\x80-\xff]")
_SHORTEST = 3


class Twin:
    """Finds the rows that may hold a registered key."""

    def __init__(self, known: Mapping[bytes, Sequence[int]], marks: Marks) -> None:
        self._least = LEAST
        self._tokens: dict[bytes, set[bytes]] = {mark: {mark} for mark in marks.runs}
        self._reads_all = any(key.startswith(marks.unmarked) for key in known)
        counts = _counts(known)
        for key in known:
            self._add(sorted(_runs_of(key), key=lambda run: (counts[run], -len(run))))
        self._sought = re.compile(rb"[0-9a-z]{%d,}" % self._least)

    def _add(self, runs: list[bytes]) -> None:
        """By the run that the fewest keys have, and the next one."""
        if not runs:
            self._reads_all = True
            return
        long = [run for run in runs if len(run) >= LEAST] or runs
        self._least = min(self._least, len(long[0]))
        self._tokens.setdefault(long[0], set()).add(long[1] if len(long) > 1 else long[0])

    def rows(self, buffer: memoryview, starts: NDArray[np.uint64], ends: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The numbers of those rows."""
        if self._reads_all:
            return np.arange(len(starts), dtype=np.uint64)
        text = bytes(buffer).lower()
        places = sorted(self._places(text))
        if not places:
            return np.empty(0, np.uint64)
        rows = np.searchsorted(starts, np.array(places, np.uint64), side="right") - 1
        return np.array(
            [row for row in np.unique(rows) if self._holds(text[int(starts[row]) : int(ends[row])])], np.uint64
        )

    def _places(self, text: bytes) -> Iterator[int]:
        """Where rows may be worth a look: at a first token, or at what may hide one."""
        tokens = self._tokens
        for found in self._sought.finditer(text):
            if found[0] in tokens:
                yield found.start()
        for found in _ODD.finditer(text):
            yield found.start()

    def _holds(self, row: bytes) -> bool:
        if _ODD.search(row):
            return True
        runs = set(_RUNS.findall(row))
        return any(not runs.isdisjoint(self._tokens[run]) for run in runs if run in self._tokens)


def _runs_of(key: bytes) -> set[bytes]:
    kind = _KIND.match(key)
    return {run for run in _RUNS.findall(key[kind.end() if kind else 0 :].lower()) if len(run) >= _SHORTEST}


def _counts(keys: Iterable[bytes]) -> dict[bytes, int]:
    counts: dict[bytes, int] = {}
    for key in keys:
        for run in _runs_of(key):
            counts[run] = counts.get(run, 0) + 1
    return counts
