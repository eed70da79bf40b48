"""One pass over one range of a manifest: blocks in, matches out, with checkpoints on the way."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, Protocol

import numpy as np

from commonswatch.manifests.index import Runs
from commonswatch.manifests.readers.shapes import Block, Problem
from commonswatch.manifests.rows import PersonKey, row_of
from commonswatch.manifests.scanning.findings import NO_WORK, Match, Progress
from commonswatch.manifests.scanning.matching import Registry, Texts, matches_in, texts_in
from commonswatch.manifests.scanning.pictures import Looked
from commonswatch.manifests.scanning.side_by_side import is_worth_it, sifted
from commonswatch.manifests.scanning.sieves import Sieve, Sifted
from commonswatch.manifests.scanning.source import Manifest
from commonswatch.manifests.scanning.state import Part

CHECKPOINT_EVERY = 5.0  # seconds
_REPEATED = 4096
_PERSONS = ("person", "mid", "qid")
_SURE = ("address", "key", "md5", "sha256")  # what stands in such columns is no guess


class Persons(Protocol):
    """People who stated who they are."""

    def matches(self, row: int, place: object, person_keys: Iterable[PersonKey], /) -> Sequence[Any]:
        """Those a row may mean; usually nobody."""


@dataclass(frozen=True)
class Looking:
    """What a pass needs besides the manifest: what is looked for, and how rows that may hold it are found."""

    registry: Registry
    sieve: Sieve
    indexed: bool = False
    looked: Looked | None = None  # at the pictures inside; None: they are passed over
    persons: Persons | None = None  # who may be told; None: nobody


class Pass:
    """Reads on from the checkpoint of its part, or from ``start``."""

    def __init__(self, manifest: Manifest, looking: Looking, part: Part, start: Any = None) -> None:
        self._manifest, self._looking, self._part = manifest, looking, part
        self._start = part.state.get("at", start)
        self._runs = Runs(part.runs, part.state.get("runs")) if looking.indexed else None
        self.rows, self.matches = int(part.state.get("rows", 0)), int(part.state.get("matches", 0))
        self._guessed = bool(part.state.get("guessed", True))
        self._first, self._read_before = part.state.get("first"), int(part.state.get("read", 0))
        self._began = self._saved = time.monotonic()
        self._is_somebody = lru_cache(_REPEATED)(self._may_be_somebody)  # of one person there are many rows

    def run(self) -> Iterator[tuple[Progress, Sequence[Match]]]:
        """Each block's matches, with how far it has come. Ends with the range, or with a problem of the manifest."""
        if self._part.state.get("done"):
            return
        together = is_worth_it(self._manifest.compression)
        for block, told in sifted(self._manifest.blocks(self._start), self._looking.sieve, together=together):
            found = self._matches(block, told)
            self._part.add(found)
            self._guessed &= not any(column.role in _SURE for column in block.reader.columns)
            self.rows, self.matches = block.first_row + block.rows, self.matches + len(found)
            if self._first is None and block.rows:
                self._first = block.place(0).line
            yield self.progress, found
            if time.monotonic() - self._saved > CHECKPOINT_EVERY:
                self._save(at=block.after())
        self._save(done=True, ended_by=self._manifest.ended_by)

    @property
    def progress(self) -> Progress:
        """How far this pass has come."""
        read, total = self._manifest.position()
        read = max(read, self._read_before)  # what is packed is unpacked again up to where it goes on
        return Progress(self.rows, read, total, self.matches, time.monotonic() - self._began)

    def _matches(self, block: Block, told: Sifted) -> Sequence[Match]:
        if not told.rows and self._runs is None and self._looking.persons is None:
            return told.matches
        found = list(told.matches)
        for number, unsure in zip(told.rows, told.unsure, strict=True):
            texts = texts_in(block, number)
            found += matches_in(block, number, texts, self._looking.registry)
            if unsure and self._runs is not None:
                self._index(texts, block.first_row + number)
        if self._runs is not None:
            self._runs.add(told.digests, told.digest_rows)
        found.sort(key=attrgetter("row"))
        return found + self._persons(block)

    def _persons(self, block: Block) -> list[Match]:
        """Rows that name somebody; only manifests with such a column are read for that, row by row."""
        if self._looking.persons is None or not any(column.role in _PERSONS for column in block.reader.columns):
            return []
        rows = (row_of(block, number) for number in range(block.rows))
        return [
            Match(row.number, row.place, "person", f"{key.kind}:{key.value}", NO_WORK)
            for row in rows
            for key in row.person_keys
            if self._is_somebody(key)
        ]

    def _may_be_somebody(self, key: PersonKey) -> bool:
        return self._looking.persons is not None and bool(self._looking.persons.matches(0, "", (key,)))

    def _index(self, texts: Texts, row: int) -> None:
        """Add the keys of a row that the sieve did not read itself."""
        digests = np.array([self._looking.sieve.digest(text) for _, text in texts], np.uint64)
        if self._runs is not None and len(digests):
            self._runs.add(digests, np.full(len(digests), row, np.uint64))

    def _save(self, **more: Any) -> None:
        state = {
            "rows": self.rows,
            "matches": self.matches,
            "first": self._first,
            "guessed": self._guessed,
            "read": self.progress.read,
            "kind": self._manifest.kind,
            "compression": "+".join(self._manifest.compression),
            "runs": self._runs.checkpoint() if self._runs is not None else None,
            "left_out": self._part.state.get("left_out") or self._manifest.left_out,
        }
        self._part.save({**state, **more})
        self._saved = time.monotonic()


def ended_by(state: Mapping[str, Any]) -> Problem | None:
    """Why a range was not read to its end."""
    return Problem(*state["ended_by"]) if state.get("ended_by") else None


def left_out(state: Mapping[str, Any]) -> Problem | None:
    """What was passed over in a range."""
    return Problem(*state["left_out"]) if state.get("left_out") else None
