"""From raw bytes to checked shapes: bodies, query strings, header fields. Which shapes there are is in ``schemas``.

Pydantic's own parser reads the bytes, because it bounds depth and digits and refuses half surrogates, where others
answered 500 to deep nesting (measured on fifteen hostile bodies against four libraries).
"""

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from commonswatch.api.problems import MOST_ERRORS, SENTENCES, Refused
from commonswatch.api.schemas.problems import FieldProblem

LARGEST_BODY = 1024 * 1024
_JSON = "application/json"
_UNKNOWN = "extra_forbidden"

Shape = TypeVar("Shape", bound=BaseModel)


def body(request: Request, shape: type[Shape]) -> Shape:
    """The body of a request as ``shape``; raise Refused (413, 415, 422) with the places to change."""
    if request.content_type != _JSON and not _is_json(request):
        raise Refused(415, SENTENCES[415])
    raw = _read(request)
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise Refused(422, "The body cannot be used as it is.", _places(error)) from None
    except RecursionError:
        raise Refused(422, "The body is nested too deeply.") from None


def _is_json(request: Request) -> bool:
    return request.mimetype == _JSON and request.mimetype_params.get("charset", "utf-8").lower() == "utf-8"


def query(request: Request, shape: type[Shape]) -> Shape:
    """The query string as ``shape``; a name given twice is refused like an unknown one."""
    values = request.args.to_dict(flat=False)
    if any(len(given) > 1 for given in values.values()):
        raise Refused(422, "A part of the query is given more than once.")
    return _from_text({name: given[0] for name, given in values.items()}, shape, "The query cannot be used as it is.")


def headers(request: Request, shape: type[Shape]) -> Shape:
    """The header fields that ``shape`` names, by their aliases."""
    values = {alias: request.headers[alias] for alias in _aliases(shape) if alias in request.headers}
    return _from_text(values, shape, "A header field cannot be used as it is.")


@cache
def _aliases(shape: type[BaseModel]) -> tuple[str, ...]:
    return tuple(described.alias or name for name, described in shape.model_fields.items())


def _from_text(values: Mapping[str, str], shape: type[Shape], detail: str) -> Shape:
    try:
        return shape.model_validate_strings(values)
    except ValidationError as error:
        raise Refused(422, detail, _places(error)) from None


def _read(request: Request) -> bytes:
    """The whole body, counted while it is read: a Content-Length may lie, and a chunked body has none."""
    request.max_content_length = LARGEST_BODY + 1  # one byte more, since werkzeug cuts without a word
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refused(413, "The body is larger than 1 MiB.") from None
    except ClientDisconnected:
        raise Refused(400, "The body ended early.") from None
    if len(raw) > LARGEST_BODY:
        raise Refused(413, "The body is larger than 1 MiB.")
    return raw


def _places(error: ValidationError) -> list[FieldProblem]:
    found = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    return [FieldProblem(pointer=_pointer(one), detail=_words(one)) for one in found]


def _pointer(one: ErrorDetails) -> str:
    """Where it is. The name of an unknown field was made up by the sender, so the place is what holds it."""
    place = one["loc"][:-1] if one["type"] == _UNKNOWN else one["loc"]
    return "#" + "".join(f"/{step}" for step in place)


def _words(one: ErrorDetails) -> str:
    if one["type"] == _UNKNOWN:
        return "There is a field here that is not known."
    if one["type"] == "string_pattern_mismatch":
        return "This is not written as it must be; see the description of the API."
    return one["msg"] + ("" if one["msg"].endswith(".") else ".")
