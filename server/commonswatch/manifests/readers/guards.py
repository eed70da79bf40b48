"""What keeps a stream within its limits: the file counted, what comes out of it measured, a silent one noticed."""

import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

from commonswatch.manifests.readers.shapes import Limits, Trouble
from commonswatch.manifests.readers.streams import Stream

_T = TypeVar("_T")
RATIO_FROM = 64 * 2**20  # bytes: what comes out before anybody asks how much went in
_AHEAD = 3  # pieces, one of them on its way
_NOTHING = memoryview(b"")
_SLOWEST = 1024  # bytes a second is what a server must manage, on average, after the first minute of waiting for it


class Counts(Protocol):
    """What tells how many bytes were read from it."""

    count: int


class Counted(Stream):
    """The file itself: counts what was read of it, and gives up on one that takes too long or only drips."""

    def __init__(self, below: Any, limits: Limits) -> None:
        super().__init__(below)
        self.count = 0
        self._limits = limits
        self._began, self._waited = time.monotonic(), 0.0

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
        asked = time.monotonic()
        try:
            read = _into(self.below, memoryview(buffer))
        except (OSError, ValueError) as failure:
            raise Trouble("broken", "The file could not be read further.") from failure
        self.count += read
        self._waited += time.monotonic() - asked  # not while somebody thinks about what was read
        if self.count > self._limits.bytes:
            raise Trouble("too-large", f"It holds more than {self._limits.bytes // 2**30} GiB.")
        if time.monotonic() - self._began > self._limits.seconds:
            raise Trouble("stalled", "Reading took too long.")
        if self._waited > self._limits.wait and self.count < _SLOWEST * self._waited:
            raise Trouble("stalled", "The server sent too little, too slowly.")
        return read


def _into(source: Any, view: memoryview) -> int:
    if hasattr(source, "readinto"):
        return int(source.readinto(view) or 0)
    data = source.read(len(view)) or b""
    view[: len(data)] = data
    return len(data)


class Measured(Stream):
    """What came out of all layers, against what went into the first and against the limits."""

    def __init__(self, below: Any, raw: Counts, limits: Limits, count: int = 0) -> None:
        super().__init__(below)
        self._raw, self._limits, self.count = raw, limits, count

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


class Ahead(Stream):
    """Reads pieces in a thread of its own: unpacking and scanning overlap, and a silent server is noticed."""

    def __init__(self, below: Any, wait: float) -> None:
        super().__init__(below)
        self._wait, self._over = wait, threading.Event()
        self._pieces, self._room = queue.SimpleQueue[bytes | BaseException](), queue.SimpleQueue[None]()
        for _ in range(_AHEAD):
            self._room.put(None)
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
        np.copyto(np.frombuffer(view[: len(part)], np.uint8), np.frombuffer(part, np.uint8))  # while others may run
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
                self._room.put(None)
                return True
            self._end = piece
        if isinstance(self._end, StopIteration):
            return False
        raise self._end

    def _read(self) -> None:
        try:
            while self._has_room() and (piece := self.below.piece()):
                self._pieces.put(piece)
            self._pieces.put(StopIteration())
        except BaseException as failure:  # noqa: BLE001  # the one who reads shall hear of it
            self._pieces.put(failure)

    def _has_room(self) -> bool:
        """Wait for room; there is none for anybody when it is over."""
        self._room.get()
        return not self._over.is_set()

    def close(self) -> None:
        """End the thread, unless a silent server holds it; then it ends with the process."""
        self._over.set()
        self._room.put(None)
        self._thread.join(timeout=1)
        if not self._thread.is_alive():
            super().close()
