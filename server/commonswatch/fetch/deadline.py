"""One end for a whole request. A timeout per operation never ends a server that sends a byte every second."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from commonswatch.fetch.refusals import FetchFailed

_SLOWEST = 1024  # bytes a second


@dataclass(frozen=True)
class Pace:
    """How long a large answer may take once it has begun: ``longest`` seconds, and 1 KiB/s in each ``stretch`` of them.

    ``size`` tells how many bytes have come.
    """

    longest: float
    stretch: float
    size: Callable[[], int]


class Deadline:
    """A context manager that shuts down every guarded socket when the time (in seconds) is over.

    With a ``pace`` that goes on from the moment an answer has begun, as long as it comes fast enough.
    """

    def __init__(self, seconds: float, pace: Pace | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._pace, self._size = pace, 0
        self._sockets: list[socket.socket] = []
        self._lock, self._over = threading.Lock(), False
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._over = True
            self._timer.cancel()
            for guarded in self._sockets:
                guarded.close()
            self._sockets.clear()

    def begun(self) -> None:
        """The body of an answer begins to come; FetchFailed (too-slow) when it was shut down before that."""
        self.remaining()
        if self._pace is not None:
            self._end = time.monotonic() + self._pace.longest
            self._look_again_after(self._pace)

    def _look_again_after(self, pace: Pace) -> None:
        with self._lock:
            if self._over:
                return
            self._timer.cancel()
            self._timer = threading.Timer(min(pace.stretch, pace.longest), self._look, (pace,))
            self._timer.daemon = True
            self._timer.start()

    def _look(self, pace: Pace) -> None:
        size = pace.size()
        if self.passed or size - self._size < _SLOWEST * pace.stretch:
            self._end = time.monotonic()
            self._shut()
            return
        self._size = size
        self._look_again_after(pace)

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._end

    def remaining(self) -> float:
        """Seconds left, more than 0; FetchFailed (too-slow) when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchFailed("too-slow")
        return left

    def guard(self, connection: socket.socket) -> None:
        """End this connection with the deadline. A duplicate is kept, since TLS replaces the socket object."""
        with self._lock:
            self._sockets.append(connection.dup())
        if self.passed:
            self._shut()

    def _shut(self) -> None:
        with self._lock:
            for guarded in self._sockets:
                with contextlib.suppress(OSError):
                    guarded.shutdown(socket.SHUT_RDWR)
