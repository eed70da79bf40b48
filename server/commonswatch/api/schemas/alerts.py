"""Alerts: what the account behind a device is told, as the extension shows it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from commonswatch.api.schemas.fields import Shape, Told, whole
from commonswatch.domain.states import Basis, CaseState, Certainty

MOST_ALERTS = 100
LARGEST_ID = 2**53 - 1


class AlertsWanted(Shape):
    """Which alerts."""

    after: Annotated[int, Field(ge=0, le=LARGEST_ID), whole(0, LARGEST_ID)] = Field(
        default=0, description="Id of the last alert known."
    )
    limit: Annotated[int, Field(ge=1, le=MOST_ALERTS), whole(1, MOST_ALERTS)] = Field(
        default=50, description="How many at most."
    )


class AlertedWork(Told):
    """A work that was found."""

    id: int
    title: str
    key: str
    why: Basis
    certainty: Certainty | None = Field(
        default=None, description="With `membership`: how sure it is that a copy offered there holds the work."
    )


class OfferedCopy(Told):
    """A dataset of which a copy is offered there, and what lists that were read say about the works in it."""

    dataset: str = Field(description="Its id in the catalogue.")
    certainty: Certainty
    works: int = Field(description="How many of the works it holds, or may hold.")


class Alert(Told):
    """A confirmed case that concerns works of the account; ``dismissed`` when a moderator took it back."""

    id: int
    url: str = Field(description="Where it was found, without any access code.")
    site: str
    kind: str
    state: CaseState
    since: datetime
    created_at: datetime
    works: list[AlertedWork] = Field(description="The first of them.")
    works_total: int
    copies: list[OfferedCopy] = Field(default=[], description="Copies that hold or may hold the works, as lists say.")


class Alerts(Told):
    """Alerts, oldest first."""

    alerts: list[Alert]
    after: int = Field(description="Ask with this for what comes next.")
    page: str = Field(description="Where to read all about it.")
