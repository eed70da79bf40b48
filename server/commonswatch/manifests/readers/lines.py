"""Blocks of whole lines out of a stream: none is looked at, too long ones are cut, breaks inside quotes are found."""

import weakref
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

from commonswatch.manifests.readers.buffers import Buffers
from commonswatch.manifests.readers.quotes import Quotes
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Place, Reading, Reads, Trouble
from commonswatch.manifests.readers.streams import skip

CHUNK = 1024 * 2**10
_TAIL = 2**16  # bytes: where the last line break of a chunk is looked for first


class Lines:
    """The lines of a stream from a place on. ``line`` counts from 0: how many stand before the first row."""

    def __init__(self, stream: Any, reader: Reads, reading: Reading, *, line: int = 0) -> None:
        self._stream, self._reader, self._reading = stream, reader, reading
        self._offset, self._line = 0, line
        self._quotes = Quotes(reader.delimiter) if reader.syntax == "quoted" else None
        self._trouble: Trouble | None = None
        self._most = reading.limits.record
        self._buffers = Buffers(CHUNK)
        self._range: dict[str, int] = {}  # where it begins and ends, in bytes
        self._until: int | None = None
        self._at = 0
        self._carry: memoryview = memoryview(b"")

    def blocks(self, start: Checkpoint | None, skipped: int) -> Iterator[Block]:
        """All blocks behind the first ``skipped`` bytes, or behind a checkpoint."""
        if start:
            self._range = {name: start[name] for name in ("from", "until") if name in start}
            self._until = self._range.get("until")
            skipped, self._reading.row, self._line = int(start["offset"]), int(start["row"]), int(start["line"])
        skip_to(self._stream, skipped)
        self._offset = self._at = skipped
        while True:
            buffer, ended = self._next_lines()
            if buffer:
                yield from self._block(buffer, is_end=ended)
            if self._trouble:
                raise self._trouble
            if ended:
                return

    def _block(self, buffer: memoryview, *, is_end: bool) -> Iterator[Block]:
        bounds = lines_before = None
        if self._quotes:
            used, bounds, lines_before = self._quotes.records(buffer, is_end=is_end)
            self._carry = memoryview(bytes(buffer[used:]) + bytes(self._carry)) if used < len(buffer) else self._carry
            buffer = buffer[:used]
        first_row, line, end = self._reading.row, self._line, self._offset + len(buffer)
        member = self._reading.member

        def place(number: int) -> Place:
            into = number if lines_before is None else int(lines_before[number])
            return Place(first_row + number, line + into + 1, None, "", member)

        def after() -> Checkpoint:
            rows = cast("Block", known()).rows
            lines = rows if lines_before is None else int(lines_before[-1])
            return {"offset": end, "row": first_row + rows, "line": line + lines, **self._range}

        block = Block(buffer, first_row, self._reader, place, after, bounds, is_lines=bounds is None)
        known = weakref.ref(block)  # it holds `after`: in a circle each buffer would wait for the garbage collector
        yield block
        self._offset = end
        done = block.after()
        self._reading.row, self._line = int(done["row"]), int(done["line"])

    def _next_lines(self) -> tuple[memoryview, bool]:
        """Whole lines, and whether they were the last."""
        view = self._buffers.lend(max(CHUNK, 3 * len(self._carry)))
        view[: len(self._carry)] = self._carry
        filled, ended = self._fill(view, len(self._carry))
        if ended:
            self._carry = memoryview(b"")
            return view[:filled].toreadonly(), True
        end = self._last_break(view, filled)
        if self._trouble:
            return view[:end].toreadonly(), True
        if end == 0 and filled > self._most:
            return self._cut(view[:filled])
        self._carry = view[end:filled]
        return view[:end].toreadonly(), False

    def _fill(self, view: memoryview, filled: int) -> tuple[int, bool]:
        while filled < len(view):
            read = self._read_into(view[filled:])
            if not read:
                return filled, self._trouble is None
            filled += read
        return filled, False

    def _read_into(self, view: memoryview) -> int:
        """The next bytes of the range; none at its end or in trouble. What came before that is kept."""
        left = len(view) if self._until is None else min(len(view), self._until - self._at)
        try:
            read = int(self._stream.readinto(view[:left]) or 0) if left > 0 else 0
        except Trouble as trouble:
            self._trouble, read = trouble, 0
        self._at += read
        return read

    def _last_break(self, view: memoryview, filled: int) -> int:
        """Behind the last line break."""
        tail = max(0, filled - _TAIL)
        found = bytes(view[tail:filled]).rfind(b"\n")
        if found < 0:
            tail, found = 0, bytes(view[:filled]).rfind(b"\n")
        return tail + found + 1

    def _cut(self, view: memoryview) -> tuple[memoryview, bool]:
        """The start of a line that is too long; the rest of it is read and dropped."""
        self._reading.note("too-large", f"A line was longer than {self._most >> 20} MiB: it was cut.")
        kept = bytes(view[: self._most]) + b"\n"
        self._offset += len(view) - len(kept)
        self._carry = memoryview(b"")
        piece = bytearray(2**20)
        while read := self._read_into(memoryview(piece)):
            at = piece.find(b"\n", 0, read)
            if at >= 0:
                self._carry = memoryview(bytes(piece[at + 1 : read]))
                self._offset += at + 1
                return memoryview(kept), False
            self._offset += read
        return memoryview(kept), True


def ranges(file: Any, first: int, parts: int, *, line: int) -> list[Checkpoint]:
    """Checkpoints that cut a file behind line breaks; each says where it ends. Rows of each count from 0."""
    size = file.size()
    cuts = [first]
    for part in range(1, parts):
        file.seek(max(cuts[-1], first + (size - first) * part // parts))
        cut = file.tell()
        while (piece := file.read(_TAIL)) and b"\n" not in piece:
            cut += len(piece)
        cuts.append(min(size, cut + piece.find(b"\n") + 1) if piece else size)
    cuts.append(size)
    file.seek(0)
    return [
        {"offset": start, "row": 0, "line": line, "from": start, "until": end}
        for start, end in pairwise(cuts)
        if end > start
    ]


def skip_to(stream: Any, offset: int) -> None:
    """Go to that byte of what is unpacked: at once in a plain file, by reading else."""
    if offset < 0:
        raise Trouble("broken", "The checkpoint does not belong to this manifest.")
    if stream.seekable():
        stream.seek(offset)
    else:
        skip(stream, offset)
