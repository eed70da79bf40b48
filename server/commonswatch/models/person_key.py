"""What people say identifies them in lists, and the rows of lists that may be about them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.domain.states import NamingState, PersonKeyKind, PersonWay
from commonswatch.models.base import Base, RowId, words


class PersonKey(Base):
    """A name or number somebody stated on their own page: sealed as they wrote it, found by keyed digests of it."""

    __tablename__ = "person_keys"

    id: Mapped[RowId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[PersonKeyKind] = mapped_column(words(PersonKeyKind))
    said_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_person_keys_person_id", "person_id"),)


class PersonKeyDigest(Base):
    """One form of a person key, as a keyed digest; ``way`` says how sure a row is that agrees with this form."""

    __tablename__ = "person_key_digests"

    person_key_id: Mapped[int] = mapped_column(ForeignKey("person_keys.id", ondelete="CASCADE"), primary_key=True)
    way: Mapped[PersonWay] = mapped_column(words(PersonWay), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)

    __table_args__ = (Index("ix_person_key_digests_digest", "digest"),)


class PersonMembership(Base):
    """A row of a scanned list of people that may be about somebody. A bare name waits for a moderator."""

    __tablename__ = "person_memberships"

    id: Mapped[RowId]
    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    row: Mapped[int]
    place: Mapped[str] = mapped_column(String(300))
    way: Mapped[PersonWay] = mapped_column(words(PersonWay))
    state: Mapped[NamingState] = mapped_column(words(NamingState))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("scan_id", "person_id"),)
