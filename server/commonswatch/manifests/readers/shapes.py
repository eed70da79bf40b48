"""What readers and those who scan say to each other: limits, places, columns, cells, blocks. Reads nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Role = Literal[
    "",  # not read
    "address",  # of a picture, a video or the page that shows it
    "path",  # a file name or a path
    "key",  # an id: `Column.key` says of what
    "account",  # whose work it is: an address of a profile, or a bare id
    "sha256",
    "md5",
    "person",  # a name
    "mid",  # Freebase's
    "qid",  # Wikidata's
    "licence",
    "payload",  # bytes in base64: never decoded unless pictures are asked for
]

Checkpoint = Mapping[str, Any]
"""Where to go on, as JSON can keep it. Made and understood by the reader of that manifest alone."""


class Column(NamedTuple):
    """One column: its name (of a header, or the path inside a JSON record), what it holds, and what a key is made of.

    ``key`` has `{}` where the cell stands, as in `flickr:photo:{}`; ``pattern`` is what a cell must fit, its first
    group (if any) being what counts.
    """

    name: str
    role: Role = ""
    key: str = ""
    pattern: str = ""
    kind: str = ""  # of the work key, as the rules call it


class Place(NamedTuple):
    """Where a row stands in its manifest, as exactly as its format allows. Rows count from 0, lines from 1."""

    row: int
    line: int | None = None
    group: int | None = None  # of rows, in Parquet; ``row`` still counts from the start of the file
    path: str = ""  # inside a JSON document: `images[3]`
    member: str = ""  # of an archive

    def __str__(self) -> str:
        """In words, for people: `member list.csv, line 3`."""
        parts = [f"member {self.member}"] if self.member else []
        if self.path:
            parts.append(self.path)
        if self.group is not None:
            parts.append(f"row group {self.group}")
        parts.append(f"line {self.line}" if self.line is not None else f"row {self.row}")
        return ", ".join(parts)


class Cells(NamedTuple):
    """One record cut into its cells, with the columns they stand in. Both have the same length."""

    texts: tuple[str, ...]
    columns: tuple[Column, ...]


class Problem(NamedTuple):
    """Why a manifest was not read to its end. What came before is sound.

    ``what`` is one word for machines, ``detail`` a sentence for people that repeats nothing of the file.
    """

    what: Literal["broken", "too-large", "too-deep", "expands", "stalled", "changed", "unknown", "missing"]
    detail: str


class Trouble(Exception):  # it ends a reading, it is not always an error
    """Raised inside this room only; becomes `Manifest.problem`."""

    def __init__(self, what: Any, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(what, detail)


@dataclass(frozen=True)
class Limits:
    """What one manifest may cost. The defaults let every real one through that is known."""

    bytes: int = 512 * 2**30  # after decompression
    rows: int = 4_000_000_000
    record: int = 8 * 2**20  # bytes of one row; longer ones are cut
    columns: int = 512
    depth: int = 64  # of JSON
    layers: int = 3  # of compression
    ratio: int = 400  # how much more may come out than goes in, once RATIO_FROM bytes came out
    member: int = 64 * 2**20  # bytes of one picture in an archive
    members: int = 50_000_000
    spool: int = 32 * 2**30  # bytes on disk, for formats that are read from their end
    wait: float = 60.0  # seconds without a byte from a slow server
    seconds: float = 24 * 3600.0  # for all of it


@dataclass
class Reading:
    """One pass over a manifest: how many rows were handed out, in which member, and what was left out on the way."""

    limits: Limits
    row: int = 0
    member: str = ""
    problem: Problem | None = None
    packed: int = 0  # bytes read of the lists inside an archive, all together
    unpacked: int = 0  # bytes that came out of them: a thousand small bombs are a large one
    has_people: bool = True  # descriptions of datasets name files and makers, not people shown

    def note(self, what: Any, detail: str) -> None:
        """Say that something was left out, and go on. The first word counts."""
        self.problem = self.problem or Problem(what, detail)


class Reads(Protocol):
    """What a block's records mean. One manifest may have several: lists inside an archive."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns known so far. Those of JSON grow while it is read; none changes its number or its role."""

    @property
    def delimiter(self) -> bytes:
        """What stands between the cells of a record; empty where a record is one cell, or JSON."""

    @property
    def syntax(self) -> Literal["plain", "quoted", "json"]:
        """How a record is written: cells between delimiters, the same with `"` quotes, or one JSON value a line."""

    def cells(self, record: bytes) -> Cells:
        """Cut one record as the exact engine reads it. Never raises: what is broken has fewer cells."""


@dataclass
class Block:
    """Whole records in one buffer, never changed once handed out.

    If ``is_lines``, the records are the lines of the buffer: `\\n` ends each but perhaps the last, a `\\r` before it is
    no part, blank lines are records too. A kernel may then look for them itself and say how many it found
    (`block.found(n)`), so that nobody counts twice. Else ``starts`` and ``ends`` say where they are.
    """

    buffer: memoryview
    first_row: int
    reader: Reads
    place: Callable[[int], Place]  # of the record with this number in the block
    after: Callable[[], Checkpoint]  # where to go on when this block is done
    bounds: tuple[NDArray[np.uint64], NDArray[np.uint64]] | None = None
    is_lines: bool = True

    @cached_property
    def _found(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        return self.bounds if self.bounds is not None else line_bounds(self.buffer)

    @property
    def starts(self) -> NDArray[np.uint64]:
        """Where each record starts."""
        return self._found[0]

    @property
    def ends(self) -> NDArray[np.uint64]:
        """Where each record ends, without its line break."""
        return self._found[1]

    @cached_property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.starts) if self.bounds is not None else count_lines(self.buffer)

    def found(self, rows: int) -> None:
        """Take somebody's word for the number of records."""
        self.__dict__["rows"] = rows

    def behind(self, rows: int) -> "Block":
        """The same block without its first rows."""
        starts, ends = self.starts[rows:], self.ends[rows:]
        first = self.first_row + rows
        return Block(self.buffer, first, self.reader, lambda n: self.place(n + rows), self.after, (starts, ends), False)

    def record(self, number: int) -> bytes:
        """The bytes of one record."""
        return bytes(self.buffer[int(self.starts[number]) : int(self.ends[number])])


_LINE_BREAK, _RETURN = 10, 13


def line_bounds(buffer: memoryview) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Where the lines of a buffer start and end, without their breaks (`\\n` or `\\r\\n`)."""
    octets = np.frombuffer(buffer, np.uint8)
    breaks = np.flatnonzero(octets == _LINE_BREAK)
    if len(octets) and octets[-1] != _LINE_BREAK:
        breaks = np.append(breaks, len(octets))
    starts = np.concatenate(([0], breaks[:-1] + 1)) if len(breaks) else breaks
    before = octets[np.maximum(breaks, 1) - 1] == _RETURN if len(breaks) else np.zeros(0, bool)
    ends = np.maximum(breaks - before, starts)
    return starts.astype(np.uint64), ends.astype(np.uint64)


def count_lines(buffer: memoryview) -> int:
    """How many lines a buffer has."""
    octets = np.frombuffer(buffer, np.uint8)
    whole = int(np.count_nonzero(octets == _LINE_BREAK))
    return whole + bool(len(octets) and octets[-1] != _LINE_BREAK)
