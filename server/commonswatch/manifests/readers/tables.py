"""Lists, tables and JSON Lines: what is read line by line."""

import base64
import binascii
from collections.abc import Iterator

from commonswatch.manifests.readers.encodings import MARK, encoding_of, recoded
from commonswatch.manifests.readers.json_lines import JsonLinesReader
from commonswatch.manifests.readers.layouts import Table, table_of
from commonswatch.manifests.readers.lines import Lines, ranges
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Reading
from commonswatch.manifests.readers.streams import Recoded
from commonswatch.manifests.readers.unknown import Picture, Unknown
from commonswatch.manifests.readers.unwrapping import Unwrapped
from commonswatch.manifests.sniffing import Kind


class Text(Unknown):
    """Lists, tables and JSON Lines."""

    def __init__(self, inside: Unwrapped, reading: Reading, kind: Kind) -> None:
        self._inside, self._reading = inside, reading
        self.encoding = self._encoding = encoding_of(inside.head)
        head = inside.head
        if not self._encoding.is_plain:
            head = recoded(head, self._encoding)
        self._start = 0 if not self._encoding.is_plain else self._encoding.skipped
        text = head[self._start :].removeprefix(MARK)
        table = Table(0, 0, JsonLinesReader(text)) if kind == "json-lines" else table_of(text, whole=inside.whole)
        self.head = head[self._start : self._start + table.skipped]
        self._table, self._reader = table, table.reader
        self.kind = kind if kind == "json-lines" else ("table" if len(table.reader.columns) > 1 else "list")

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those of the reader."""
        return tuple(self._reader.columns)

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:
        """Whole lines."""
        stream = self._inside.from_start()
        if not self._encoding.is_plain:
            stream = Recoded(stream, self._encoding.name, returns=self._encoding.returns)
        lines = Lines(stream, self._reader, self._reading, line=self._table.lines)
        start = checkpoint if checkpoint and "offset" in checkpoint else None
        return lines.blocks(start, self._start + self._table.skipped)

    def divided(self, parts: int) -> list[Checkpoint]:
        """Where about equal ranges of a plain file begin and end, each behind a line break; none for other files."""
        if not self._encoding.is_plain or self._inside.layers or not self._inside.is_plain_file:
            return []
        if self._reader.syntax == "quoted":
            return []
        first = self._start + self._table.skipped
        return ranges(self._inside.raw, first, parts, line=self._table.lines)

    def pictures(self) -> Iterator[Picture]:
        """The pictures that stand in the rows themselves, in base64."""
        most = self._reading.limits.member
        number = next((at for at, column in reversed([*enumerate(self.columns)]) if column.role == "payload"), None)
        if number is None or self._reader.syntax != "plain":
            return
        for block in self.blocks(None):
            for index in range(block.rows):
                data = payload(block.record(index), self._reader.delimiter, number)
                row = block.first_row + index
                yield Picture(row, f"row {row}", data[:most] if len(data) <= most else b"", len(data) > most)


def payload(record: bytes, delimiter: bytes, number: int) -> bytes:
    """The bytes that a cell holds in base64; none where it does not."""
    cells = record.split(delimiter, number + 1) if delimiter else [record]
    try:
        return base64.b64decode(cells[number]) if len(cells) > number else b""
    except (binascii.Error, ValueError):
        return b""
