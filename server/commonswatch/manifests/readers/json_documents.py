"""One JSON document of any shape, streamed: which of its objects are rows, and what each holds. docs/manifests.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import ijson

from commonswatch.manifests.readers.joined import LONGEST_CELL, Joined
from commonswatch.manifests.readers.shapes import Block, Column, Reading, Trouble
from commonswatch.manifests.readers.streams import PIECE, skip

_FED = PIECE // 16  # bytes at a time
_LONGEST_VALUE = 16 * 2**20  # bytes without any event: one value of a payload
_MOST_CELLS = 256  # of one row
_MOST_LICENCES = 1000
_MOST_DIGITS = 1000  # of a number; Python refuses more than 4300, and yajl then hands out a value that is none
_HELD_BACK = _MOST_DIGITS  # bytes: a number or a word may be cut in two
_DAMAGE = (ijson.JSONError, ValueError, ArithmeticError, StopIteration)
_NO_JSON = re.compile(rb"(?<=[\s:,\[])(?:NaN|-?Infinity)(?=[\s,\]}])")  # what Python's json writes all the same
_DIGITS = re.compile(rb"(?<![0-9])[0-9]{%d,}" % _MOST_DIGITS)
_HALF = re.compile(rb"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}")  # of a character, alone
_ENTRY = re.compile(r"[0-9]+|.*[/.@:\s].*|.{41,}", re.DOTALL)  # a key that names a thing and not a property
_IS_NAME = re.compile(r"[0-9A-Z/.@:\s]|.{41}")  # properties are written small
_LICENCES = re.compile(r"(?:^|\.)licen[cs]es\[\d+\]$")


@dataclass
class _Frame:
    """One open object or array."""

    is_list: bool
    path: str  # as people write it
    columns: str  # without what names one thing of many
    key: str = ""
    count: int = 0
    first: "dict[str, str] | None" = None  # the cells of the first object in a list inside a row


@dataclass
class _Record:
    """One row in the making."""

    depth: int
    path: str
    columns: str
    cells: dict[str, str] = field(default_factory=dict)


class JsonDocument:
    """The rows of one document: the outermost objects that hold a value themselves, and what stands alone.

    The root is no row, unless there are several. Objects in a list are rows; a list of several objects inside a row
    makes each of them one.
    """

    def __init__(self, reading: Reading, *, several: bool = False) -> None:
        self._limits = reading.limits
        self._joined = Joined(reading)
        self._frames: list[_Frame] = [_Frame(True, "", "")] if several else []
        self._records: list[_Record] = []
        self._lists: set[str] = set()  # whose objects are rows of their own
        self._licences: dict[str, str] = {}

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those found so far."""
        return self._joined.reader.columns

    def blocks(self, stream: Any, *, start: int = 0) -> Iterator[Block]:
        """All rows of the document, or of several one after the other. ``start``: bytes of a script before it."""
        try:
            for events in _events(stream, start):
                for event, value in events:
                    yield from self._take(event, value)
        except Trouble:
            yield from self._joined.rest()
            raise
        yield from self._joined.rest()

    def _take(self, event: str, value: Any) -> Iterator[Block]:
        if event == "map_key":
            self._frames[-1].key = value
        elif event in ("start_map", "start_array"):
            yield from self._open(is_list=event == "start_array")
        elif event in ("end_map", "end_array"):
            yield from self._close()
        elif value is not None and event != "boolean":
            yield from self._value(event, str(value)[:LONGEST_CELL])
            self._count()

    def _count(self) -> None:
        if self._frames and self._frames[-1].is_list:
            self._frames[-1].count += 1

    def _open(self, *, is_list: bool) -> Iterator[Block]:
        if len(self._frames) >= self._limits.depth:
            raise Trouble("too-deep", f"It is nested more than {self._limits.depth} deep.")
        path, columns = self._here()
        if not is_list and self._frames and self._frames[-1].is_list:
            yield from self._element(path, columns)
        self._count()
        self._frames.append(_Frame(is_list, path, columns))

    def _here(self) -> tuple[str, str]:
        """Where the value that comes next stands: its place, and its column."""
        if not self._frames:
            return "", ""
        top = self._frames[-1]
        if top.is_list:
            return f"{top.path}[{top.count}]", top.columns
        names_thing = _ENTRY.fullmatch(top.key) is not None
        columns = top.columns if names_thing else f"{top.columns}.{top.key}".lstrip(".")
        return f"{top.path}.{top.key}".lstrip(".")[-1000:], columns[-200:]

    def _element(self, path: str, columns: str) -> Iterator[Block]:
        """An object of a list: a row, unless it is the only one of its kind inside a row."""
        top = self._frames[-1]
        if not self._records or top.columns in self._lists:
            self._records.append(self._record(len(self._frames), path, columns))
        elif top.count >= 1:
            self._lists.add(top.columns)
            record = self._records[-1]
            prefix = f"{_relative(top.columns, record.columns)}."
            inner = {name: text for name, text in record.cells.items() if name.startswith(prefix)}
            record.cells = {name: text for name, text in record.cells.items() if name not in inner}
            if inner:
                yield from self._joined.add(
                    {name[len(prefix) :]: text for name, text in inner.items()}, f"{top.path}[0]"
                )
            self._records.append(_Record(len(self._frames), path, columns))

    def _record(self, depth: int, path: str, columns: str) -> _Record:
        """A new row, with what names it."""
        return _Record(depth, path, columns, self._named(self._frames[:depth]))

    def _named(self, frames: list[_Frame]) -> dict[str, str]:
        """The key that names what stands in these frames, if there is one, as a cell: `{"12.jpg": {"faces": [{…`."""
        keys = (frame.key for frame in reversed(frames) if not frame.is_list)
        name = next((key for key in keys if _IS_NAME.search(key)), "")
        return {"@": name[:LONGEST_CELL]} if name else {}

    def _close(self) -> Iterator[Block]:
        self._frames.pop()
        if self._records and self._records[-1].depth == len(self._frames):
            record = self._records.pop()
            if _LICENCES.search(record.path) and len(self._licences) < _MOST_LICENCES:
                self._licences[record.cells.get("id", "")] = record.cells.get("url", "") or record.cells.get("name", "")
            if record.cells.keys() - {"@"} or _ENTRY.fullmatch(record.cells.get("@", "")):
                yield from self._joined.add(record.cells, record.path)

    def _value(self, event: str, text: str) -> Iterator[Block]:
        path, columns = self._here()
        top = self._frames[-1] if self._frames else None
        if top and not top.is_list and not self._records:
            if len(self._frames) == 1 or _ENTRY.fullmatch(top.key):
                yield from self._joined.add({"@": top.key[:LONGEST_CELL], "*": text}, path)
                return
            self._records.append(self._record(len(self._frames) - 1, top.path, top.columns))
        if not self._records:
            if event != "number" or "." not in text:
                yield from self._joined.add(self._named(self._frames) | {columns or "*": text}, path)
            return
        yield from self._cell(event, _relative(columns, self._records[-1].columns) or "*", text, path)

    def _cell(self, event: str, name: str, text: str, path: str) -> Iterator[Block]:
        record = self._records[-1]
        if name in ("license", "licence", "license_id"):
            text = self._licences.get(text, text)
        if name in record.cells or len(record.cells) >= _MOST_CELLS:
            if event == "string":  # one more of a list of addresses, or a very large object
                yield from self._joined.add({name: text}, path)
        else:
            record.cells[name] = text


def _relative(columns: str, start: str) -> str:
    return columns[len(start) :].lstrip(".") if columns.startswith(start) else columns


def _events(stream: Any, start: int) -> Iterator[list[tuple[str, Any]]]:
    """The events of the parser, piece by piece."""
    events: Any = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events, multiple_values=True)
    silent = 0
    for piece in _pieces(stream, start):
        try:
            parser.send(piece)
        except _DAMAGE as failure:
            yield list(events)
            raise Trouble("broken", "The JSON is damaged, or ends in the middle.") from failure
        silent = 0 if events else silent + len(piece)
        if silent > _LONGEST_VALUE:
            raise Trouble("too-large", f"A single value is longer than {_LONGEST_VALUE >> 20} MiB.")
        yield list(events)
        del events[:]
    yield from _last(parser, events)


def _last(parser: Any, events: Any) -> Iterator[list[tuple[str, Any]]]:
    try:
        parser.close()
    except _DAMAGE as failure:
        yield list(events)
        raise Trouble("broken", "The JSON is damaged, or ends in the middle.") from failure
    yield list(events)


def _pieces(stream: Any, start: int) -> Iterator[bytes]:
    skip(stream, start)
    held = b""
    while piece := stream.read(_FED):
        text = _sound(held + piece)
        held = text[-_HELD_BACK:]
        if len(text) > _HELD_BACK:  # an empty piece would mean the end
            yield text[:-_HELD_BACK]
    yield _sound(held.rstrip(b" \t\r\n;)") if start else held)


def _sound(text: bytes) -> bytes:
    """JSON without what some write all the same, and without numbers that no machine needs."""
    text = _HALF.sub(rb"\\ufffd", _NO_JSON.sub(b"null", text))
    return _DIGITS.sub(lambda found: found[0][:_MOST_DIGITS], text)
