"""Streams under the readers, read forward: their head put back, broken off, recoded. What bounds them: `guards`."""

import codecs
import io
from typing import Any

from commonswatch.manifests.readers.shapes import Trouble

PIECE = 1 << 20  # bytes read at a time


class Stream(io.RawIOBase):
    """A stream that can only be read forward, and closes what it reads from."""

    def __init__(self, below: Any) -> None:
        super().__init__()
        self.below = below

    def readable(self) -> bool:
        """Always."""
        return True

    def piece(self) -> bytes:
        """The next bytes, as many as come at once, without copying them where that can be; none at the end."""
        return bytes(self.read(PIECE) or b"")

    def __del__(self) -> None:
        """Leave what is below open: whoever opened it closes it."""

    def close(self) -> None:
        """Close what is below, too."""
        if not self.closed:
            self.below.close()
        super().close()


class Prefixed(Stream):
    """A stream with what was already read of it put back in front."""

    def __init__(self, head: bytes, below: Any) -> None:
        super().__init__(below)
        self._head = memoryview(head)

    def piece(self) -> bytes:
        """The head, then the pieces below."""
        head, self._head = bytes(self._head), memoryview(b"")
        return head or bytes(self.below.piece() if hasattr(self.below, "piece") else self.below.read(PIECE) or b"")

    def readinto(self, buffer: Any) -> int:
        """The head first."""
        if not self._head:
            return int(self.below.readinto(buffer) or 0)
        view = memoryview(buffer)
        part = self._head[: len(view)]
        view[: len(part)] = part
        self._head = self._head[len(part) :]
        return len(part)


class Broken(Stream):
    """A stream that ends in trouble: what is known of it has been read."""

    def __init__(self, below: Any, trouble: Trouble) -> None:
        super().__init__(below)
        self._trouble = trouble

    def readinto(self, buffer: Any) -> int:  # noqa: ARG002
        """Raise it."""
        raise self._trouble


class Recoded(Stream):
    """Text in any encoding as UTF-8; broken characters become U+FFFD. Lone carriage returns become line breaks."""

    def __init__(self, below: Any, encoding: str, *, returns: bool = False) -> None:
        super().__init__(below)
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._returns, self._ready = returns, memoryview(b"")

    def readinto(self, buffer: Any) -> int:
        """The next bytes of UTF-8."""
        view = memoryview(buffer)
        while not self._ready:
            data = self.below.read(PIECE // 4) or b""
            text = self._decoder.decode(data, final=not data)
            text = text.replace("\r", "\n") if self._returns else text
            self._ready = memoryview(text.encode("utf-8", "replace"))
            if not data and not self._ready:
                return 0
        part = self._ready[: len(view)]
        view[: len(part)] = part
        self._ready = self._ready[len(part) :]
        return len(part)


def read_head(stream: Any, most: int) -> tuple[bytes, Trouble | None]:
    """The first bytes, and what went wrong on the way to the last of them."""
    parts: list[bytes] = []
    left = most
    try:
        while left > 0 and (part := stream.read(min(left, PIECE))):
            parts.append(part)
            left -= len(part)
    except Trouble as trouble:
        return b"".join(parts), trouble
    return b"".join(parts), None


def read_fully(stream: Any, most: int) -> bytes:
    """Everything that is left, at most that many bytes."""
    parts, left = [], most
    while left > 0 and (part := stream.read(min(left, PIECE))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def skip(stream: Any, count: int) -> int:
    """Read and drop that many bytes; return how many of them were not there."""
    while count > 0 and (part := stream.read(min(count, PIECE))):
        count -= len(part)
    return count
