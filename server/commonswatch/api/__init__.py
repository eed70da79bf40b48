"""The JSON door, ``/api/v1``: what the extension and other programs use. File name = first segment of the address.

It is an application of its own in front of the pages: no session, no cookie and no form check of theirs ever touches
a request here, and a report does not pay for them. Only bearer tokens authorise; pages are in ``web``.
"""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from commonswatch import parking
from commonswatch.api import openapi, operations, problems
from commonswatch.api.asking import Asking
from commonswatch.api.express import Express
from commonswatch.api.express_lookups import ExpressLookups
from commonswatch.api.intake import Intake
from commonswatch.api.lookups import PATH as PATH_OF_LOOKUPS
from commonswatch.api.reads import Reads
from commonswatch.context import Context

READS = "commonswatch.reads"
_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
]
_NOT_KEPT = ("Cache-Control", "no-store")


def register(app: Flask) -> Flask:
    """Put the JSON door in front of ``app``, whose extensions hold the context already; returns the door."""
    context: Context = app.extensions["commonswatch"]
    door = app.extensions["commonswatch.api"] = Flask("commonswatch.api", static_folder=None)
    door.extensions["commonswatch"] = context
    door.extensions["commonswatch.intake"] = Intake(context.database, context.keyring, context.now)
    door.extensions[READS] = Reads(context.database, context.now)
    problems.register(door)
    operations.register(door, openapi.PREFIX, openapi.OPERATIONS)
    express = door.extensions["commonswatch.express"] = Express(context, door.extensions["commonswatch.intake"])
    lookups = door.extensions["commonswatch.express-lookups"] = ExpressLookups(
        context, Asking(context, door.extensions[READS])
    )
    _put_before(app, door, express, lookups)
    return door


def _put_before(app: Flask, door: Flask, express: Express, lookups: ExpressLookups) -> None:
    pages = app.wsgi_app

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/api/"):
            return pages(environ, start_response)
        for status, short in (("202 Accepted", express), ("200 OK", lookups)):
            if taken := short.take(environ):
                headers, body = taken
                _with_headers(start_response)(status, headers)
                return [body]
        if environ["PATH_INFO"] == PATH_OF_LOOKUPS:
            parking.need_thread()
        return door(environ, _with_headers(start_response))

    app.wsgi_app = choose  # type: ignore[method-assign]


def _with_headers(start_response: StartResponse) -> StartResponse:
    """Add the headers every answer has, here rather than in Flask: a report must not pay for six look-ups."""

    def start(status: str, headers: list[tuple[str, str]], error: Any = None, /) -> Any:
        kept = any(name == "Cache-Control" for name, _ in headers)
        return start_response(status, [*headers, *_HEADERS] if kept else [*headers, *_HEADERS, _NOT_KEPT], error)

    return start
