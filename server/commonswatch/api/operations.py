"""The operations of the JSON door: each declares its path, who may call it, what goes in and what comes out.

Routes, checks and the OpenAPI document are all made from these declarations, so that none is forgotten in one.
A view gets the caller and the checked input, calls one service and returns a told shape or a response.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, current_app, request
from pydantic import BaseModel
from werkzeug.datastructures import Headers
from werkzeug.routing import BaseConverter

from commonswatch.api import binder, callers
from commonswatch.api.reads import Reads
from commonswatch.context import Context
from commonswatch.domain.states import Scope

View = Callable[..., "BaseModel | Response"]


class _ReceiptPart(BaseConverter):
    """The part of an address that holds a receipt: anything but the one word that is an operation of its own."""

    regex = r"(?!batch\Z)[^/]+"


class Complete(Response):
    """An answer whose headers are complete and plain, so that werkzeug need not go through them once more."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002 (werkzeug's own name)
        """The headers as they are."""
        return self.headers


@dataclass(frozen=True)
class Access:
    """Who may call an operation. ``anybody``: also without a token. ``scope``: what a token must allow."""

    anybody: bool
    token: bool = True
    scope: Scope | None = None


EVERYBODY = Access(anybody=True, token=False)
"""No token is looked at."""


@dataclass(frozen=True)
class Operation:
    """One operation of the JSON door."""

    method: str
    path: str  # as OpenAPI writes it: /reports/{receipt}
    summary: str
    access: Access
    view: View
    told: Mapping[int, type[BaseModel] | None]
    problems: tuple[int, ...]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    headers: type[BaseModel] | None = None
    told_headers: Mapping[str, str] = field(default_factory=dict)
    limited: bool = False  # a read that counts towards the limit of reads; what is sent has limits of its own
    told_as: str = "application/json"  # the media type of an answer that has no shape

    @property
    def name(self) -> str:
        """Its operationId: the view's name."""
        return self.view.__name__

    @property
    def status(self) -> int:
        """The status of success."""
        return min(self.told)


def register(door: Flask, prefix: str, operations: tuple[Operation, ...]) -> None:
    """Make a route of each operation."""
    door.url_map.converters["receipt"] = _ReceiptPart
    door.url_map.merge_slashes = False  # it would answer with a redirect, a page that repeats the address
    for operation in operations:
        rule = prefix + operation.path.replace("{receipt}", "<receipt:receipt>").replace("{sha256}", "<sha256>")
        door.add_url_rule(rule, operation.name, _bound(operation), methods=[operation.method])


def product() -> Context:
    """The running product."""
    context: Context = current_app.extensions["commonswatch"]
    return context


def _bound(operation: Operation) -> Callable[..., Response]:
    """The view behind its checks: first who calls, then what was sent."""

    def view(**path: str) -> Response:
        given: dict[str, Any] = dict(path)
        if operation.access.token:
            given["caller"] = callers.caller(
                product(), request, operation.access.scope, anonymous=operation.access.anybody
            )
        if operation.limited:
            count_read(given.get("caller"))
        if operation.query:
            given["query"] = binder.query(request, operation.query)
        if operation.headers:
            given["headers"] = binder.headers(request, operation.headers)
        if operation.body:
            given["body"] = binder.body(request, operation.body)
        return _respond(operation, operation.view(**given))

    view.operation = operation  # type: ignore[attr-defined]
    return view


def count_read(caller: callers.Caller | None) -> None:
    """Count a read of this device; where no token is looked at, of this network."""
    reads = cast("Reads", current_app.extensions["commonswatch.reads"])
    reads.count(caller.digest if caller else callers.network_digest(product(), request))


def _respond(operation: Operation, told: "BaseModel | Response") -> Response:
    if isinstance(told, Response):
        return told
    return Complete(told.model_dump_json(), operation.status, content_type="application/json")
