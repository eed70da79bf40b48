"""Lookups: what is known of a file goes in, which registered works it belongs to comes out."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from commonswatch.api.schemas.fields import Hex64, Shape, Told, WebAddress, line, whole

MOST_QUESTIONS = 20
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Question(Shape):
    """Whatever is known of one picture or video; each part is looked up by itself."""

    url: WebAddress | None = Field(default=None, description="Any address of it.")
    key: Annotated[str, line(300)] | None = Field(default=None, description="Work key, such as `flickr:photo:105`.")
    sha256: Hex64 | None = None
    md5: Hex32 | None = None
    pdq: Hex64 | None = Field(default=None, description="PDQ fingerprint, 256 bits.")
    turned: list[Hex64] = Field(
        default=[],
        max_length=7,
        description="PDQ of the picture turned and mirrored, in the order of PDQ's own eight after the first: left, "
        "upside down, right, mirrored down, mirrored across, transposed, transverse.",
    )
    quality: Annotated[int, Field(ge=0, le=100), whole(0, 100)] | None = Field(
        default=None, description="Quality of the PDQ fingerprint. Below 50 it proves nothing and finds nothing."
    )


class Questions(Shape):
    """Several lookups in one request."""

    questions: list[Question] = Field(min_length=1, max_length=MOST_QUESTIONS)


class FoundWork(Told):
    """A registered work, told to its creator and to moderators."""

    id: int
    key: str
    url: str
    title: str
    licence: str | None = Field(description="SPDX identifier, such as `CC-BY-SA-2.0`, where it is known.")
    listing: Literal["server-only", "public"]


class LookupMatch(Told):
    """Why something belongs to a registered work. All but `basis` may be null; strangers are never told which work."""

    basis: Literal["key", "sha256", "md5", "pdq"]
    distance: int | None = Field(description="How many bits differ.")
    bits: int | None = Field(description="Of how many bits: 256, or those of the watch list.")
    rendition: str | None = Field(description="Which rendition of the work agrees.")
    turn: str | None = Field(description="How the picture is turned: `upright`, `mirrored across` …")
    work: FoundWork | None


class LookupAnswer(Told):
    """What one question found."""

    matches: list[LookupMatch]


class Answers(Told):
    """One answer for each question, in the same order."""

    answers: list[LookupAnswer]
