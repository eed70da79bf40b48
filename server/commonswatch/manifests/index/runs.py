"""Runs on disk: what an index is merged from, so that memory does not grow with the manifest.

All runs of a folder are in one file, each behind the one before. What a checkpoint has counted is never changed. A run
is 4,097 fences (how many of its digests lie below each 1/4096 of all digests), then its entries in this order of parts:
digest and row of each. All are 64-bit little-endian numbers.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index.entries import FENCE_BITS, Entries, Numbers, parted, taken

_BUFFERED = 2**18  # entries; while they are put in order there are two of each
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

    def read(self, handle: int, number: int, bits: int) -> Entries:
        """The entries whose digests begin with these bits, in no order."""
        width = 1 << (FENCE_BITS - bits)
        fences = _read(handle, _NUMBER * (width + 1), self.start + _NUMBER * number * width)
        first, last = (int.from_bytes(fence, "little") for fence in (fences[:_NUMBER], fences[-_NUMBER:]))
        if not first <= last <= self.entries:
            raise InvalidInput(_CUT_OFF)
        found = _read(handle, _ENTRY * (last - first), self.start + _FENCES + _ENTRY * first)
        return np.frombuffer(found, "<u8").astype(np.uint64, copy=False).reshape(-1, 2)


@dataclass(frozen=True)
class RunsPart:
    """Runs as a part of an index; ``first_row`` is added to each of their row numbers (a shard counts its own rows)."""

    path: Path
    runs: Sequence[Run]
    first_row: int = 0
    digest_bits: int = 64

    @property
    def entries(self) -> int:
        """How many there are."""
        return sum(run.entries for run in self.runs)

    def pieces(self, number: int, bits: int) -> Iterator[Entries]:
        """The entries whose digests begin with these bits (at most 12), run by run."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            for run in self.runs:
                found = run.read(handle, number, bits)
                yield found + np.array([0, self.first_row], np.uint64) if self.first_row else found
        finally:
            os.close(handle)


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
        """All runs, with what was taken but not yet written. Nothing more is taken then."""
        self._write()
        self._waiting = self._waiting[:0].copy()
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
        with self._path.open("ab", buffering=0) as file:
            for numbers in (fences, entries):
                numbers.astype("<u8", copy=False).tofile(file)
        self._runs.append(run)


def _read(handle: int, size: int, start: int) -> bytes:
    found = os.pread(handle, size, start)
    if len(found) != size:
        raise InvalidInput(_CUT_OFF)
    return found


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
