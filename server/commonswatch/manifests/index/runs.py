"""Sorted runs on disk: what an index is merged from, so that memory does not grow with the manifest.

A run is never changed once it has its name. Its file: 4,097 fences (how many digests lie below each 1/4096 of all
digests), the digests in order, the row of each; all as 64-bit little-endian numbers.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index.blocks import Numbers

FENCE_BITS = 12
ROWS_OF_A_KEY = 4096  # of a key that stands in more rows the first are kept
_BUFFERED = 2**19  # entries
_CUT_OFF = "A run of this key index is cut off."
_FENCES = np.arange(1 << FENCE_BITS, dtype=np.uint64) << np.uint64(64 - FENCE_BITS)


def tidied(digests: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Entries in order of digest, then row; each once, and the first 4,096 rows of a key."""
    order = np.argsort(digests)
    digests, rows = digests[order], rows[order]
    same = digests[1:] == digests[:-1]
    if not same.any():
        return digests, rows
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    rows[tied] = rows[tied][np.lexsort((rows[tied], digests[tied]))]
    repeated = np.append(False, same & (rows[1:] == rows[:-1]))
    digests, rows = digests[~repeated], rows[~repeated]
    return _first_rows(digests, rows)


def _first_rows(digests: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    if not (digests[ROWS_OF_A_KEY:] == digests[:-ROWS_OF_A_KEY]).any():
        return digests, rows
    begins = np.append(True, digests[1:] != digests[:-1])
    place = np.arange(len(digests))
    kept = place - np.maximum.accumulate(np.where(begins, place, 0)) < ROWS_OF_A_KEY
    return digests[kept], rows[kept]


@dataclass(frozen=True)
class Run:
    """One sorted run; ``first_row`` is added to each of its row numbers (a shard counts its own rows)."""

    path: Path
    entries: int
    first_row: int = 0
    digest_bits: int = 64

    @cached_property
    def _fences(self) -> npt.NDArray[np.int64]:
        fences = np.fromfile(self.path, "<u8", len(_FENCES) + 1).astype(np.int64)
        if len(fences) != len(_FENCES) + 1 or fences[-1] != self.entries:
            raise InvalidInput(_CUT_OFF)
        return fences

    def span(self, number: int, bits: int) -> tuple[Numbers, Numbers]:
        """The entries whose digests begin with these bits (at most 12), in order."""
        spare = FENCE_BITS - bits
        start, end = self._fences[[number << spare, (number + 1) << spare]].tolist()
        before = 8 * (len(_FENCES) + 1 + start)
        digests = np.fromfile(self.path, "<u8", end - start, offset=before)
        rows = np.fromfile(self.path, "<u8", end - start, offset=before + 8 * self.entries)
        if len(rows) != end - start:
            raise InvalidInput(_CUT_OFF)
        return digests, rows + np.uint64(self.first_row)


class Runs:
    """A folder that takes entries in any order and keeps them as sorted runs."""

    def __init__(self, folder: Path, state: Mapping[str, Any] | None = None, buffered: int = _BUFFERED) -> None:
        """Start anew, or go on from the ``state`` of a checkpoint; whatever else lies in the folder is removed."""
        self._folder, self._buffered = folder, buffered
        self._kept = [(str(name), int(entries)) for name, entries in state["runs"]] if state else []
        self._waiting: list[tuple[Numbers, Numbers]] = []
        self._count = 0
        self._unsynced: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        names = {name for name, _ in self._kept}
        for path in folder.iterdir():
            if path.is_file() and path.name not in names:
                path.unlink()

    def add(self, digests: Numbers, rows: Numbers) -> None:
        """Take entries: ``digests`` and ``rows`` of one length, in any order, repeated or not."""
        if len(digests) > 1:  # the key of one row is often told twice running: by a picture's address and its page's
            new = np.append(True, (digests[1:] != digests[:-1]) | (rows[1:] != rows[:-1]))
            digests, rows = digests[new], rows[new]
        for start in range(0, len(digests), self._buffered):
            part = slice(start, start + self._buffered)
            self._waiting.append((digests[part], rows[part]))
            self._count += len(digests[part])
            if self._count >= self._buffered:
                self._spill()

    def checkpoint(self) -> dict[str, Any]:
        """Everything taken so far is on disk afterwards; the state to go on from, for JSON."""
        self._spill()
        for path in [*self._unsynced, self._folder]:
            _sync(path)
        self._unsynced.clear()
        return {"runs": [[name, entries] for name, entries in self._kept]}

    def runs(self, first_row: int = 0) -> Sequence[Run]:
        """All runs, with what is taken but not yet written."""
        self._spill()
        return [Run(self._folder / name, entries, first_row) for name, entries in self._kept]

    def remove(self) -> None:
        """Delete the runs and their folder."""
        self._kept.clear()
        for path in self._folder.iterdir():
            path.unlink()
        self._folder.rmdir()

    def _spill(self) -> None:
        if not self._count:
            return
        digests, rows = tidied(*(np.concatenate(column) for column in zip(*self._waiting, strict=True)))
        self._waiting, self._count = [], 0
        path = self._folder / f"{len(self._kept):06d}"
        fences = np.append(np.searchsorted(digests, _FENCES), len(digests))
        _write(path, (fences.astype("<u8"), digests, rows))
        self._kept.append((path.name, len(digests)))
        self._unsynced.append(path)


def _write(path: Path, columns: Iterable[npt.NDArray[Any]]) -> None:
    with path.open("wb") as file:
        for column in columns:
            column.astype("<u8", copy=False).tofile(file)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
