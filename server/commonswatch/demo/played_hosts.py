"""A real HTTPS server on a loopback port that plays web hosts by name, with its own certificate authority.

What the hosts answer is given as functions by the caller; nothing is known here about datasets or works.

    def pictures(path, headers):
        return 200, {"Content-Type": "text/plain"}, b"hello"

    with PlayedHosts({"pictures.example": pictures}) as hosts:
        policy = FetchPolicy(user_agent="...", played=hosts.played, ca_file=hosts.ca_file)
"""

import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

Answer = tuple[int, Mapping[str, str], bytes]
Route = Callable[[str, Mapping[str, str]], Answer]
"""Path with query, request headers (names in lower case) → status, headers, body."""


class PlayedHosts:
    """Any number of host names on one loopback port; a context manager.

    ``played`` and ``ca_file`` are what a FetchPolicy needs; ``asked`` lists (host, path) of every request.
    """

    def __init__(self, routes: Mapping[str, Route], *, port: int = 0) -> None:
        self.routes = dict(routes)
        self.asked: list[tuple[str, str]] = []
        self._wanted_port = port

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="played-hosts-"))
        self.ca_file = self._folder / "ca.pem"
        self._certificates = _Certificates(self)
        self._certificates.authority.cert_pem.write_to_path(self.ca_file)
        self._server = _Server(("127.0.0.1", self._wanted_port), self, self._certificates.listening)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def port(self) -> int:
        """The loopback port all names share."""
        return int(self._server.server_address[1])

    @property
    def played(self) -> dict[str, tuple[str, int]]:
        """Name → address, as FetchPolicy wants it."""
        return dict.fromkeys(self.routes, ("127.0.0.1", self.port))

    def play(self, name: str, route: Route) -> None:
        """Add a host, or give it another answer, while the server runs."""
        self.routes[name] = route

    def answer(self, name: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What the host says; a host that is not played answers 421, "misdirected request"."""
        self.asked.append((name, path))
        route = self.routes.get(name)
        if route is None:
            return 421, {}, b""
        return route(path, headers)


class _Certificates:
    """One certificate per name, made when the name is first asked for."""

    def __init__(self, hosts: PlayedHosts) -> None:
        self.authority = trustme.CA()
        self._hosts = hosts
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self.listening = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.listening.sni_callback = self._choose

    def _choose(
        self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _first: ssl.SSLContext
    ) -> int | None:
        if name not in self._hosts.routes:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._context(name)
        return None

    def _context(self, name: str) -> ssl.SSLContext:
        with self._lock:
            if name not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self.authority.issue_cert(name).configure_cert(context)
                self._contexts[name] = context
            return self._contexts[name]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], hosts: PlayedHosts, tls: ssl.SSLContext) -> None:
        self.hosts = hosts
        self.tls = tls
        super().__init__(address, _Handler)

    def finish_request(self, request: object, client_address: object) -> None:
        """Runs in the thread of this connection, so a slow handshake holds up nobody else."""
        assert isinstance(request, socket.socket)  # noqa: S101  for the type checker: this server speaks TCP
        request.settimeout(10)
        with self.tls.wrap_socket(request, server_side=True) as secured:
            _Handler(secured, client_address, self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Visitors that hang up or refuse our certificate are part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def _respond(self, *, with_body: bool) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        name = headers.get("host", "").partition(":")[0].lower()
        status, answer, body = self.server.hosts.answer(name, self.path, headers)
        self.send_response(status)
        for field, value in {"Content-Length": str(len(body)), "Connection": "close", **answer}.items():
            self.send_header(field, value)
        self.end_headers()
        self.close_connection = True
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the standard library's
        """Say nothing: a demo's log is about the product."""
