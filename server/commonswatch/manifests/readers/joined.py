"""Rows that are not lines of the file: cells by name become records joined by tabs, with columns found on the way."""

import re
from collections.abc import Iterator, Mapping

from commonswatch.manifests.readers import roles
from commonswatch.manifests.readers.columns import column_of, columns_of
from commonswatch.manifests.readers.shapes import Block, Cells, Checkpoint, Column, Place, Reading
from commonswatch.manifests.readers.text import Syntax, decoded

LONGEST_CELL = 5000  # characters: more than any address may have
_BLOCK_BYTES = 2**20
_BREAKS = re.compile("[\t\r\n]+")


class JoinedReader:
    """What joined records mean. Columns are added while reading; none ever changes."""

    syntax: Syntax = "plain"
    delimiter = b"\t"

    def __init__(self, columns: tuple[Column, ...] = ()) -> None:
        self.columns = columns

    def cells(self, record: bytes) -> Cells:
        """Cut a record; empty cells are left out."""
        texts = decoded(record).split("\t")
        known = [(text, column) for text, column in zip(texts, self.columns, strict=False) if text]
        return Cells(tuple(text for text, _ in known), tuple(column for _, column in known))


class Joined:
    """Gathers rows into blocks. The first rows wait until what their columns hold has been told."""

    def __init__(self, reading: Reading) -> None:
        self.reader = JoinedReader()
        self._reading = reading
        self._numbers: dict[str, int] = {}
        self._waiting: list[tuple[Mapping[str, str], str, str]] | None = []
        self._buffer = bytearray()
        self._places: list[tuple[str, str]] = []

    def add(self, cells: Mapping[str, str], path: str = "", member: str = "") -> Iterator[Block]:
        """Take one row; give a block when there is enough."""
        if self._waiting is not None:
            self._waiting.append((cells, path, member))
            if len(self._waiting) >= roles.SAMPLE:
                self._tell_columns()
        else:
            self._join(cells, path, member)
        if len(self._buffer) >= _BLOCK_BYTES:
            yield from self._block()

    def rest(self) -> Iterator[Block]:
        """What is left, at the end or before trouble."""
        if self._waiting is not None:
            self._tell_columns()
        if self._buffer:
            yield from self._block()

    def _tell_columns(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        names = list(dict.fromkeys(name for cells, _, _ in waiting for name in cells))
        names = names[: self._reading.limits.columns]
        columns = columns_of(names, [[cells.get(name, "") for name in names] for cells, _, _ in waiting])
        self.reader.columns = tuple(map(self._allowed, columns))
        self._numbers = {name: number for number, name in enumerate(names)}
        for row in waiting:
            self._join(*row)

    def _join(self, cells: Mapping[str, str], path: str, member: str) -> None:
        texts = [""] * len(self._numbers)
        for name, text in cells.items():
            number = self._numbers.get(name)
            if number is None and (number := self._new_column(name, text)) is not None:
                texts.append("")
            if number is not None:
                texts[number] = _one_line(text[:LONGEST_CELL])
        self._buffer += "\t".join(texts).encode("utf-8", "replace") + b"\n"
        self._places.append((path, member))

    def _new_column(self, name: str, text: str) -> int | None:
        number = len(self._numbers)
        if number >= self._reading.limits.columns:
            self._reading.note("too-large", f"It has more than {number} columns: the others were left out.")
            return None
        self._numbers[name] = number
        self.reader.columns += (self._allowed(column_of(name, [] if roles.is_null(text) else [text[:512]])),)
        return number

    def _allowed(self, column: Column) -> Column:
        return Column(column.name) if column.role == "person" and not self._reading.has_people else column

    def _block(self) -> Iterator[Block]:
        places, first = self._places, self._reading.row
        member = self._reading.member

        def place(number: int) -> Place:
            path, inner = places[number]
            return Place(first + number, path=path, member=inner or member)

        def after() -> Checkpoint:
            return {"row": first + len(places)}

        buffer = memoryview(bytes(self._buffer))
        self._buffer, self._places = bytearray(), []
        self._reading.row = first + len(places)
        yield Block(buffer, first, self.reader, place, after)


def _one_line(text: str) -> str:
    return text if text.isprintable() else _BREAKS.sub(" ", text)
