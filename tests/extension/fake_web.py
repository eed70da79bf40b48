"""The whole web on this machine: every name answers over HTTPS, and whatever anybody asks for is written down.

``asked`` lists (host, path) of every request, also to hosts that nobody plays; ``strays`` has the first bytes of
each connection to another port than that of HTTPS.
"""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.played_hosts import Answer, PlayedHosts, Route


class FakeWeb(PlayedHosts):
    """Hosts by name; those nobody plays have a certificate too."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        super().__init__(routes)
        self.routes = _EveryName(routes)
        self.strays: list[bytes] = []

    def __enter__(self) -> Self:
        super().__enter__()
        self._trap = socket.create_server(("127.0.0.1", 0))
        self.trap_port = int(self._trap.getsockname()[1])
        threading.Thread(target=self._count_strays, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._trap.shutdown(socket.SHUT_RDWR)
        self._trap.close()
        super().__exit__(kind, error, trace)

    def answer(self, name: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What the host says. One that nobody plays knows no page (browsers would ask 421 twice)."""
        self.asked.append((name, path))
        route = self.routes.get(name)
        return route(path, headers) if route else (404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>")

    def asked_since(self, number: int) -> list[str]:
        """What was asked for after the first ``number`` requests, as addresses; not the icons browsers look for."""
        return [f"https://{host}{path}" for host, path in self.asked[number:] if path != "/favicon.ico"]

    def _count_strays(self) -> None:
        while True:
            try:
                connection, _ = self._trap.accept()
            except OSError:
                return
            connection.settimeout(1)
            with connection, suppress(OSError):
                self.strays.append(b"?")
                self.strays[-1] = connection.recv(300)


class _EveryName(dict[str, Route]):
    """Routes in which every name seems to be, so that a certificate is made for it and its request is seen."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)


def folder(pages: Mapping[str, bytes], **headers: str) -> Route:
    """A host that has these pages by path; a query is looked past, ``_`` in names of headers is ``-``."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(path: str, _headers: Mapping[str, str]) -> Answer:
        body = pages.get(path.partition("?")[0])
        media_type = "text/html; charset=utf-8" if body is None or body.lstrip()[:1] == b"<" else "text/plain"
        return (404 if body is None else 200), {"Content-Type": media_type, **fields}, body or b"<h1>Not found</h1>"

    return answer
