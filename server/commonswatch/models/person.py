"""People who are told: persons shown and, behind their accounts, creators. Also who said no, as a digest only."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commonswatch.domain.states import Answer, Channel, PersonState
from commonswatch.models.base import Base, RowId, words


class Person(Base):
    """Somebody who is, or may be, told. The address is sealed; its keyed digest finds the person again.

    ``state`` is about being told as a person *shown*. A creator is told about their own works by having an account.
    """

    __tablename__ = "people"

    id: Mapped[RowId]
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    address_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    language: Mapped[str] = mapped_column(String(16), default="en")
    channel: Mapped[Channel] = mapped_column(words(Channel), default=Channel.MAIL)
    state: Mapped[PersonState] = mapped_column(words(PersonState), default=PersonState.UNASKED)
    link_nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    unreachable_at: Mapped[datetime | None]  # the mail server said for good that the address does not work
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    depictions: Mapped[list["Depiction"]] = relationship(back_populates="person", cascade="all, delete-orphan")


class Depiction(Base):
    """A creator's word that somebody is shown in a work: a name, and a person when an address was given."""

    __tablename__ = "depictions"

    id: Mapped[RowId]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))

    person: Mapped[Person | None] = relationship(back_populates="depictions")

    __table_args__ = (UniqueConstraint("work_id", "person_id"),)


class Refusal(Base):
    """Somebody said no: the keyed digest of the address, and nothing else about them."""

    __tablename__ = "refusals"

    address_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    at: Mapped[datetime]


class PersonAnswer(Base):
    """What somebody said about a work at a location. It ends repeats for good."""

    __tablename__ = "person_answers"

    id: Mapped[RowId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer] = mapped_column(words(Answer))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "work_id", "location_id"),)
