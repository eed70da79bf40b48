"""The watch list: which rows each work has in it, which works changed since, and all manifests that were published."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.models.base import Base, RowId


class ListedRow(Base):
    """A row of the newest version, and a work that brought it: several may have brought the same one.

    The work may be gone meanwhile, so it is no foreign key: what it brought leaves with the next version.
    """

    __tablename__ = "listed_rows"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # key or picture
    row: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    work_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)


class ListChange(Base):
    """A work that changed in a way that may change the watch list. Forgotten with the version that has read it."""

    __tablename__ = "list_changes"

    id: Mapped[RowId]
    work_id: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_list_changes_at", "at"),)


class ListVersion(Base):
    """A version that was published; rows are only ever added.

    The text that was signed is ``head``, the ``step`` of each of the last ``steps`` versions and ``]}``: whole texts
    would repeat hundreds of deltas. ``digest`` proves that it is the same text.
    """

    __tablename__ = "list_versions"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime] = mapped_column(index=True)
    recipe: Mapped[str] = mapped_column(String(64))  # digest of what, besides the works, makes a version
    head: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(Text)  # how the manifest names the delta to this version; may be empty
    steps: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    signatures: Mapped[str] = mapped_column(Text)  # as JSON
