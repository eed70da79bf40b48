"""A door in front of the real server: shut, it is as if the server were away; an answer can be held on its way back.

The server behind it has done its work by then. ``alerts``, once there are any, are told instead of the server's own.
"""

import http.client
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_PATIENCE = 60.0
_LEFT_OUT = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Held:
    """An answer to one path: ``arrived`` once the server gave it, as ``answer``; it goes on after ``release()``."""

    def __init__(self) -> None:
        self.arrived, self._released = threading.Event(), threading.Event()
        self.answer: Any = None

    def release(self) -> None:
        self._released.set()

    def wait(self, answer: bytes) -> None:
        with suppress(ValueError):
            self.answer = json.loads(answer)
        self.arrived.set()
        self._released.wait(_PATIENCE)


class Door:
    """``url`` is the server's address for the browser; ``asked`` lists ``POST /api/v1/reports`` and the like."""

    def __init__(self, server: str) -> None:
        self.server = urlsplit(server)
        self.is_shut = False
        self.asked: list[str] = []
        self.alerts: list[dict[str, Any]] = []
        self._held: dict[str, Held] = {}
        self._last = 0

    def __enter__(self) -> Self:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                door.pass_on(self)

            def log_message(self, *_all: Any) -> None:
                """Say nothing."""

        for method in ("POST", "DELETE", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler.do_GET)
        self._listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._listening.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._listening.server_port}"
        threading.Thread(target=self._listening.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for held in self._held.values():
            held.release()
        self._listening.shutdown()
        self._listening.server_close()

    def tells(self, *sites: str) -> list[int]:
        """From now on there is an alert for each of these sites; their numbers."""
        first, self._last = self._last + 1, self._last + len(sites)
        self.alerts = [alert(first + at, site) for at, site in enumerate(sites)]
        return [one["id"] for one in self.alerts]

    def hold(self, path: str) -> Held:
        """From now on, hold the next answer to paths that start like this."""
        self._held[path] = Held()
        return self._held[path]

    def count(self, asked: str) -> int:
        """How often this was asked so far."""
        return self.asked.count(asked)

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        """Bring a request to the server and its answer back."""
        path = urlsplit(request.path).path
        if self.is_shut:
            request.close_connection = True
            return
        self.asked.append(f"{request.command} {path}")
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        status, headers, answer = self._answer(request, path, body)
        for start in [start for start in self._held if path.startswith(start)]:
            self._held.pop(start).wait(answer)
        with suppress(OSError):  # the browser may be gone meanwhile
            request.send_response(status)
            for name, value in [*headers, ("Content-Length", str(len(answer)))]:
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(answer)

    def _answer(self, request: BaseHTTPRequestHandler, path: str, body: bytes) -> tuple[int, list[Any], bytes]:
        if path == "/api/v1/alerts" and self.alerts:
            after = int(parse_qs(urlsplit(request.path).query)["after"][0])
            fresh = [one for one in self.alerts if one["id"] > after]
            told = {"alerts": fresh, "after": max([after, *(one["id"] for one in fresh)]), "page": self.url + "/found"}
            return 200, [("Content-Type", "application/json")], json.dumps(told).encode()
        server = http.client.HTTPConnection(str(self.server.hostname), self.server.port, timeout=_PATIENCE)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _LEFT_OUT | {"host"}}
        server.request(request.command, request.path, body or None, headers)
        got = server.getresponse()
        kept = [(name, value) for name, value in got.getheaders() if name.lower() not in _LEFT_OUT]
        try:
            return got.status, kept, got.read()
        finally:
            server.close()


def alert(number: int, site: str) -> dict[str, Any]:
    """A confirmed place, as the server tells it."""
    return {
        "id": number,
        "url": f"https://{site}/example-lab/faces-{number}",
        "site": site,
        "kind": "repository",
        "state": "confirmed",
        "since": "2026-11-20T12:00:00Z",
        "created_at": "2026-11-21T12:00:00Z",
        "works": [{"id": number, "title": f"Harbour {number}", "key": "flickr:photo:53000000001", "why": "key"}],
        "works_total": 1,
    }
