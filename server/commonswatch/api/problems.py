"""Problems as RFC 9457 bodies: which error answers with which status. Nothing sent is ever repeated."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from commonswatch.api.schemas.problems import FieldProblem, Problem
from commonswatch.domain.errors import CommonswatchError, Conflict, InvalidInput, NotAllowed, NotFound, TooMany

log = structlog.get_logger("commonswatch.api")

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
KINDS = {
    400: "Malformed request",
    401: "Token needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Body too large",
    415: "Not JSON",
    422: "Cannot be used",
    429: "Too many requests",
    500: "Failure on our side",
    503: "Busy",
}
SENTENCES = {
    400: "The request cannot be understood.",
    404: "There is nothing here.",
    405: "This address does not take that method.",
    413: "The body is too large.",
    415: "The body must be sent as application/json.",
    500: "Something went wrong on our side. It has been noted.",
}


@dataclass
class Refused(Exception):
    """A request the JSON door itself refuses: a status, a sentence, places to change, headers to add."""

    status: int
    detail: str
    errors: Sequence[FieldProblem] = ()
    headers: dict[str, str] = field(default_factory=dict)


def answer(status: int, detail: str, errors: Sequence[FieldProblem] = ()) -> Response:
    """A problem as a response."""
    title = KINDS.get(status, "Not possible")
    problem = Problem(
        type="urn:commonswatch:problem:" + title.lower().replace(" ", "-"),
        title=title,
        status=status,
        detail=detail,
        errors=list(errors)[:MOST_ERRORS],
    )
    return Response(problem.model_dump_json(), status, content_type=MEDIA_TYPE)


def register(door: Flask) -> None:
    """Answer every error of the JSON door with a problem."""
    door.register_error_handler(Refused, _refused)
    door.register_error_handler(CommonswatchError, _expected)
    door.register_error_handler(HTTPException, _http)
    door.register_error_handler(Exception, _unexpected)


def status_of(error: CommonswatchError) -> int:
    """The status with which an expected error is answered."""
    statuses = {NotFound: 404, Conflict: 409, NotAllowed: 403, InvalidInput: 422, TooMany: 429}
    return next((status for kind, status in statuses.items() if isinstance(error, kind)), 500)


def _refused(error: Refused) -> Response:
    response = answer(error.status, error.detail, error.errors)
    response.headers.extend(error.headers)
    return response


def _expected(error: CommonswatchError) -> Response:
    response = answer(status_of(error), error.detail)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    response = answer(status, SENTENCES.get(status, "This cannot be done."))
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    response.headers.extend(kept)
    return response


def _unexpected(error: Exception) -> Response:
    """A bug. The log learns its kind and where it happened, not its words: they may hold what was sent."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
    log.error("the JSON door failed", error=type(error).__name__, at=places)
    return answer(500, SENTENCES[500])
