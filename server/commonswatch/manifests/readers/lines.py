"""Blocks of whole lines out of a stream: none is looked at, too long ones are cut, breaks inside quotes are found."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.readers.shapes import Block, Checkpoint, Place, Reading, Reads, Trouble, line_bounds
from commonswatch.manifests.readers.streams import skip

Bounds = tuple[NDArray[np.uint64], NDArray[np.uint64]]

CHUNK = 4 * 2**20  # bytes
_TAIL = 2**16  # bytes: where the last line break of a chunk is looked for first
_QUOTED_BYTES = 2**16  # the longest quoted cell with line breaks in it
_QUOTED_LINES = 256
_FALSE_ALARMS = 64  # quotes that never closed, until breaks within quotes are no longer believed in
_QUOTE = 34


class Lines:
    """The lines of a stream from a place on. ``line`` counts from 0: how many stand before the first row."""

    def __init__(self, stream: Any, reader: Reads, reading: Reading, *, line: int = 0) -> None:
        self._stream, self._reader, self._reading = stream, reader, reading
        self._offset, self._line = 0, line
        self._quotes = _Quotes(reader.delimiter) if reader.syntax == "quoted" else None
        self._trouble: Trouble | None = None
        self._most = reading.limits.record
        self._until: int | None = None  # where a range ends, in bytes
        self._at = 0
        self._carry: memoryview = memoryview(b"")

    def blocks(self, start: Checkpoint | None, skipped: int) -> Iterator[Block]:
        """All blocks behind the first ``skipped`` bytes, or behind a checkpoint."""
        if start:
            self._until = start.get("until")
            skipped, self._reading.row, self._line = int(start["offset"]), int(start["row"]), int(start["line"])
        skip_to(self._stream, skipped)
        self._offset = self._at = skipped
        while True:
            buffer, ended = self._next_lines()
            if buffer:
                yield from self._block(buffer)
            if self._trouble:
                raise self._trouble
            if ended:
                return

    def _block(self, buffer: memoryview) -> Iterator[Block]:
        first_row, line, end = self._reading.row, self._line, self._offset + len(buffer)
        member = self._reading.member
        bounds, lines_before = self._quotes.bounds(buffer) if self._quotes else (None, None)

        def place(number: int) -> Place:
            into = int(lines_before[number]) if lines_before is not None else number
            return Place(first_row + number, line + into + 1, member=member)

        def after() -> Checkpoint:
            lines = block.rows if lines_before is None else int(lines_before[-1])
            until = {"until": self._until} if self._until is not None else {}
            return {"offset": end, "row": first_row + block.rows, "line": line + lines, **until}

        block = Block(buffer, first_row, self._reader, place, after, bounds, is_lines=bounds is None)
        yield block
        self._offset = end
        done = block.after()
        self._reading.row, self._line = int(done["row"]), int(done["line"])

    def _next_lines(self) -> tuple[memoryview, bool]:
        """Whole lines, and whether they were the last."""
        room = max(CHUNK, 2 * len(self._carry))
        view = np.empty(len(self._carry) + room, np.uint8).data
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
            try:
                left = len(view) - filled if self._until is None else min(len(view) - filled, self._until - self._at)
                read = self._stream.readinto(view[filled : filled + left]) if left > 0 else 0
            except Trouble as trouble:  # what came before it is kept
                self._trouble = trouble
                return filled, False
            if not read:
                return filled, True
            filled += read
            self._at += read
        return filled, False

    def _last_break(self, view: memoryview, filled: int) -> int:
        """Behind the last line break; for quoted tables behind the last that ends a record."""
        tail = max(0, filled - _TAIL)
        found = bytes(view[tail:filled]).rfind(b"\n")
        if found < 0:
            tail, found = 0, bytes(view[:filled]).rfind(b"\n")
        return self._quotes.last(view[: tail + found + 1]) if self._quotes else tail + found + 1

    def _cut(self, view: memoryview) -> tuple[memoryview, bool]:
        """The start of a line that is too long; the rest of it is read and dropped."""
        self._reading.note("too-large", f"A line was longer than {self._most >> 20} MiB: it was cut.")
        kept = bytes(view[: self._most]) + b"\n"
        self._offset += len(view) - len(kept)
        self._carry = memoryview(b"")
        while piece := self._stream.read(2**20):
            at = piece.find(b"\n")
            if at >= 0:
                self._carry = memoryview(piece[at + 1 :])
                self._offset += at + 1
                return memoryview(kept), False
            self._offset += len(piece)
        return memoryview(kept), True


class _Quotes:
    """Finds the line breaks that stand inside quoted cells."""

    def __init__(self, delimiter: bytes) -> None:
        self._closing = {bytes([octet]) for octet in b"\r\n " + delimiter} | {b""}
        self._opening = {bytes([octet]) for octet in b" \n" + delimiter} | {b""}
        self._alarms = 0

    def bounds(self, buffer: memoryview) -> tuple[Bounds | None, NDArray[np.int64] | None]:
        """Starts and ends of the records, and how many lines stand before each and after all. None: just lines."""
        joined = self._joined(buffer)
        if not joined:
            return None, None
        starts, ends = line_bounds(buffer)
        keep = np.ones(len(starts) + 1, bool)
        keep[joined] = False
        lines = np.flatnonzero(keep)
        return (starts[lines[:-1]], ends[lines[1:] - 1]), lines

    def last(self, buffer: memoryview) -> int:
        """The end of the last record that is surely whole."""
        data = bytes(buffer[-_QUOTED_BYTES:])
        at = data.rfind(b'"')
        while at >= 0:  # the last quote that opens a cell: is it closed?
            if data[max(at - 1, 0) : at] in self._opening and not self._closes(data, at):
                start = data.rfind(b"\n", 0, at) + 1
                return len(buffer) - len(data) + start if len(data) < len(buffer) or start else len(buffer)
            if data[at + 1 : at + 2] in self._closing:
                return len(buffer)
            at = data.rfind(b'"', 0, at)
        return len(buffer)

    def _joined(self, buffer: memoryview) -> list[int]:
        """The numbers of the lines that go on the record of the line before."""
        if self._alarms > _FALSE_ALARMS:
            return []
        octets = np.frombuffer(buffer, np.uint8)
        quotes = np.flatnonzero(octets == _QUOTE)
        if not len(quotes):
            return []
        _, ends = line_bounds(buffer)
        before = np.searchsorted(quotes, ends)
        odd = np.flatnonzero(np.diff(before, prepend=0) & 1)
        return self._checked(bytes(buffer), odd.tolist(), quotes, before, ends) if len(odd) else []

    def _checked(self, data: bytes, odd: list[int], quotes: Any, before: Any, ends: Any) -> list[int]:
        joined: list[int] = []
        through = -1
        for line in odd:
            if line <= through or self._alarms > _FALSE_ALARMS:
                continue
            last = self._last_line(data, line, quotes, before, ends)
            self._alarms += last is None
            through = line if last is None else last
            joined.extend(range(line + 1, through + 1))
        return joined

    def _last_line(self, data: bytes, line: int, quotes: Any, before: Any, ends: Any) -> int | None:
        """The line on which the record that starts on this one ends."""
        last, quote = line, int(before[line]) - 1
        while last - line <= _QUOTED_LINES:
            close = self._close(data, int(quotes[quote]))
            if close is None:
                return None
            last = int(np.searchsorted(ends, close))
            behind = int(before[last] - np.searchsorted(quotes, close, side="right"))
            if behind % 2 == 0:  # nothing is opened again behind it
                return last
            quote = int(before[last]) - 1
        return None

    def _closes(self, data: bytes, opening: int) -> bool:
        return self._close(data, opening) is not None

    def _close(self, data: bytes, opening: int) -> int | None:
        """Where the cell that a quote opens is closed; None if that quote opens none or is not closed soon."""
        if data[max(opening - 1, 0) : opening] not in self._opening:
            return None
        at, end = opening + 1, min(len(data), opening + _QUOTED_BYTES)
        while (at := data.find(b'"', at, end)) >= 0:
            if data[at + 1 : at + 2] != b'"':
                return at if data[at + 1 : at + 2] in self._closing else None
            at += 2
        return None


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
    return [{"offset": start, "row": 0, "line": line, "until": end} for start, end in pairwise(cuts) if end > start]


def skip_to(stream: Any, offset: int) -> None:
    """Go to that byte of what is unpacked: at once in a plain file, by reading else."""
    if offset < 0:
        raise Trouble("broken", "The checkpoint does not belong to this manifest.")
    if stream.seekable():
        stream.seek(offset)
    else:
        skip(stream, offset)
