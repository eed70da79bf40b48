"""Scans, each one reading of one manifest, and memberships: which works were found in it, in which row."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.domain.states import Certainty, ScanState, WayWon
from commonswatch.models.base import Base, RowId, words


class Scan(Base):
    """One reading of one manifest. The manifest is deleted when it was read; ``index_file`` holds keyed digests only.

    ``url`` is public, without any access code; empty for what was uploaded.
    """

    __tablename__ = "scans"

    id: Mapped[RowId]
    dataset: Mapped[str | None] = mapped_column(String(60))  # its id in the catalogue, if it is of a dataset
    name: Mapped[str] = mapped_column(String(200))  # of the file, as it was given
    url: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ScanState] = mapped_column(words(ScanState), default=ScanState.WAITING)
    tries: Mapped[int] = mapped_column(default=1)  # one more with each resume
    rows: Mapped[int] = mapped_column(default=0)
    matches: Mapped[int] = mapped_column(default=0)  # rows in which a work was found
    bytes_read: Mapped[int] = mapped_column(default=0)
    bytes_total: Mapped[int | None]
    problem: Mapped[str | None] = mapped_column(String(300))
    manifest_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    index_file: Mapped[str | None] = mapped_column(String(80))
    form_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)  # a form sent twice is one scan
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"), index=True)  # where the list stands
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]  # when ``rows`` and ``matches`` were written last
    finished_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]  # a moderator said that it says nothing: see services.scanning.taking_back
    etag: Mapped[str | None] = mapped_column(
        String(300)
    )  # of the file at ``url``, as its host named this version of it
    last_modified: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (Index("ix_scans_dataset", "dataset"),)


class Membership(Base):
    """A work that a scan found in a manifest: the first row that proves it, and how sure that row is about the work.

    What a copy of a relative of the dataset holds is not stored: ``services.scanning.lineage`` derives it.
    """

    __tablename__ = "memberships"

    id: Mapped[RowId]
    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"))
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    row: Mapped[int]
    place: Mapped[str] = mapped_column(String(300))  # of the row, in words a moderator can find it by
    how: Mapped[WayWon] = mapped_column(words(WayWon))
    observed: Mapped[str] = mapped_column(String(300))  # the key or digest
    certainty: Mapped[Certainty] = mapped_column(words(Certainty))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("scan_id", "work_id"), Index("ix_memberships_work_id", "work_id"))
