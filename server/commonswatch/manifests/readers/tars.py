"""tar, also WebDataset: rows are its pictures with what lies beside them, and the rows of lists inside."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from commonswatch.manifests.readers import formats
from commonswatch.manifests.readers.members import Samples, is_list, is_picture
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Reading, Trouble
from commonswatch.manifests.readers.streams import Stream, read_fully, skip

BLOCK = 512  # bytes
_LONGEST_NAME = 2**16  # bytes of a long name or of pax records
_NUL = b"\x00" * BLOCK
_REGULAR = b"0\x007"
_PAX_PATH = re.compile(rb"[0-9]+ path=([^\n]*)\n")
_PAX_SIZE = re.compile(rb"[0-9]+ size=([0-9]{1,19})\n")


@dataclass
class Member:
    """One regular file: its name and how long it is."""

    name: str
    size: int


class Tar(formats.Unknown):
    """A tar of any flavour (v7, ustar, pax, GNU), read forward. Links, devices and folders are no rows."""

    kind = "tar"

    def __init__(self, inside: formats.Unwrapped, reading: Reading) -> None:
        self._inside, self._reading = inside, reading
        self._samples = Samples(reading)

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those found so far."""
        return self._samples.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """Its rows, from the first."""
        try:
            yield from self._members()
        except Trouble:
            yield from self._samples.rest()
            raise
        yield from self._samples.rest()

    def _members(self) -> Iterator[Block]:
        for number, (member, content) in enumerate(members(self._inside.from_start())):
            if number >= self._reading.limits.members:
                raise Trouble("too-large", f"It has more than {number:,} members.")
            if is_list(member.name):
                yield from self._samples.rest()
                yield from formats.inner_blocks(content, member.name, self._reading)
            else:
                yield from self._samples.add(member.name, member.size, content)

    def pictures(self) -> Iterator[formats.Picture]:
        """Each with the number of its row, were the rows read."""
        most = self._reading.limits.member
        for number, (member, content) in enumerate(
            m for m in members(self._inside.from_start()) if is_picture(m[0].name)
        ):
            capped = member.size > most
            yield formats.Picture(number, member.name, b"" if capped else read_fully(content, most), capped)


class _Content(Stream):
    """The bytes of one member; what is left of them is passed over when the next is asked for."""

    def __init__(self, below: Any, size: int) -> None:
        super().__init__(below)
        self.left = size

    def readinto(self, buffer: Any) -> int:
        """At most to the member's end."""
        view = memoryview(buffer)[: self.left]
        read = int(self.below.readinto(view) or 0) if view else 0
        if view and not read:
            raise Trouble("broken", "The archive ends in the middle.")
        self.left -= read
        return read

    def close(self) -> None:
        """Leave the archive open."""


def members(stream: Any) -> Iterator[tuple[Member, _Content]]:
    """All regular files with their content, in their order. Trouble where the archive is damaged or cut off."""
    can_seek = stream.seekable()
    pending = _Pending()
    while (header := read_fully(stream, BLOCK)) and header != _NUL:
        if len(header) < BLOCK:
            raise Trouble("broken", "The archive ends in the middle.")
        size = _header_size(header)
        kind = header[156:157]
        content = _Content(stream, pending.size if pending.size is not None and kind in (b"0", b"\x00") else size)
        if kind in (b"L", b"x", b"g"):
            pending.take(kind, content)
        else:
            whole = content.left
            if kind in (b"0", b"\x00", b"7"):
                yield Member(pending.name or _name(header), whole), content
            size = whole
            pending = _Pending()
        _pass(stream, content.left + -size % BLOCK, can_seek=can_seek)


@dataclass
class _Pending:
    """What extended headers say of the member that follows."""

    name: str = ""
    size: int | None = None
    fields: list[bytes] = field(default_factory=list)

    def take(self, kind: bytes, content: Any) -> None:
        if content.left > _LONGEST_NAME:
            raise Trouble("broken", "The archive has a name that is too long.")
        data = read_fully(content, _LONGEST_NAME)
        if kind == b"L":
            self.name = _decoded(data)
        elif kind == b"x":
            path, size = _PAX_PATH.search(data), _PAX_SIZE.search(data)
            self.name = _decoded(path[1]) if path else self.name
            self.size = int(size[1]) if size else self.size


def _header_size(header: bytes) -> int:
    """The size a header tells, after its sum was checked."""
    try:
        told = int(header[148:156].strip(b"\x00 "), 8)
        size = (
            int.from_bytes(header[125:136]) if header[124] & 0x80 else int(header[124:136].strip(b"\x00 ") or b"0", 8)
        )
    except ValueError as failure:
        raise Trouble("broken", "The archive is damaged.") from failure
    if told != sum(header) - sum(header[148:156]) + 8 * 32 or size < 0:
        raise Trouble("broken", "The archive is damaged.")
    return size


def _name(header: bytes) -> str:
    name = _decoded(header[:100])
    prefix = _decoded(header[345:500]) if header[257:263] == b"ustar\x00" else ""
    return f"{prefix}/{name}" if prefix else name


def _decoded(field: bytes) -> str:
    return field.partition(b"\x00")[0].decode("utf-8", "replace")


def _pass(stream: Any, count: int, *, can_seek: bool) -> None:
    missing = skip(stream, count) if not can_seek or count <= BLOCK else _jump(stream, count)
    if missing >= BLOCK:
        raise Trouble("broken", "The archive ends in the middle.")


def _jump(stream: Any, count: int) -> int:
    """Seek forward; return how many bytes behind the end that is."""
    return max(0, int(stream.seek(count, 1)) - int(stream.size()))
