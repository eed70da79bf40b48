"""Reads a file of the watch list from its first byte to its last; what is too short or too long is refused."""

from commonswatch.watch_list.refused import need
from commonswatch.watch_list.rice import Numbers, read_ascending


class ByteReader:
    """A place in a file. Every number is little-endian."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, length: int) -> bytes:
        """The next bytes."""
        need(length <= len(self._raw) - self._at, "truncated")
        self._at += length
        return self._raw[self._at - length : self._at]

    def magic(self, word: bytes) -> None:
        """Refuse a file that begins with another word."""
        need(self.take(len(word)) == word, "format")

    def number(self, size: int) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def ascending(self, k: int, count: int, below: int) -> Numbers:
        """A stream of ascending numbers."""
        numbers, self._at = read_ascending(self._raw, self._at, k, count, below)
        return numbers

    def end(self) -> None:
        """Refuse what is left over."""
        need(self._at == len(self._raw), "rest")
