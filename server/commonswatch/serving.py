"""The web server: granian, embedded in this process so that ``commonswatch run`` can run it beside the workers.

One process, because SQLite has one writer. How requests reach the application is in ``bridge``; why it is granian,
and what was measured, is in ``docs/decisions/0003-web-server.md``.
"""

import asyncio
import atexit
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn
from wsgiref.types import WSGIApplication

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from werkzeug.middleware.proxy_fix import ProxyFix

from commonswatch.bridge import BODY_SECONDS, Bridge
from commonswatch.settings import Settings

HEADER_SECONDS = 10.0
DRAIN_SECONDS = 5.0
CONNECTIONS = 4096


class WebServer:
    """One web server; ``run`` returns after ``stop`` was called, from whichever thread, or a signal came."""

    def __init__(
        self,
        app: WSGIApplication,
        settings: Settings,
        *,
        header_seconds: float = HEADER_SECONDS,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self.host = settings.host
        self.port = settings.port or free_port(settings.host)
        self._header_seconds = header_seconds
        self._bridge = Bridge(behind_proxies(app, settings.trusted_proxies), body_seconds=body_seconds)
        self._stopping = threading.Event()

    def run(self, ready: Callable[[str], None] | None = None) -> None:
        """Serve; ``ready`` is called with the address once connections are accepted."""
        asyncio.run(self._run(ready))

    def stop(self) -> None:
        """Ask the server to answer what has begun, and end."""
        self._stopping.set()

    async def _run(self, ready: Callable[[str], None] | None) -> None:
        server = self._granian()
        serving = asyncio.create_task(server.serve())
        with _signals(self.stop):
            while not self._stopping.is_set() and not serving.done():
                await asyncio.wait({serving}, timeout=0.02 if ready else 0.1)
                if ready and not serving.done() and await self._accepts():
                    ready(f"http://{self.host}:{self.port}")
                    ready = None
            await self._bridge.drain(DRAIN_SECONDS)
            server.stop()  # type: ignore[no-untyped-call]
            await serving

    async def _accepts(self) -> bool:
        """Whether connections are accepted: granian says it has started before it listens."""
        try:
            _, wire = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        wire.close()
        return True

    def _granian(self) -> Server:
        return Server(
            self._bridge,
            address=self.host,
            port=self.port,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=int(self._header_seconds * 1000)),
            websockets=False,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            log_enabled=False,
        )


def serve(app: WSGIApplication, settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Serve ``app`` on ``settings.host`` and ``settings.port`` (0: any free one) until SIGINT or SIGTERM."""
    _collect_less_garbage()
    WebServer(app, settings).run(ready)
    end_process()


def end_process() -> NoReturn:
    """End at once after a clean stop, with code 0.

    granian's own threads may still ask for Python's lock while Python takes itself apart; on Python 3.11 that now and
    then aborts the process (measured: 2 of about 20 ends on a busy machine).
    """
    atexit._run_exitfuncs()  # noqa: SLF001 (what waits for the log is written)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _collect_less_garbage() -> None:
    """What is loaded by now stays: looking through it for garbage again and again stopped everybody for 0.1 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def free_port(host: str) -> int:
    """A port nobody listens on at the moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def behind_proxies(app: WSGIApplication, proxies: int) -> WSGIApplication:
    """Believe the ``X-Forwarded-…`` headers of that many reverse proxies, and of nobody else."""
    return ProxyFix(app, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else app


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM call ``stop``, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
