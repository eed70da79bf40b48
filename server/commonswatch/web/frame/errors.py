"""How errors look on pages: what happened, and what to do now. Nothing that was sent is shown again."""

from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from commonswatch.domain import errors
from commonswatch.web.frame import request_log

_STATUS: dict[type[errors.CommonswatchError], int] = {
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NotAllowed: 403,
    errors.InvalidInput: 400,
    errors.TooMany: 429,
    errors.RemoteError: 502,
}


@dataclass(frozen=True)
class _Words:
    title: str
    advice: str


def register(app: Flask) -> None:
    """Show an error page for every expected and unexpected failure of a page."""
    app.register_error_handler(errors.CommonswatchError, _expected)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _expected(error: errors.CommonswatchError) -> Response:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    response = _page(status, error.detail)
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return make_response(error.get_response())
    detail = gettext("The form is too old or was not sent from here.") if isinstance(error, CSRFError) else ""
    response = _page(error.code or 500, detail)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    request_log.unexpected(error)
    return _page(500, "")


def _page(status: int, detail: str) -> Response:
    words = _words(status)
    page = render_template("error.html", status=status, title=words.title, detail=detail, advice=words.advice)
    return Response(page, status)


def _words(status: int) -> _Words:
    known = {
        400: _Words(gettext("That cannot be used"), gettext("Go back, change what is named above, and send it again.")),
        403: _Words(gettext("This is not open to you"), gettext("If you should be able to do this, sign in again.")),
        404: _Words(
            gettext("There is no such page"),
            gettext("The link may be old, or meant for somebody else. Start again from the first page."),
        ),
        405: _Words(gettext("That is not how this page works"), gettext("Open the page and use its buttons.")),
        409: _Words(gettext("It changed meanwhile"), gettext("Open the page again to see how it stands now.")),
        413: _Words(
            gettext("That is too large"), gettext("Send less at once: at most 10 MB, or fewer rows in each file.")
        ),
        429: _Words(gettext("Too many at once"), gettext("Wait a little, then try again. Nothing was lost.")),
        502: _Words(gettext("Another server did not answer"), gettext("Try again in a few minutes.")),
    }
    if status in known:
        return known[status]
    if status < 500:
        return known[400]
    return _Words(
        gettext("Something went wrong on our side"),
        gettext("It was written down. Nothing half done was kept; try again in a moment."),
    )
