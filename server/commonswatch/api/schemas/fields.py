"""What all shapes share: strict models without unknown fields, and strings, numbers and moments with limits.

The limits are part of the OpenAPI document, so that what the document allows and what the door takes are the same.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.A,
)
_DIGITS = re.compile(r"0|[1-9]\d{0,15}", re.A)
_ONE_LINE = r"^[^\x00-\x1F\x7F-\x9F]*$"
_LINES = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
_WEB_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20\x7F-\x9F]+$"
_LINK = r"^(?:[Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Gg][Nn][Ee][Tt]:\?)[^\x00-\x20\x7F-\x9F]+$"


class Shape(BaseModel):
    """Base of all shapes that come in: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """Base of all shapes that go out."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


def _whole(value: Any, where: ValidationInfo) -> Any:
    """JSON Schema calls 1.0 an integer, so we do, too. In a query digits are a number, in JSON they are not."""
    if isinstance(value, str) and where.mode == "string":  # type: ignore[comparison-overlap]  # undocumented mode
        if not _DIGITS.fullmatch(value):
            raise PydanticCustomError("whole", "This must be a whole number.")
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _moment(value: Any) -> Any:
    """RFC 3339 only; the parser behind would take more than the document says."""
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise PydanticCustomError("moment", "This must be a moment as RFC 3339 writes it, with its time zone.")
    return value


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_moment, json_schema_input_type=datetime)]
WebAddress = Annotated[str, StringConstraints(pattern=_WEB_ADDRESS, min_length=8, max_length=2048)]
LinkAddress = Annotated[str, StringConstraints(pattern=_LINK, min_length=8, max_length=2048)]  # magnet links too
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def whole(least: int, most: int) -> Any:
    """A whole number within limits; what it is made of the document must be told apart from how it is read."""
    limits = Field(ge=least, le=most)
    return BeforeValidator(_whole, json_schema_input_type=Annotated[int, limits])


def line(longest: int, *, least: int = 0) -> Any:
    """A text of one line, without control characters."""
    return StringConstraints(pattern=_ONE_LINE, min_length=least, max_length=longest)


def lines(longest: int) -> Any:
    """A text of several lines, without other control characters."""
    return StringConstraints(pattern=_LINES, max_length=longest)
