"""Reports: what a watcher sends, and what is told about it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from commonswatch import rules
from commonswatch.api.schemas.fields import Hex64, LinkAddress, Moment, Shape, Told, WebAddress, line, lines, whole
from commonswatch.domain.states import ReportOutcome

LARGEST_BATCH = 100
_DATASETS = frozenset(one.id for one in rules.DATASETS)


def _in_catalogue(dataset: str) -> str:
    if dataset not in _DATASETS:
        raise PydanticCustomError("dataset", "This must be the id of a dataset in the catalogue.")
    return dataset


DatasetId = Annotated[
    str,
    StringConstraints(max_length=60),
    AfterValidator(_in_catalogue),
    WithJsonSchema({"type": "string", "enum": sorted(_DATASETS)}),
]


class ObservedMedia(Shape):
    """A picture or video seen on the page: whatever is known about it."""

    url: WebAddress | None = None
    name: Annotated[str, line(300)] | None = Field(default=None, description="File name, as the page shows it.")
    key: Annotated[str, line(300)] | None = Field(default=None, description="Work key, when the watcher knows it.")
    sha256: Hex64 | None = None
    pdq: Hex64 | None = Field(default=None, description="PDQ fingerprint, 256 bits.")
    quality: Annotated[int, Field(ge=0, le=100), whole(0, 100)] | None = Field(
        default=None, description="Quality of the PDQ fingerprint."
    )


class ObservedLink(Shape):
    """A link on the page that may lead to a copy. What it is said to be is kept as claimed; our server looks itself."""

    url: LinkAddress
    text: Annotated[str, lines(500)] | None = None
    dataset: DatasetId | None = Field(default=None, description="Id of the dataset it belongs to, in our catalogue.")
    role: Literal["data", "features", "list", "weights", "other"] | None = Field(
        default=None, description="What of the dataset it leads to. Only `data` makes the place a copy."
    )


class Report(Shape):
    """What a watcher saw on one page."""

    version: Annotated[int, Field(ge=1, le=1), whole(1, 1)] = Field(description="Version of this shape: 1.")
    page: WebAddress = Field(description="Address of the page.")
    observed_at: Moment | None = None
    media: list[ObservedMedia] = Field(default=[], max_length=500)
    links: list[ObservedLink] = Field(default=[], max_length=200)
    dataset: Annotated[str, line(200)] | None = Field(None, description="Name of the dataset, as the page gives it.")
    note: Annotated[str, lines(2000)] | None = Field(default=None, description="What the watcher wants to say.")


IdempotencyKey = Annotated[str, Field(pattern=r"^[\x21-\x7E]{1,200}$")]


class BatchedReport(Shape):
    """One report of a batch."""

    idempotency_key: IdempotencyKey | None = None
    report: Report


class Batch(Shape):
    """Several reports in one request."""

    reports: list[BatchedReport] = Field(min_length=1, max_length=LARGEST_BATCH)


class ReportTaken(Told):
    """The report is stored; the receipt is how to ask what became of it."""

    receipt: str
    repeated: bool = Field(description="Whether this very report had been taken before.")


class Outcome(Told):
    """What happened to one report of a batch: 202 taken, 409 key used for another report, 429 limit reached."""

    status: Literal[202, 409, 429]
    receipt: str | None = None
    repeated: bool = False
    detail: str | None = None
    retry_after: int | None = Field(default=None, description="Seconds to wait before sending it again.")


class BatchTaken(Told):
    """One outcome for each report, in the same order."""

    outcomes: list[Outcome]


class ReportStatus(Told):
    """What became of a report. Checked reports are told alike, whether registered works are in them or not."""

    receipt: str
    state: ReportOutcome
    words: str = Field(description="The state in plain words.")
    received_at: datetime
    checked_at: datetime | None
