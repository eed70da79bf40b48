"""zip: the same rows as tar, from its list at the end; members are unpacked only when they are needed."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from commonswatch.manifests.readers.archives import Archive, Member
from commonswatch.manifests.readers.guards import Measured
from commonswatch.manifests.readers.shapes import Reading, Trouble
from commonswatch.manifests.readers.streams import PIECE, Stream, read_fully
from commonswatch.manifests.readers.unwrapping import Unwrapped

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_ENTRY_SIZE, _LOCAL_SIZE, _END_SIZE = 46, 30, 22
_COMMENT = 2**16  # bytes: the longest comment behind the end record
_LARGEST_ENTRY = _ENTRY_SIZE + 3 * 2**16  # bytes: with its name, its extras and its comment
_ALL_ONES, _ZIP64 = 0xFFFFFFFF, 1
_STORED, _DEFLATED = 0, 8
_UTF8, _ENCRYPTED = 0x800, 0x1


@dataclass
class Entry:
    """One entry of the list at the end."""

    name: str
    size: int
    packed: int
    offset: int
    method: int
    is_encrypted: bool


class Zip(Archive):
    """A zip archive. Entries that lie over each other are named, but not unpacked again and again."""

    kind = "zip"

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        super().__init__(reading)
        self._file = inside.file()
        self._budget = self._file.seek(0, 2)  # bytes: each may be unpacked once

    def members(self) -> Iterator[Member]:
        """Its entries but folders."""
        for entry in entries(self._file):
            if not entry.name.endswith("/"):
                yield Member(entry.name, entry.size, partial(_Lazy, partial(self._content, entry)))

    def _content(self, entry: Entry) -> Any:
        self._budget -= entry.packed
        if self._budget < 0:
            raise Trouble("broken", "The archive's entries lie over each other.")
        if entry.is_encrypted or entry.method not in (_STORED, _DEFLATED):
            raise Trouble("unknown", "A member is encrypted, or packed in a way that cannot be read.")
        header = _at(self._file, entry.offset, _LOCAL_SIZE)
        if not header.startswith(_LOCAL):
            raise Trouble("broken", "The archive is damaged.")
        names, extra = struct.unpack("<HH", header[26:30])
        raw = _Range(self._file, entry.offset + _LOCAL_SIZE + names + extra, entry.packed)
        return raw if entry.method == _STORED else Measured(_Inflated(raw), raw, self._reading.limits)


class _Lazy(Stream):
    """Content that is looked for when somebody reads it."""

    def __init__(self, make: Any) -> None:
        super().__init__(None)
        self._make = make

    def readinto(self, buffer: Any) -> int:
        """From the content."""
        self.below = self.below or self._make()
        return int(self.below.readinto(buffer) or 0)

    def close(self) -> None:
        """Nothing to close: the archive stays open."""


class _Range(Stream):
    """A stretch of the file."""

    def __init__(self, below: Any, start: int, size: int) -> None:
        super().__init__(below)
        self._at, self._left, self.count = start, size, 0

    def readinto(self, buffer: Any) -> int:
        """As files do, at its own place: others read the same file in between."""
        view = memoryview(buffer)[: self._left]
        self.below.seek(self._at)
        read = int(self.below.readinto(view) or 0) if view else 0
        if view and not read:
            raise Trouble("broken", "The archive ends in the middle.")
        self._at, self._left, self.count = self._at + read, self._left - read, self.count + read
        return read

    def close(self) -> None:
        """Leave the archive open."""


class _Inflated(Stream):
    """Raw deflate."""

    def __init__(self, below: Any) -> None:
        super().__init__(below)
        self._object = zlib.decompressobj(-15)

    def readinto(self, buffer: Any) -> int:
        """Never more than asked for."""
        view = memoryview(buffer)
        while not self._object.eof:
            data = self._object.unconsumed_tail or self.below.read(PIECE // 16)
            try:
                out = self._object.decompress(data, len(view)) if data else b""
            except zlib.error as failure:
                raise Trouble("broken", "A member of the archive is damaged.") from failure
            if not data:
                raise Trouble("broken", "A member of the archive is damaged.")
            if out:
                view[: len(out)] = out
                return len(out)
        return 0


def entries(file: Any) -> Iterator[Entry]:
    """The entries of the list at the end, one by one: the list itself is never held.

    They count, not the number that is told: some programs write only its last 16 bits.
    """
    at, size, told = _directory(file)
    end, data, start, number = at + size, b"", 0, 0
    while at < end or start < len(data):
        if len(data) - start < _LARGEST_ENTRY and at < end:
            data, start = data[start:] + _at(file, at, min(PIECE, end - at)), 0
            at += min(PIECE, end - at)
        if len(data) - start < _ENTRY_SIZE or not data.startswith(_ENTRY, start):
            raise Trouble("broken", "The archive's list is damaged.")
        entry, length = _entry(data, start)
        start, number = start + length, number + 1
        yield entry
    if (number - told) % 2**16:
        raise Trouble("broken", "The archive's list has another number of members than it says.")


def _entry(data: bytes, start: int) -> tuple[Entry, int]:
    flags, method = struct.unpack_from("<HH", data, start + 8)
    packed, size, names, extras, comment = struct.unpack_from("<IIHHH", data, start + 20)
    (offset,) = struct.unpack_from("<I", data, start + 42)
    name_at = start + _ENTRY_SIZE
    name = data[name_at : name_at + names].decode("utf-8" if flags & _UTF8 else "cp437", "replace")
    extra = data[name_at + names : name_at + names + extras]
    size, packed, offset = _large(extra, [size, packed, offset])
    return Entry(name, size, packed, offset, method, bool(flags & _ENCRYPTED)), _ENTRY_SIZE + names + extras + comment


def _large(extra: bytes, values: list[int]) -> list[int]:
    """Sizes and place, of which zip64 keeps apart those that are too large."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == _ZIP64:
            large = [int.from_bytes(extra[at : at + 8], "little") for at in range(4, 4 + length - 7, 8)]
            return [large.pop(0) if value == _ALL_ONES and large else value for value in values]
        extra = extra[4 + length :]
    return values


def _directory(file: Any) -> tuple[int, int, int]:
    """Where the list starts, how long it is, and how many entries it has."""
    whole = file.seek(0, 2)
    tail_at = max(0, whole - _COMMENT - _END_SIZE - 20)
    tail = _at(file, tail_at, whole - tail_at)
    found = tail.rfind(_END)
    if found < 0 or len(tail) < found + _END_SIZE:
        raise Trouble("broken", "The archive has no list at its end: it may be cut off.")
    count, size, offset = struct.unpack("<HII", tail[found + 10 : found + 20])
    if _ALL_ONES in (size, offset) or count == 0xFFFF:
        locator = tail[found - 20 : found]
        if locator.startswith(_LOCATOR64):
            record = _at(file, int.from_bytes(locator[8:16], "little"), 56)
            if not record.startswith(_END64):
                raise Trouble("broken", "The archive's list is damaged.")
            count, size, offset = struct.unpack("<QQQ", record[32:56])
    if offset + size > whole:
        raise Trouble("broken", "The archive's list is damaged.")
    return offset, size, count


def _at(file: Any, offset: int, size: int) -> bytes:
    try:
        file.seek(offset)
    except (OSError, OverflowError) as failure:  # a place that no file has
        raise Trouble("broken", "The archive is damaged.") from failure
    return read_fully(file, size)
