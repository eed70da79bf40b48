"""Notifications, one per person and location, and deliveries: every message on its way out."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commonswatch.domain.states import DeliveryState
from commonswatch.models.base import Base, RowId, words
from commonswatch.models.case import Case
from commonswatch.models.person import Person


class Notification(Base):
    """Somebody is told about a confirmed case. What was found is read from the case when shown."""

    __tablename__ = "notifications"

    id: Mapped[RowId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    case: Mapped[Case] = relationship()

    __table_args__ = (UniqueConstraint("person_id", "location_id"),)


class Delivery(Base):
    """One message to one address. ``key`` makes it once-only; ``message_id`` stays the same over all tries.

    The address and the values for the template are sealed: they hold addresses and sign-in links.
    """

    __tablename__ = "deliveries"

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    template: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    letter_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # dropped once delivered or given up
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[DeliveryState] = mapped_column(words(DeliveryState), default=DeliveryState.CREATED)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_deliveries_state", "state"),)
