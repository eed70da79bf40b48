"""Works, their work keys and fingerprints, and the registrations they came with."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commonswatch.domain.states import Listing, WorkState
from commonswatch.models.base import Base, RowId, words
from commonswatch.models.person import Depiction


class Registration(Base):
    """One act of registering: a form, a list of addresses or a CSV, with the rows that could not be used."""

    __tablename__ = "registrations"

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    form_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # a form sent twice is one registration
    row_count: Mapped[int]
    created_at: Mapped[datetime]

    problems: Mapped[list["RowProblem"]] = relationship(cascade="all, delete-orphan", order_by="RowProblem.line")

    __table_args__ = (UniqueConstraint("creator_id", "form_digest"),)


class RowProblem(Base):
    """A row of a registration that was not registered, and what to change."""

    __tablename__ = "row_problems"

    id: Mapped[RowId]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    url: Mapped[str] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(String(300))


class Work(Base):
    """A picture or video its creator registered. ``key`` is the best of its work keys."""

    __tablename__ = "works"

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(300), default="")
    licence_code: Mapped[str | None] = mapped_column(String(20))  # None: not known yet
    licence_version: Mapped[str | None] = mapped_column(String(8))
    licence_jurisdiction: Mapped[str | None] = mapped_column(String(16))
    licence_basis: Mapped[str | None] = mapped_column(String(20))  # chosen, page or file
    state: Mapped[WorkState] = mapped_column(words(WorkState), default=WorkState.WAITING)
    listing: Mapped[Listing] = mapped_column(words(Listing), default=Listing.SERVER_ONLY)
    listed_until: Mapped[datetime | None]  # of a public listing; None: no end
    problem: Mapped[str | None] = mapped_column(String(300))
    media_type: Mapped[str | None] = mapped_column(String(80))
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[datetime]
    examined_at: Mapped[datetime | None]

    keys: Mapped[list["KeyOfWork"]] = relationship(cascade="all, delete-orphan")
    fingerprints: Mapped[list["FingerprintOfWork"]] = relationship(cascade="all, delete-orphan")
    depictions: Mapped[list[Depiction]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("creator_id", "key"),
        Index("ix_works_state", "state"),
        Index("ix_works_listed_until", "listed_until"),
    )


class KeyOfWork(Base):
    """A work key under which a work is known. Several creators may register the same key."""

    __tablename__ = "work_keys"

    id: Mapped[RowId]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(Text, index=True)
    how: Mapped[str] = mapped_column(String(12))

    __table_args__ = (UniqueConstraint("work_id", "key"),)


class FingerprintOfWork(Base):
    """A fingerprint of one rendition of a work."""

    __tablename__ = "fingerprints"

    id: Mapped[RowId]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    algorithm: Mapped[str] = mapped_column(String(12))
    rendition: Mapped[str] = mapped_column(String(20))
    bits: Mapped[bytes] = mapped_column(LargeBinary(64))
    quality: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("work_id", "algorithm", "rendition"),
        Index("ix_fingerprints_algorithm_bits", "algorithm", "bits"),
    )


class Suppression(Base):
    """A match somebody said is wrong: this fingerprint or key is never again taken for this work."""

    __tablename__ = "suppressions"

    id: Mapped[RowId]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    observed: Mapped[str] = mapped_column(String(300))  # ``sha256:…``, ``pdq:…`` or a work key, as observed
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("work_id", "observed"),)
