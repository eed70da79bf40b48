"""What the set of all pictures follows: which works' pictures changed and when, and which database this is."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.models.base import Base


class FingerprintChange(Base):
    """A work whose PDQ fingerprints, state or listing changed. Written by triggers alone (migration 0005).

    One row for each work, with its last change, so it never has to be tidied. ``moment`` grows: on SQLite a count, on
    PostgreSQL the number of the transaction, since there a smaller one may be committed later.
    """

    __tablename__ = "fingerprint_changes"

    work_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moment: Mapped[int] = mapped_column(index=True)


class DatabaseMark(Base):
    """A random mark made with the database: files that follow another one are known by it."""

    __tablename__ = "database_marks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(16))
