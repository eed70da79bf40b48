"""From an opened file to the one format that reads it: all formats side by side, and how their streams are prepared."""

import base64
import binascii
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from commonswatch.manifests import sniffing
from commonswatch.manifests.readers import descriptions
from commonswatch.manifests.readers.compression import compression_of, unpacked
from commonswatch.manifests.readers.descriptions import Description
from commonswatch.manifests.readers.encodings import Encoding, encoding_of, is_utf8
from commonswatch.manifests.readers.guards import Ahead, Counted, Measured
from commonswatch.manifests.readers.json_documents import JsonDocument
from commonswatch.manifests.readers.json_lines import JsonLinesReader
from commonswatch.manifests.readers.layouts import Table, table_of
from commonswatch.manifests.readers.lines import Lines, ranges
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Limits, Reading, Trouble
from commonswatch.manifests.readers.streams import PIECE, Broken, Prefixed, Recoded, read_head


class Picture(NamedTuple):
    """A picture inside an archive. ``capped``: it was larger than allowed, and ``data`` is empty."""

    row: int
    member: str
    data: bytes
    capped: bool


class Unwrapped:
    """A file with its layers of compression taken off, and the first bytes of what is inside."""

    def __init__(self, raw: Counted, limits: Limits, *, is_plain_file: bool, unpacked: int = 0) -> None:
        """``unpacked``: what came out of others that count together with this one."""
        self.raw, self._limits, self.is_plain_file = raw, limits, is_plain_file
        self._unpacked, self._layers = unpacked, list[Measured]()
        self.layers: list[str] = []
        self.head, self.whole = b"", False
        self._spool: Any = None
        self.stream: Any = raw if is_plain_file else Ahead(raw, limits.wait)

    def unwrap(self) -> None:
        """Take the layers off, as many as are allowed."""
        self._look()
        while compression := compression_of(self.head):
            if len(self.layers) >= self._limits.layers:
                raise Trouble("expands", f"It is compressed more than {self._limits.layers} times over.")
            self.layers.append(compression)
            self._layers.append(Measured(unpacked(self.stream, compression), self.raw, self._limits, self._unpacked))
            self.stream = self._layers[-1]
            self._look()
        if self.layers:
            self.stream = Ahead(self.stream, self._limits.wait)

    def _look(self) -> None:
        self.head, trouble = read_head(self.stream, sniffing.HEAD)
        self.whole = len(self.head) < sniffing.HEAD and trouble is None
        if trouble and not self.head:
            raise trouble
        self.stream = Prefixed(self.head, Broken(self.stream, trouble) if trouble else self.stream)

    @property
    def unpacked(self) -> int:
        """Bytes that came out of the layer that gave most, and of the others before it."""
        return max((layer.count for layer in self._layers), default=self._unpacked)

    def from_start(self) -> Any:
        """What is inside, from its first byte: the file itself where nothing was taken off, so that one can seek."""
        if self.is_plain_file and not self.layers:
            self.raw.seek(0)
            return self.raw
        return self.stream

    def file(self) -> Any:
        """The same as a file on disk, for formats that are read from their end."""
        if self.is_plain_file and not self.layers:
            return self.raw.below
        if self._spool is None:
            self._spool = _spooled(self.stream, self._limits.spool)
        return self._spool

    def close(self) -> None:
        """Close everything."""
        with suppress(OSError, ValueError):
            self.stream.close()
        if self._spool is not None:
            self._spool.close()


def _spooled(stream: Any, most: int) -> Any:
    file = tempfile.TemporaryFile(prefix="manifest-")  # noqa: SIM115  # closed by who asked for it
    while piece := stream.read(PIECE):
        file.write(piece)
        if file.tell() > most:
            file.close()
            raise Trouble("too-large", f"It holds more than {most // 2**30} GiB.")
    file.seek(0)
    return file


class Unknown:
    """What cannot be read, and why. Also the base of all formats."""

    kind: str = "unknown"
    about: Description | None = None
    columns: tuple[Column, ...] = ()
    head = b""  # what stands before the first row of a text
    encoding: Encoding | None = None  # of a text

    def __init__(self, why: str) -> None:
        self._why = why

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """All rows, in blocks; those behind a checkpoint where that is cheap, else all."""
        raise Trouble("unknown", self._why or "It is none of the formats that can be read.")
        yield

    def divided(self, parts: int) -> list[Checkpoint]:  # noqa: ARG002
        """Where about equal ranges begin; none where one must read from the start."""
        return []

    def pictures(self) -> Iterator[Picture]:
        """The pictures inside."""
        return iter(())

    def close(self) -> None:
        """Let go of what only this format holds."""


class Text(Unknown):
    """Lists, tables and JSON Lines."""

    def __init__(self, inside: Unwrapped, reading: Reading, kind: sniffing.Kind) -> None:
        self._inside, self._reading = inside, reading
        self.encoding = self._encoding = encoding_of(inside.head)
        head = inside.head
        if not self._encoding.is_plain:
            head = _recoded(head, self._encoding)
        self._start = 0 if not self._encoding.is_plain else self._encoding.skipped
        text = head[self._start :].removeprefix(_BOM)
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


_BOM = b"\xef\xbb\xbf"


def _recoded(head: bytes, encoding: Encoding) -> bytes:
    text = head.decode(encoding.name, "replace")
    return (text.replace("\r", "\n") if encoding.returns else text).encode("utf-8", "replace")


class Json(Unknown):
    """One JSON document; a small one that describes a dataset is also understood as that."""

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        self._inside = inside
        encoding = encoding_of(inside.head)
        text = (inside.head if encoding.is_plain else _recoded(inside.head, encoding)).removeprefix(_BOM)
        self._start = sniffing.start_of_json(text)
        self._document = JsonDocument(reading, several=sniffing.holds_several(text))
        self.about = descriptions.of_json(inside.head) if inside.whole else None
        reading.has_people = self.about is None
        self.kind = self.about.kind if self.about else "json"

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those found so far."""
        return self._document.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """Its rows, from the first."""
        encoding = encoding_of(self._inside.head)
        name = encoding.name if encoding.name != "utf-8" or is_utf8(self._inside.head) else "latin-1"
        stream = Recoded(self._inside.from_start(), "utf-8-sig" if name == "utf-8" else name)
        return self._document.blocks(stream, start=self._start)


class Card(Unknown):
    """The card of a dataset: YAML between two lines of dashes, then text. Its rows are the files it names."""

    kind = "card"

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        front = descriptions.front_matter(inside.head)
        self.about = descriptions.of_card(front)
        reading.has_people = False
        self._document = JsonDocument(reading)
        self._stream = Prefixed(json.dumps(front, default=str, skipkeys=True).encode(), _Nothing())

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those found so far."""
        return self._document.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """What the front matter holds."""
        return self._document.blocks(self._stream)


class _Nothing:
    def readinto(self, buffer: Any) -> int:  # noqa: ARG002
        """The end."""
        return 0

    def close(self) -> None:
        """Nothing to do."""


def find(inside: Unwrapped, reading: Reading, depth: int = 0) -> Unknown:
    """The format of what is inside."""
    from commonswatch.manifests.readers import parquet, tars, zips  # noqa: PLC0415  # they list what is in them by this

    kind, why = sniffing.kind_of(inside.head)
    if not inside.head:
        raise Trouble("unknown", "It is empty.")
    if kind in ("table", "list", "json-lines"):
        return Text(inside, reading, kind)
    if kind == "json":
        return Json(inside, reading)
    if kind == "card":
        return Card(inside, reading)
    if kind == "tar" and not depth:
        return tars.Tar(inside, reading)
    if kind == "zip" and not depth:
        return zips.Zip(inside, reading)
    if kind == "parquet":
        return parquet.Parquet(inside, reading)
    return Unknown(why)


def inner_blocks(stream: Any, member: str, reading: Reading) -> Iterator[Block]:
    """The rows of a list inside an archive. Its trouble is noted, and does not end that of the archive."""
    raw = Counted(stream, reading.limits)
    raw.count = reading.packed
    inside = Unwrapped(raw, reading.limits, is_plain_file=False, unpacked=reading.unpacked)
    reading.member = member
    try:
        inside.unwrap()
        yield from find(inside, reading, depth=1).blocks(None)
    except Trouble as trouble:
        reading.note(trouble.problem.what, f"A list inside: {trouble.problem.detail}")
    finally:
        reading.member, reading.packed, reading.unpacked = "", raw.count, inside.unpacked
        inside.close()
