"""tar, also WebDataset: read forward, header by header."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from commonswatch.manifests.readers.archives import Archive, Member
from commonswatch.manifests.readers.shapes import Reading, Trouble
from commonswatch.manifests.readers.streams import PIECE, Stream, read_fully, skip
from commonswatch.manifests.readers.unwrapping import Unwrapped

BLOCK = 512  # bytes
_LONGEST_NAME = 2**16  # bytes of a long name or of pax records
_NUL = b"\x00" * BLOCK
_REGULAR = b"0\x007"
_LONG_NAME, _PAX = ord("L"), ord("x")
_EXTENDED = b"LKxg"
_WINDOW = 8192  # bytes
_PAX_PATH = re.compile(rb"[0-9]+ path=([^\n]*)\n")
_PAX_SIZE = re.compile(rb"[0-9]+ size=([0-9]{1,19})\n")


class Tar(Archive):
    """A tar of any flavour (v7, ustar, pax, GNU), read forward. Links, devices and folders are no rows."""

    kind = "tar"

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        super().__init__(reading)
        self._inside = inside

    def members(self) -> Iterator[Member]:
        """Its regular files."""
        for name, size, cursor in members(self._inside.from_start()):
            yield Member(name, size, partial(_Content, cursor, size))


class _Content(Stream):
    """The bytes of one member, and no more."""

    def __init__(self, cursor: "_Forward", size: int) -> None:
        super().__init__(cursor)
        self._cursor, self.left = cursor, size

    def readinto(self, buffer: Any) -> int:
        """At most to the member's end."""
        view = memoryview(buffer)[: self.left]
        data = self._cursor.read(min(len(view), PIECE))
        view[: len(data)] = data
        if view and not data:
            raise Trouble("broken", "The archive ends in the middle.")
        self.left -= len(data)
        return len(data)

    def close(self) -> None:
        """Leave the archive open."""


class _Forward:
    """Goes through a stream that cannot be sought."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.at = stream, 0

    def read(self, count: int) -> bytes:
        """The next bytes; fewer at the end only."""
        data = read_fully(self._stream, count)
        self.at += len(data)
        return data

    def go(self, to: int) -> bool:
        """Go forward; False if that is behind the end."""
        missing = skip(self._stream, to - self.at)
        self.at = to
        return missing < BLOCK


class _Seeking(_Forward):
    """Goes through a file, reading little more than the headers."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._file, self._size = stream.below.fileno(), stream.size()
        self._window, self._start = b"", 0

    def read(self, count: int) -> bytes:
        """The next bytes, from what was read ahead where they are there."""
        offset = self.at - self._start
        if not 0 <= offset <= len(self._window) - count:
            self._window, self._start, offset = os.pread(self._file, max(count, _WINDOW), self.at), self.at, 0
            self._stream.count = self.at
        data = self._window[offset : offset + count]
        self.at += len(data)
        return data

    def go(self, to: int) -> bool:
        """Go there; False if that is behind the end."""
        self.at = to
        return bool(to < self._size + BLOCK)


def members(stream: Any) -> Iterator[tuple[str, int, _Forward]]:
    """The name and size of all regular files, the cursor being at their content. Trouble where it is damaged."""
    cursor = _Seeking(stream) if stream.seekable() else _Forward(stream)
    pending = _Pending()
    while (header := cursor.read(BLOCK)) and header != _NUL:
        if len(header) < BLOCK:
            raise Trouble("broken", "The archive ends in the middle.")
        kind = header[156]
        size = _size(header)
        size = pending.size if pending.size is not None and kind in _REGULAR else size
        end = cursor.at + size + -size % BLOCK
        if kind in _EXTENDED:
            pending.take(kind, _Content(cursor, size))
        else:
            if kind in _REGULAR:
                yield pending.name or _name(header), size, cursor
            pending = _Pending() if pending.is_used else pending
        if not cursor.go(end):
            raise Trouble("broken", "The archive ends in the middle.")


@dataclass
class _Pending:
    """What extended headers say of the member that follows."""

    name: str = ""
    size: int | None = None
    is_used: bool = False

    def take(self, kind: int, content: _Content) -> None:
        """Read one extended header."""
        if content.left > _LONGEST_NAME:
            raise Trouble("broken", "The archive has a name that is too long.")
        data, self.is_used = read_fully(content, content.left), True
        if kind == _LONG_NAME:
            self.name = _decoded(data)
        elif kind == _PAX:
            path, size = _PAX_PATH.search(data), _PAX_SIZE.search(data)
            self.name = _decoded(path[1]) if path else self.name
            self.size = int(size[1]) if size else self.size


def _size(header: bytes) -> int:
    """The size a header tells. A header without the usual mark has its sum checked."""
    try:
        if (
            header[257:262] != b"ustar"
            and int(header[148:156].strip(b"\x00 "), 8) != sum(header) - sum(header[148:156]) + 8 * 32
        ):
            raise Trouble("broken", "The archive is damaged.")
        if header[124] & 0x80:
            return int.from_bytes(header[125:136])
        digits = header[124:136].strip(b"\x00 ") or b"0"
        if not digits.isdigit():  # Python would read signs, and go back for ever
            raise Trouble("broken", "The archive is damaged.")
        return int(digits, 8)
    except ValueError as failure:
        raise Trouble("broken", "The archive is damaged.") from failure


def _name(header: bytes) -> str:
    name = _decoded(header[:100])
    prefix = _decoded(header[345:500]) if header[257:263] == b"ustar\x00" else ""
    return f"{prefix}/{name}" if prefix else name


def _decoded(field: bytes) -> str:
    return field.partition(b"\x00")[0].decode("utf-8", "replace")
