"""The bridge between granian's event loop and the WSGI application: whole requests in, whole answers out.

A request is handed to a thread only once its body has arrived, within a size and a time. So a client that sends
slowly costs a waiting task, never a thread. Reports do not even cost a thread then: they are computed on the loop and
parked until their group is committed. Starting and stopping the server is in ``serving``.
"""

import asyncio
import contextlib
import io
import threading
from collections.abc import AsyncIterator, Callable
from queue import SimpleQueue
from typing import Protocol
from wsgiref.types import WSGIApplication, WSGIEnvironment

from granian.rsgi import ProtocolClosed, ProtocolError

from commonswatch import parking
from commonswatch.api import express, lookups
from commonswatch.wsgi import Answer, Scope, environ_of, run_wsgi

_GROUPED = (express.PATH, lookups.PATH)
BODY_SECONDS = 20.0
THREADS = 64
LARGEST_BODY = 11 * 1024 * 1024  # the largest any door takes is a CSV of 10 MB in a form
LARGEST_API_BODY = 1024 * 1024
BODIES_HELD = 256 * 1024 * 1024  # all bodies that are arriving, together


class Exchange(Protocol):
    """The body of a request and the way to answer it, as RSGI gives them."""

    async def __call__(self) -> bytes:
        """The whole body at once."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the answer."""


class NoRoom(Exception):
    """Too many bodies are arriving at once."""


class Bridge:
    """The RSGI application around a WSGI application."""

    def __init__(self, app: WSGIApplication, *, body_seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.body_seconds = body_seconds
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.answering = 0
        self.held = 0  # bytes of bodies in memory

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        self.answering += 1
        body = bytearray()
        try:
            environ = environ_of(scope)
            if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
                await self._take(environ, exchange, body, _largest(scope.path))
            environ["wsgi.input"] = io.BytesIO(body)
            if not needs_no_thread(environ, len(body)) or not await self._on_the_loop(environ, exchange):
                environ["wsgi.input"] = io.BytesIO(body)
                await self._in_a_thread(environ, exchange)
        except TimeoutError:
            send(exchange, _plain(408, "The request took too long to arrive."))
        except (ProtocolError, ProtocolClosed):
            send(exchange, _plain(400, "The request ended early."))
        except NoRoom:
            send(exchange, _plain(503, "The server is busy. Try again in a few seconds.", ("retry-after", "5")))
        finally:
            self.answering -= 1
            self.held -= len(body)

    async def drain(self, seconds: float) -> None:
        """Wait for the requests that have begun, but not longer than ``seconds``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.answering:
                    await asyncio.sleep(0.02)

    async def _on_the_loop(self, environ: WSGIEnvironment, exchange: Exchange) -> bool:
        """Run the application here; False when it needs a thread after all."""
        try:
            send(exchange, await parking.run(run_wsgi, self.app, environ))
        except parking.NeedsThread:
            return False
        return True

    async def _in_a_thread(self, environ: WSGIEnvironment, exchange: Exchange) -> None:
        """Run the application in a thread, which also sends the answer; wait until it has."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def work() -> None:
            try:
                send(exchange, run_wsgi(self.app, environ))
            finally:
                loop.call_soon_threadsafe(done.set_result, None)

        self._start_threads()
        self._work.put(work)
        await done

    def _start_threads(self) -> None:
        """A pool as plain as can be: a ThreadPoolExecutor costs each request four more locks."""
        while len(self._threads) < THREADS:
            self._threads.append(threading.Thread(target=self._work_on, name="request", daemon=True))
            self._threads[-1].start()

    def _work_on(self) -> None:
        while True:
            self._work.get()()

    async def _take(self, environ: WSGIEnvironment, exchange: Exchange, body: bytearray, largest: int) -> None:
        """Take the body, but not much more than its door takes: the door sees that it is too large and says so."""
        length = environ.get("CONTENT_LENGTH", "")
        async with asyncio.timeout(self.body_seconds):
            if length.isdecimal() and int(length) <= express.LARGEST:
                body += await exchange()
                return
            async for part in exchange:
                self.held += len(part)
                body += part
                if self.held > BODIES_HELD:
                    raise NoRoom
                if len(body) > largest:
                    return


def send(exchange: Exchange, answer: Answer) -> None:
    """Send an answer, unless the client has gone."""
    with contextlib.suppress(RuntimeError):
        exchange.response_bytes(*answer)


def needs_no_thread(environ: WSGIEnvironment, size: int) -> bool:
    """Whether a request computes for less than a millisecond and then waits for nothing but its group.

    That is a small report or lookup. With a token it does not count: the device is looked up in the database first.
    """
    return environ["PATH_INFO"] in _GROUPED and size <= express.LARGEST and "HTTP_AUTHORIZATION" not in environ


def _largest(path: str) -> int:
    return LARGEST_API_BODY if path.startswith("/api/") else LARGEST_BODY


def _plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return status, [("content-type", "text/plain; charset=utf-8"), ("connection", "close"), *headers], text.encode()
