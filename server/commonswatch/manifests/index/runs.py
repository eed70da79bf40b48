"""Runs on disk: what an index is merged from, so that memory does not grow with the manifest.

All runs of a folder are in one file, each behind the one before. What a checkpoint has counted is never changed. A run
is 4,097 fences (how many of its digests lie below each 1/4096 of all digests), then its entries in this order of parts:
digest and row of each. All are 64-bit little-endian numbers.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index.entries import FENCE_BITS, Entries, Numbers, parted, taken

_BUFFERED = 2**18  # entries; while they are put in order there are two of each
_AT_ONCE = 2**18  # entries that are read together
_SPANS = 64  # of digests, whose fences are read together
_NUMBER = 8  # bytes
_ENTRY = 2 * _NUMBER
_FENCES = _NUMBER * ((1 << FENCE_BITS) + 1)
_CUT_OFF = "A run of this key index is cut off."


@dataclass(frozen=True)
class Run:
    """Where a run begins in its file, and how many entries it has."""

    start: int
    entries: int

    @property
    def end(self) -> int:
        """Where it ends in its file."""
        return self.start + _FENCES + _ENTRY * self.entries

    def fences(self, handle: int, first: int, spans: int, bits: int) -> Numbers:
        """How many entries lie below each of so many spans of digests, and below the end of the last."""
        width = 1 << (FENCE_BITS - bits)
        fences = np.empty(spans * width + 1, np.uint64)
        _fill(fences, handle, self.start + _NUMBER * first * width)
        if (fences[1:] < fences[:-1]).any() or fences[-1] > self.entries:
            raise InvalidInput(_CUT_OFF)
        return fences[::width]


class RunsPart:
    """Runs as a part of an index; ``first_row`` is added to each of their row numbers (a shard counts its own rows)."""

    digest_bits = 64

    def __init__(self, path: Path, runs: Sequence[Run], first_row: int = 0) -> None:
        self._path, self.runs, self._first_row = path, runs, np.array([0, first_row], np.uint64)
        self._starts = np.array([run.start + _FENCES for run in runs], np.uint64)
        self._window: tuple[int, int, Numbers] | None = None

    @property
    def entries(self) -> int:
        """How many there are."""
        return sum(run.entries for run in self.runs)

    def pieces(self, number: int, bits: int) -> Iterator[Entries]:
        """The entries whose digests begin with these bits (at most 12), of some runs at a time, in no order."""
        with self._path.open("rb", buffering=0) as file:
            first, last = self._fences(file.fileno(), number, bits)
            counts = (last - first).astype(np.int64)
            places = self._starts + np.uint64(_ENTRY) * first
            cuts = np.flatnonzero(np.diff(np.cumsum(counts) // _AT_ONCE)) + 1
            for some in zip(np.split(places, cuts), np.split(counts, cuts), strict=True):
                entries = _together(file.fileno(), *some)
                yield entries + self._first_row if self._first_row[1] else entries

    def _fences(self, handle: int, number: int, bits: int) -> tuple[Numbers, Numbers]:
        """How many entries of each run are below a span, and below its end; read for some spans that follow, too."""
        first = number - number % _SPANS
        if self._window is None or self._window[:2] != (first, bits):
            spans = min(_SPANS, 1 << bits)
            fences = np.empty((len(self.runs), spans + 1), np.uint64)
            for line, run in zip(fences, self.runs, strict=True):
                line[:] = run.fences(handle, first, spans, bits)
            self._window = first, bits, fences
        fences = self._window[2]
        return fences[:, number - first], fences[:, number - first + 1]


class Runs:
    """A folder that takes entries in any order and keeps them as runs."""

    def __init__(self, folder: Path, state: Mapping[str, Any] | None = None, buffered: int = _BUFFERED) -> None:
        """Start anew, or go on from the ``state`` of a checkpoint; whatever else lies in the folder is removed."""
        self._folder, self._path = folder, folder / "runs"
        self._runs = [Run(int(start), int(entries)) for start, entries in state["runs"]] if state else []
        self._waiting, self._count = np.empty((buffered, 2), np.uint64), 0
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path != self._path or not self._runs:
                path.unlink()
        if self._runs:
            os.truncate(self._path, min(self._end, self._path.stat().st_size))

    def add(self, digests: Numbers, rows: Numbers) -> None:
        """Take entries: ``digests`` and ``rows`` of one length, in any order, repeated or not."""
        done = 0
        while done < len(digests):
            part = slice(done, done + len(self._waiting) - self._count)
            self._count = taken(digests[part], rows[part], self._waiting, self._count)
            done = part.stop
            if self._count == len(self._waiting):
                self._write()

    def checkpoint(self) -> dict[str, Any]:
        """Everything taken so far is on disk afterwards; the state to go on from, for JSON."""
        self._write()
        for path in (self._path, self._folder) if self._runs else ():
            _sync(path)
        return {"runs": [[run.start, run.entries] for run in self._runs]}

    def runs(self, first_row: int = 0) -> Sequence[RunsPart]:
        """All runs, with what was taken but not yet written."""
        self._write()
        self._waiting = np.empty_like(self._waiting)  # its memory is wanted elsewhere now
        return [RunsPart(self._path, self._runs, first_row)] if self._runs else []

    def remove(self) -> None:
        """Delete the runs and their folder."""
        self._runs.clear()
        for path in self._folder.iterdir():
            path.unlink()
        self._folder.rmdir()

    @property
    def _end(self) -> int:
        return self._runs[-1].end if self._runs else 0

    def _write(self) -> None:
        if not self._count:
            return
        entries, fences = parted(self._waiting[: self._count])
        run, self._count = Run(self._end, len(entries)), 0
        with self._path.open("ab") as file:
            for numbers in (fences, entries):
                file.write(np.ascontiguousarray(numbers, "<u8").data)
        self._runs.append(run)


def _together(handle: int, places: Numbers, counts: npt.NDArray[np.int64]) -> Entries:
    """So many entries from each of these places of a file."""
    entries, done = np.empty((int(counts.sum()), 2), np.uint64), 0
    for place, count in zip(places.tolist(), counts.tolist(), strict=True):
        _fill(entries[done : done + count], handle, place)
        done += count
    return entries


def _fill(numbers: Numbers, handle: int, start: int) -> None:
    """Read numbers from a place of a file."""
    if numbers.nbytes and os.preadv(handle, [numbers.data.cast("B")], start) != numbers.nbytes:
        raise InvalidInput(_CUT_OFF)
    if sys.byteorder == "big":
        numbers.byteswap(inplace=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
