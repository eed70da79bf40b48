"""One line of log for each request: which route, how long, how it ended. Never an address, a query or a token."""

import time
import traceback
import uuid

import structlog
from flask import Flask, Response, g, request

from commonswatch import logs

log = structlog.get_logger("commonswatch.web")


def register(app: Flask) -> None:
    """Log every request and give its answer a request id."""
    app.before_request(_begin)
    app.after_request(_end)
    app.log_exception = _instead_of_flask  # type: ignore[assignment, method-assign]


def unexpected(error: BaseException | None) -> None:
    """Log a failure nobody foresaw: its kind and where it happened, not its words (they may hold personal data)."""
    frames = traceback.extract_tb(error.__traceback__)[-8:] if error else []
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("request failed", request_id=_request_id(), route=_route(), error=type(error).__name__, at=places)


def _instead_of_flask(info: tuple[object, BaseException | None, object]) -> None:
    """Flask itself would log the address of the page."""
    unexpected(info[1])


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    request_id, method = _request_id(), request.method
    response.headers["X-Request-ID"] = request_id
    now = time.perf_counter()
    write(request_id, method if method.isalpha() else "?", _route(), response.status_code, now - g.get("began", now))
    return response


def write(request_id: str, method: str, route: str, status: int, seconds: float) -> None:
    """The line of one request."""
    logs.request(request_id, method, route, status, round(seconds * 1000, 1))


def _request_id() -> str:
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex
    return str(g.request_id)


def _route() -> str:
    rule = request.url_rule
    return rule.rule if rule else "unknown"
