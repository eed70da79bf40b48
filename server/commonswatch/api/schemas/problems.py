"""Problems, as RFC 9457 writes them. What was sent is never repeated in them."""

from pydantic import Field

from commonswatch.api.schemas.fields import Told


class FieldProblem(Told):
    """One place in what was sent, and what to change there."""

    pointer: str = Field(description="JSON pointer as a URI fragment, such as ``#/media/0/url``.")
    detail: str


class Problem(Told):
    """Why a request could not be done."""

    type: str = Field(description="Names the kind of problem; stays the same over versions.")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default=[], description="Places to change, at most 20.")
