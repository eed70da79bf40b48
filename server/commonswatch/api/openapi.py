"""/api/v1/openapi.json: the OpenAPI 3.1 document, made from the operations and their shapes.

A copy is kept at ``docs/openapi.json`` (``commonswatch export-openapi``); a test keeps the two equal, so that a
change of the contract shows in review.
"""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from flask import Response
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from commonswatch import __version__
from commonswatch.api import alerts, devices, lookups, problems, reports, watch_list
from commonswatch.api.operations import EVERYBODY, Access, Operation
from commonswatch.api.schemas.problems import Problem

PREFIX = "/api/v1"
_REF = "#/components/schemas/{model}"
_PARTS = {
    "receipt": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
"""The parts of addresses that stand for something."""
_PLAIN = {"application/json": {"type": "object"}, "application/octet-stream": {"type": "string", "format": "binary"}}
_SUCCESS = {200: "Done", 201: "Made", 202: "Taken", 204: "Ended", 304: "Nothing has changed"}
_ABOUT = (
    "Report copies of Creative Commons media, and hear about copies of your own. Errors are problem details "
    "(RFC 9457) and never repeat what was sent. Cookies authorise nothing here."
)


def read_openapi() -> Response:
    """This document."""
    return Response(text(), content_type="application/json")


OPERATIONS: tuple[Operation, ...] = (
    *reports.OPERATIONS,
    *lookups.OPERATIONS,
    *alerts.OPERATIONS,
    *devices.OPERATIONS,
    *watch_list.OPERATIONS,
    Operation(
        method="GET",
        path="/openapi.json",
        summary="This document",
        access=EVERYBODY,
        view=read_openapi,
        told={200: None},
        problems=(),
    ),
)


@cache
def text() -> str:
    """The document as it is sent and as it is kept in ``docs``."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Commonswatch",
            "version": __version__,
            "summary": "Reports and alerts of copies of Creative Commons media",
            "description": _ABOUT,
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "deviceToken": {"type": "http", "scheme": "bearer", "description": "Token of a paired device."}
            },
        },
    }


def _schemas() -> dict[str, Any]:
    """All shapes: as they are checked when they come in, as they are written when they go out."""
    incoming = [(operation.body, "validation") for operation in OPERATIONS if operation.body]
    outgoing = [(shape, "serialization") for shape in _told(OPERATIONS)]
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [*incoming, *outgoing]  # type: ignore[list-item]
    _, definitions = models_json_schema(wanted, ref_template=_REF)
    return dict(sorted(definitions["$defs"].items()))


def _told(operations: Iterable[Operation]) -> list[type[BaseModel]]:
    return [Problem, *(shape for operation in operations for shape in operation.told.values() if shape)]


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.view.__doc__,
        "security": _security(operation.access),
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content("application/json", operation.body)}
    return described


def _security(access: Access) -> list[dict[str, list[str]]]:
    if not access.token:
        return []
    return [{"deviceToken": []}, *([{}] if access.anybody else [])]


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = []
    for part, schema in _PARTS.items():
        if f"{{{part}}}" in operation.path:
            found.append({"name": part, "in": "path", "required": True, "schema": schema})
    for place, shape in (("query", operation.query), ("header", operation.headers)):
        for name, schema in (shape.model_json_schema()["properties"] if shape else {}).items():
            found.append({"name": name, "in": place, "required": False, **_parameter(schema)})
    return found


def _parameter(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema: it is there or not, never null."""
    kept = {name: value for name, value in schema.items() if name not in ("title", "description", "anyOf", "default")}
    kept.update(next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), {}))
    return {"description": schema.get("description", ""), "schema": kept}


def _responses(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for status, shape in operation.told.items():
        described[str(status)] = {"description": _SUCCESS[status]}
        if shape:
            described[str(status)]["content"] = _content("application/json", shape)
        elif status == 200:
            described[str(status)]["content"] = {operation.told_as: {"schema": _PLAIN[operation.told_as]}}
        if operation.told_headers:
            described[str(status)]["headers"] = {
                name: {"description": words, "schema": {"type": "string"}}
                for name, words in operation.told_headers.items()
            }
    for status in sorted(operation.problems):
        described[str(status)] = _problem(status)
    return described


def _problem(status: int) -> dict[str, Any]:
    headers = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
    described = {"description": problems.KINDS[status], "content": _content(problems.MEDIA_TYPE, Problem)}
    if status in headers:
        described["headers"] = {headers[status]: {"schema": {"type": "string"}}}
    return described


def _content(media_type: str, shape: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REF.format(model=shape.__name__)}}}
