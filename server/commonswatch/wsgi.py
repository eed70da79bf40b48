"""WSGI (PEP 3333) on one side, RSGI on the other: the environment of a request, and the whole answer of an application.

Waiting for bodies, threads and limits are in ``bridge``.
"""

import sys
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

Answer = tuple[int, list[tuple[str, str]], bytes]


class Scope(Protocol):
    """The head of a request, as RSGI gives it."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: Any


def environ_of(scope: Scope) -> WSGIEnvironment:
    """The WSGI environment of a request (PEP 3333), without its body."""
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _latin(unquote_to_bytes(scope.path)),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/" + scope.http_version,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        if "_" not in name:  # X_Forwarded_For must not pass for X-Forwarded-For
            _add_header(environ, name.upper().replace("-", "_"), value)
    environ.setdefault("HTTP_HOST", scope.authority or scope.server)
    return environ


def _add_header(environ: WSGIEnvironment, name: str, value: str) -> None:
    key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + name
    if key in environ:
        value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
    environ[key] = value


def _latin(raw: bytes) -> str:
    return raw.decode("latin-1")


def run_wsgi(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Run the WSGI application for one request and collect its whole answer."""
    status = 500
    headers: list[tuple[str, str]] = []

    def start_response(line: str, fields: list[tuple[str, str]], _error: Any = None) -> Any:
        nonlocal status, headers
        status = int(line.split(" ", 1)[0])
        headers = [(name.lower(), value) for name, value in fields]

    parts: Iterable[bytes] = app(environ, start_response)
    try:
        return status, headers, b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
