"""What a scan says while it goes on and when it has ended: matches, progress, summary. Values only."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from commonswatch.manifests.readers.shapes import Place, Problem

How = Literal["key", "guessed", "digest", "distance", "person"]
SUREST: Mapping[How, int] = {"digest": 0, "key": 1, "distance": 2, "guessed": 3, "person": 4}
NO_WORK = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A row in which a registered work was found.

    ``how``: by a work key, a key that may also mean another work (``guessed``), the digest of a file, or the distance
    of two pictures; ``what``: the key or digest as it stands in the row. A row that names somebody who may be told has
    no work but a ``person``: ``what`` is `name:…`, `mid:…` or `qid:…`. Such rows are for those who decide, never shown.
    """

    row: int
    place: Place
    how: How
    what: str
    work_id: int
    distance: int | None = None

    def shifted(self, rows: int, lines: int) -> "Match":
        """The same with what came before its range counted on."""
        place = self.place._replace(row=self.place.row + rows)
        if place.line is not None:
            place = place._replace(line=place.line + lines)
        return replace(self, row=self.row + rows, place=place)

    def to_line(self) -> bytes:
        """One line of a journal."""
        told = [self.row, list(self.place), self.how, self.what, self.work_id, self.distance]
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Match":
        """The match of a journal's line."""
        row, place, how, what, work_id, distance = json.loads(line)
        return cls(row, Place(*place), how, what, work_id, distance)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan has come. ``read`` and ``total`` are bytes of the file as it lies there, compressed or not."""

    rows: int = 0
    read: int = 0
    total: int | None = None
    matches: int = 0
    seconds: float = 0.0  # since this run began; a scan that was taken up again counts what it did since

    def __add__(self, other: "Progress") -> "Progress":
        total = None if self.total is None else max(self.total, other.total or 0)
        matches = self.matches + other.matches
        return Progress(
            self.rows + other.rows, self.read + other.read, total, matches, max(self.seconds, other.seconds)
        )


@dataclass
class Summary:
    """What came of a scan. ``problem`` says why it is partial, if it is."""

    kind: str = ""
    compression: str = ""
    rows: int = 0
    matches: int = 0
    works: Counter[int] = field(default_factory=Counter)  # rows of each work
    ways: Counter[str] = field(default_factory=Counter)  # how they were won
    persons: int = 0  # rows that name somebody
    pictures: int = 0
    unread_pictures: int = 0
    problem: Problem | None = None
    resumed: bool = False
    seconds: float = 0.0

    def count(self, match: Match) -> None:
        """Take one match."""
        if match.how == "person":
            self.persons += 1
            return
        self.matches += 1
        self.works[match.work_id] += 1
        self.ways[match.how] += 1

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        problem = self.problem._asdict() if self.problem else None
        return {
            "rows": self.rows,
            "matches": self.matches,
            "works": len(self.works),
            "ways": dict(sorted(self.ways.items())),
            "kind": self.kind,
            "compression": self.compression,
            "pictures": self.pictures,
            "unread_pictures": self.unread_pictures,
            "partial": problem,
            "resumed": self.resumed,
            "seconds": round(self.seconds, 3),
        }
