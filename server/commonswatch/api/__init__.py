"""The JSON door, ``/api/v1``: what the extension and other programs use. File name = first segment of the address.

Only bearer tokens authorise here, never cookies; pages are in ``web``.
"""

from typing import NoReturn

from flask import Blueprint, Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from commonswatch.api import openapi, operations, problems
from commonswatch.api.intake import Intake
from commonswatch.context import Context

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def register(app: Flask) -> None:
    """Put the JSON door on the application; ``app.extensions['commonswatch']`` holds the context already."""
    context: Context = app.extensions["commonswatch"]
    app.extensions["commonswatch.intake"] = Intake(context.database, context.keyring, context.now)
    door = Blueprint("api", __name__, url_prefix=openapi.PREFIX)
    problems.register(door)
    operations.register(door, openapi.OPERATIONS)
    app.register_blueprint(door)
    elsewhere = Blueprint("api_elsewhere", __name__, url_prefix="/api")
    problems.register(elsewhere)
    elsewhere.add_url_rule("/", "nothing", _nothing, methods=_METHODS)
    elsewhere.add_url_rule("/<path:rest>", "nothing", _nothing, methods=_METHODS)
    app.register_blueprint(elsewhere)


def _nothing(rest: str = "") -> NoReturn:  # noqa: ARG001 - the address is in the request
    """Answer unknown addresses and methods below ``/api`` with a problem, not with a page."""
    if allowed := [method for method in _METHODS if _endpoint(method).startswith("api.")]:
        raise MethodNotAllowed(allowed)
    raise NotFound


def _endpoint(method: str) -> str:
    """What would answer this address under another method."""
    try:
        return str(current_app.create_url_adapter(request).match(method=method)[0])  # type: ignore[union-attr]
    except HTTPException:
        return ""
