"""One end for a whole request. A timeout per operation never ends a server that sends a byte every second."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from commonswatch.fetch.refusals import FetchFailed


class Deadline:
    """A context manager that shuts down every guarded socket when the time (in seconds) is over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for guarded in self._sockets:
                guarded.close()
            self._sockets.clear()

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
