"""The database as a page sees it: one session per request. Doors commit; what is not committed is rolled back.

Reading requests (GET, HEAD) never take the write lock. Others take it with their first statement, so a door reads
the whole body first (the CSRF check does) and asks for the session afterwards.
"""

from typing import cast

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from commonswatch.context import Context

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Close the sessions of a request when it ends, whatever happened."""
    app.teardown_appcontext(_close)


def current() -> Context:
    """The running product: settings, keys, the time."""
    return cast("Context", current_app.extensions["commonswatch"])


def session() -> Session:
    """The session of this request: reading for GET and HEAD, writing otherwise."""
    if "session" not in g:
        database = current().database
        reads = request.method in _READING_METHODS
        g.session = database.reading_session() if reads else database.writing_session()
    return cast("Session", g.session)


def commit() -> None:
    """Keep what this request did. Services never call this."""
    session().commit()


def asking_session() -> Session:
    """A reading session, to find out who asks: it must not take the write lock before the door runs."""
    if "asking_session" not in g:
        g.asking_session = current().database.reading_session()
    return cast("Session", g.asking_session)


def _close(_error: BaseException | None) -> None:
    for name in ("session", "asking_session"):
        opened = g.pop(name, None)
        if opened is not None:
            opened.close()
