"""What each template needs to be filled in, in one place; the folder of the template has the same name.

All words are made safe here, before a template sees them (see ``words``). ``product`` and ``language`` are added by
``message.compose``. Values must survive JSON, since they wait in the database.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from commonswatch.channels.words import not_a_link, site_name, web_address
from commonswatch.domain.errors import CommonswatchError, InvalidInput

Words = Annotated[str, AfterValidator(not_a_link)]


def _address(text: str) -> str:
    try:
        return web_address(text)
    except CommonswatchError as refused:
        raise ValueError(refused.detail) from None


Url = Annotated[str, AfterValidator(_address)]
Certainty = Literal["holds", "should-hold", "may-hold"]  # domain.states.Certainty
Count = Annotated[int, Field(ge=1, le=10_000_000)]


class SignIn(TypedDict):
    """`sign_in`: to somebody who asked for a link."""

    link: Url
    minutes: Count  # how long the link works


class Invitation(TypedDict):
    """`invitation`: to a person shown, once ever."""

    creator: Words  # display name of who named the person
    works: Annotated[list[Words], Field(min_length=1, max_length=50_000)]  # titles; the first five are shown
    link: Url  # the person's own page: confirm or say no


class HeldCopy(TypedDict):
    """A dataset of which a copy is offered there, and how many works it holds, or may hold, as lists say."""

    name: Words
    certainty: Certainty
    count: Count


class Alert(TypedDict):
    """`alert`: a moderator confirmed a case that concerns this person."""

    count: Count  # how many works were found there, or are in datasets of which copies are offered there
    found: NotRequired[Count]  # how many were found there themselves, when the others are known by lists alone
    works: Annotated[list[Words], Field(min_length=1, max_length=20)]  # titles of the first; five are shown
    about: Literal["creator", "shown", "named"]  # works of yours, works showing you, or a list that names you
    site: Annotated[str, AfterValidator(site_name)]  # such as example.org
    location_url: Url | Literal[""]  # the public address, without any access code; empty where it would open the data
    since: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]  # day of the first sighting, UTC
    basis: Annotated[list[Literal["key", "sha256", "pdq", "membership"]], Field(max_length=4)]  # domain.states.Basis
    certainty: NotRequired[Certainty]  # of the work that is the least sure, when all are known by lists alone
    copies: NotRequired[Annotated[list[HeldCopy], Field(max_length=20)]]
    conditions: Annotated[list[Words], Field(max_length=20)]  # rules.licences.conditions
    link: Url  # our page with the facts


_TEMPLATES: Mapping[str, TypeAdapter[Any]] = {
    "sign_in": TypeAdapter(SignIn),
    "invitation": TypeAdapter(Invitation),
    "alert": TypeAdapter(Alert),
}


def checked(template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a template, complete and safe; raise InvalidInput when the template or a value is wrong."""
    if template not in _TEMPLATES:
        raise InvalidInput("There is no such letter.")
    try:
        return dict(_TEMPLATES[template].validate_python(dict(values)))
    except ValidationError as wrong:
        problems = tuple(f"{'.'.join(map(str, error['loc']))}: {error['type']}" for error in wrong.errors())
        raise InvalidInput("The letter cannot be written from these values.", problems) from None
