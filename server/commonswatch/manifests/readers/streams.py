"""Streams under the readers: counted, with their head put back, decompressed, recoded, read ahead. All bounded."""

import codecs
import io
import os
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from commonswatch.manifests.readers.shapes import Limits, Trouble

_T = TypeVar("_T")
PIECE = 1 << 20  # bytes read at a time
RATIO_FROM = 64 * 2**20  # bytes: what comes out before anybody asks how much went in
_AHEAD = 4  # pieces
_NOTHING = memoryview(b"")
_STALL_PIECE = 1024  # bytes a second is what a server must manage, on average, after the first minute


class Raw(Protocol):
    """What a stream is read from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a part of the buffer; 0 at the end."""


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


class Counts(Protocol):
    """What tells how many bytes were read from it."""

    count: int


class Counted(Stream):
    """The file itself: counts what was read of it, and gives up on one that takes too long or only drips."""

    def __init__(self, below: Any, limits: Limits) -> None:
        super().__init__(below)
        self.count = 0
        self._limits = limits
        self._began = time.monotonic()

    def seekable(self) -> bool:
        """As the file itself."""
        return bool(self.below.seekable())

    def size(self) -> int:
        """How many bytes the file has now."""
        return os.fstat(self.below.fileno()).st_size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go there. What is passed over counts as read, so that the progress is right."""
        self.count = int(self.below.seek(offset, whence))
        return self.count

    def readinto(self, buffer: Any) -> int:
        """As files do."""
        try:
            read = _into(self.below, memoryview(buffer))
        except (OSError, ValueError) as failure:
            raise Trouble("broken", "The file could not be read further.") from failure
        self.count += read
        took = time.monotonic() - self._began
        if took > self._limits.seconds:
            raise Trouble("stalled", "Reading took too long.")
        if took > self._limits.wait and self.count < _STALL_PIECE * took:
            raise Trouble("stalled", "The server sent too little, too slowly.")
        return read


def _into(source: Any, view: memoryview) -> int:
    if hasattr(source, "readinto"):
        return int(source.readinto(view) or 0)
    data = source.read(len(view)) or b""
    view[: len(data)] = data
    return len(data)


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


class Decompressor(Protocol):
    """What `bz2`, `lzma` and isal's `igzip_lib` have in common."""

    @property
    def eof(self) -> bool:
        """Whether this member has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more going in."""

    @property
    def unused_data(self) -> bytes:
        """What was given to it behind the end of its member."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Give at most that many bytes."""


class Unpacked(Stream):
    """One layer of compression taken off; several members in a row are one stream, what follows them is ignored."""

    def __init__(self, below: Any, make: Callable[[], Decompressor], magic: bytes) -> None:
        super().__init__(below)
        self._make, self._magic = make, magic
        self._member = make()
        self._given = b""

    def readinto(self, buffer: Any) -> int:
        """The next bytes, never more than asked for, whatever the compression makes of its input."""
        view = memoryview(buffer)
        out = self._next(len(view))
        view[: len(out)] = out
        return len(out)

    def piece(self) -> bytes:
        """As the library hands them out."""
        return self._next(PIECE)

    def _next(self, most: int) -> bytes:
        while not self._member.eof or self._next_member():
            data = self._given or (self.below.read(PIECE) if self._member.needs_input else b"")
            if not data and self._member.needs_input:
                raise Trouble("broken", "The compressed file ends in the middle.")
            self._given = b""
            out = self._member.decompress(data, most)
            if out:
                return out
        return b""

    def _next_member(self) -> bool:
        rest = self._member.unused_data or self.below.read(PIECE)
        while 0 < len(rest) < len(self._magic) and (more := self.below.read(PIECE)):
            rest += more
        if not rest.startswith(self._magic):
            return False
        self._member, self._given = self._make(), rest
        return True


class Measured(Stream):
    """What came out of all layers, against what went into the first and against the limits."""

    def __init__(self, below: Any, raw: Counts, limits: Limits) -> None:
        super().__init__(below)
        self._raw, self._limits, self.count = raw, limits, 0

    def readinto(self, buffer: Any) -> int:
        """The bytes below, as long as they stay in proportion."""
        return self._checked(lambda: int(self.below.readinto(buffer) or 0), int)

    def piece(self) -> bytes:
        """As below."""
        return self._checked(lambda: bytes(self.below.piece()), len)

    def _checked(self, read: Callable[[], _T], size: Callable[[_T], int]) -> _T:
        try:
            found = read()
        except Trouble:
            raise
        except Exception as failure:  # each library has errors of its own, without a common base
            raise Trouble("broken", "The compressed file is damaged.") from failure
        self.count += size(found)
        if self.count > RATIO_FROM and self.count > self._limits.ratio * max(self._raw.count, 1):
            raise Trouble("expands", f"It expands to more than {self._limits.ratio} times its size.")
        if self.count > self._limits.bytes:
            raise Trouble("too-large", f"It holds more than {self._limits.bytes // 2**30} GiB.")
        return found


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


class Ahead(Stream):
    """Reads pieces in a thread of its own: unpacking and scanning overlap, and a silent server is noticed."""

    def __init__(self, below: Any, wait: float) -> None:
        super().__init__(below)
        self._pieces: queue.Queue[bytes | BaseException] = queue.Queue(_AHEAD)
        self._wait, self._over = wait, threading.Event()
        self._ready = memoryview(b"")
        self._end: BaseException | None = None
        self._thread = threading.Thread(target=self._read, name="manifest-ahead", daemon=True)
        self._thread.start()

    def piece(self) -> bytes:
        """The next bytes as they came."""
        if not self._ready and not self._next():
            return b""
        piece, self._ready = self._ready, _NOTHING
        whole: Any = piece.obj
        return whole if isinstance(whole, bytes) and len(whole) == len(piece) else bytes(piece)

    def readinto(self, buffer: Any) -> int:
        """The next bytes that are there, or Trouble when none came for too long."""
        view = memoryview(buffer)
        if not self._ready and not self._next():
            return 0
        part = self._ready[: len(view)]
        view[: len(part)] = part
        self._ready = self._ready[len(part) :]
        return len(part)

    def _next(self) -> bool:
        if self._end is None:
            try:
                piece = self._pieces.get(timeout=self._wait)
            except queue.Empty:
                piece = Trouble("stalled", "The server sent nothing for too long.")
            if isinstance(piece, bytes):
                self._ready = memoryview(piece)
                return True
            self._end = piece
        if isinstance(self._end, StopIteration):
            return False
        raise self._end

    def _read(self) -> None:
        try:
            while not self._over.is_set() and (piece := self.below.piece()):
                self._put(piece)
            self._put(StopIteration())
        except BaseException as failure:  # noqa: BLE001  # the one who reads shall hear of it
            self._put(failure)

    def _put(self, piece: bytes | BaseException) -> None:
        while not self._over.is_set():
            with suppress(queue.Full):
                self._pieces.put(piece, timeout=0.2)
                return

    def close(self) -> None:
        """End the thread, unless a silent server holds it; then it ends with the process."""
        self._over.set()
        while not self._pieces.empty():
            self._pieces.get_nowait()
        self._thread.join(timeout=1)
        if not self._thread.is_alive():
            super().close()


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
