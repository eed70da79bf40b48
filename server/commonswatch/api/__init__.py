"""The JSON door, ``/api/v1``: what the extension and other programs use. File name = first segment of the address.

It is an application of its own in front of the pages: no session, no cookie and no form check of theirs ever touches
a request here, and a report does not pay for them. Only bearer tokens authorise; pages are in ``web``.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response

from commonswatch.api import openapi, operations, problems
from commonswatch.api.intake import Intake
from commonswatch.api.reads import Reads
from commonswatch.context import Context

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def register(app: Flask) -> Flask:
    """Put the JSON door in front of ``app``, whose extensions hold the context already; returns the door."""
    context: Context = app.extensions["commonswatch"]
    door = app.extensions["commonswatch.api"] = Flask("commonswatch.api", static_folder=None)
    door.extensions["commonswatch"] = context
    door.extensions["commonswatch.intake"] = Intake(context.database, context.keyring, context.now)
    door.extensions["commonswatch.reads"] = Reads(context.database, context.now)
    problems.register(door)
    operations.register(door, openapi.PREFIX, openapi.OPERATIONS)
    door.after_request(_add_headers)
    _put_before(app, door)
    return door


def _put_before(app: Flask, door: Flask) -> None:
    pages = app.wsgi_app

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        to_door = environ["PATH_INFO"].startswith("/api/")
        return door(environ, start_response) if to_door else pages(environ, start_response)

    app.wsgi_app = choose  # type: ignore[method-assign]


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.add(name, value)
    if "Cache-Control" not in response.headers:
        response.headers.add("Cache-Control", "no-store")
    return response
