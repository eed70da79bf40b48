"""What a scan says while it goes on and when it has ended: matches, progress, summary. Values only."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from commonswatch.manifests.readers.shapes import Place, Problem

How = Literal["key", "guessed", "digest", "distance", "person"]
SUREST: Mapping[How, int] = {"digest": 0, "key": 1, "distance": 2, "guessed": 3, "person": 4}
NO_WORK = 0
_as_json = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_work, _way = attrgetter("work_id"), attrgetter("how")


class Match(NamedTuple):
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


def to_line(matches: Sequence[Match]) -> bytes:
    """Matches as one line of a journal: their columns, which are written and read much faster than each by itself."""
    rows, places, *others = zip(*matches, strict=True)
    return _as_json([len(rows), *map(_once, (rows, *zip(*places, strict=True), *others))]).encode() + b"\n"


def _once(column: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is the same in all of them stands there once."""
    return column[:1] if column.count(column[0]) == len(column) else column


def from_line(line: bytes, rows: int = 0, lines: int = 0) -> list[Match]:
    """The matches of a journal's line, with the rows and lines counted on that came before their range."""
    count, *told = json.loads(line)
    columns = [column if len(column) == count else column * count for column in told]
    numbers, in_place, at_line, groups, paths, members, *others = columns
    in_place, at_line = [row + rows for row in in_place], [one if one is None else one + lines for one in at_line]
    places = map(Place, in_place, at_line, groups, paths, members)
    return list(map(Match, [row + rows for row in numbers], places, *others))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan has come. ``read`` and ``total`` are bytes of the file as it lies there, compressed or not."""

    rows: int = 0
    read: int = 0
    total: int | None = None
    matches: int = 0
    seconds: float = 0.0  # since this run began; a scan that was taken up again counts what it did since

    def __add__(self, other: "Progress") -> "Progress":
        total = max((total for total in (self.total, other.total) if total is not None), default=None)
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

    def count(self, matches: Sequence[Match]) -> None:
        """Take some matches."""
        found = [match for match in matches if match.how != "person"]
        self.persons += len(matches) - len(found)
        self.matches += len(found)
        self.works.update(map(_work, found))
        self.ways.update(map(_way, found))

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
