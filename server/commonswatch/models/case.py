"""Cases, the sightings and evidence in them, and moderators' decisions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commonswatch.domain.states import Basis, CaseState, DecisionVerdict
from commonswatch.models.base import Base, Data, RowId, words
from commonswatch.models.location import Location
from commonswatch.models.work import Work


class Case(Base):
    """All sightings and copies at one location, decided together.

    ``version`` grows with every decision and everything new, so that two moderators notice each other.
    """

    __tablename__ = "cases"

    id: Mapped[RowId]
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), unique=True)
    state: Mapped[CaseState] = mapped_column(words(CaseState), default=CaseState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    location: Mapped[Location] = relationship()
    sightings: Mapped[list["Sighting"]] = relationship(back_populates="case", order_by="Sighting.id")
    decisions: Mapped[list["Decision"]] = relationship(back_populates="case", order_by="Decision.id")

    __table_args__ = (Index("ix_cases_state_opened_at", "state", "opened_at"),)


class Sighting(Base):
    """The belief that a work is at a location; its evidence says why."""

    __tablename__ = "sightings"

    id: Mapped[RowId]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    basis: Mapped[Basis] = mapped_column(words(Basis))  # the strongest of its evidence
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="sightings")
    work: Mapped[Work] = relationship()
    evidence: Mapped[list["Evidence"]] = relationship(cascade="all, delete-orphan", order_by="Evidence.id")

    __table_args__ = (UniqueConstraint("work_id", "location_id"),)


class Evidence(Base):
    """What proves a sighting: the key, digest or distance, where it was observed, and what the server saw itself."""

    __tablename__ = "evidence"

    id: Mapped[RowId]
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sightings.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)
    basis: Mapped[Basis] = mapped_column(words(Basis))
    observed: Mapped[str] = mapped_column(String(300))  # ``sha256:…``, ``pdq:…`` or a work key
    media_url: Mapped[str | None] = mapped_column(Text)
    distance: Mapped[int | None]
    quality: Mapped[int | None]
    rendition: Mapped[str | None] = mapped_column(String(20))
    facts: Mapped[dict[str, Any]] = mapped_column(Data)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("sighting_id", "basis", "observed"),)


class Decision(Base):
    """A moderator's word on a case, with the reason."""

    __tablename__ = "decisions"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    verdict: Mapped[DecisionVerdict] = mapped_column(words(DecisionVerdict))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="decisions")
