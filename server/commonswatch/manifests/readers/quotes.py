"""Tables with quotes: which line breaks end a row, which stand inside a cell. A quote that never closes is a letter."""

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.readers.shapes import line_bounds

Bounds = tuple[NDArray[np.uint64], NDArray[np.uint64]]

_QUOTED_BYTES = 2**16  # the longest quoted cell with line breaks in it
_QUOTED_LINES = 256
_FALSE_ALARMS = 400  # quotes that never closed, until breaks within quotes are no longer believed in
_MOST_JOINED = 5_000_000  # rows with breaks in them: looking for each takes time
_QUOTE = 34


class Quotes:
    """Finds the line breaks that stand inside quoted cells."""

    def __init__(self, delimiter: bytes) -> None:
        self._closing = {bytes([octet]) for octet in b"\r\n " + delimiter} | {b""}
        self._opening = {bytes([octet]) for octet in b" \n" + delimiter} | {b""}
        self._alarms = self._joins = 0

    def records(self, buffer: memoryview, *, is_end: bool) -> tuple[int, Bounds | None, NDArray[np.int64] | None]:
        """How much of a buffer of whole lines is whole records; where those start and end, and how many lines stand
        before each and after all. None for both where every line is a record.
        """
        joined, used = self._joined(buffer, is_end=is_end)
        if not joined:
            return used, None, None
        starts, ends = line_bounds(buffer[:used])
        keep = np.ones(len(starts) + 1, bool)
        keep[joined] = False
        lines = np.flatnonzero(keep)
        return used, (starts[lines[:-1]], ends[lines[1:] - 1]), lines

    def _joined(self, buffer: memoryview, *, is_end: bool) -> tuple[list[int], int]:
        """The numbers of the lines that go on the record of the line before, and where a last open record starts."""
        octets = np.frombuffer(buffer, np.uint8)
        quotes = np.flatnonzero(octets == _QUOTE)
        if not len(quotes) or self._alarms > _FALSE_ALARMS:
            return [], len(buffer)
        starts, ends = line_bounds(buffer)
        odd = np.flatnonzero(np.diff(np.searchsorted(quotes, ends), prepend=0) & 1)
        joined: list[int] = []
        data, through = bytes(buffer) if len(odd) else b"", -1
        first, behind = (starts.tolist(), ends.tolist()) if len(odd) else ([], [])
        for line in odd.tolist():
            if line <= through or self._alarms > _FALSE_ALARMS or self._joins > _MOST_JOINED:
                continue
            last = self._last_line(data, line, first, behind)
            if last == len(ends) and not is_end and len(data) - first[line] < _QUOTED_BYTES:
                return joined, first[line]
            through = min(last, len(ends) - 1)
            self._alarms += through == line
            self._joins += 1
            joined.extend(range(line + 1, through + 1))
        return joined, len(buffer)

    def _last_line(self, data: bytes, line: int, starts: list[int], ends: list[int]) -> int:
        """The line on which the record that starts on this one ends; behind all lines if its end is not there yet."""
        at, last = starts[line], line
        while (opening := self._unclosed(data, at, ends[last])) is not None:
            close = self._close(data, opening, min(len(data), opening + _QUOTED_BYTES))
            if close is None:
                return len(ends) if opening + _QUOTED_BYTES > len(data) else line
            if close < 0:
                return line
            last = bisect_left(ends, close)
            if last - line > _QUOTED_LINES:
                return line
            at = close + 1
        return last

    def _unclosed(self, data: bytes, at: int, end: int) -> int | None:
        """The quote that opens a cell of this line and is not closed on it."""
        while (quote := data.find(b'"', at, end)) >= 0:
            at = quote + 1
            if data[max(quote - 1, 0) : quote] in self._opening:
                close = self._close(data, quote, end)
                if close is None:
                    return quote
                at = max(at, close + 1)
        return None

    def _close(self, data: bytes, opening: int, end: int) -> int | None:
        """Where the cell that a quote opens is closed: None if not before the end, -1 if that quote opens none."""
        at = opening + 1
        while (at := data.find(b'"', at, end)) >= 0:
            if data[at + 1 : at + 2] != b'"':
                return at if data[at + 1 : at + 2] in self._closing else -1
            at += 2
        return None
