"""Reports, as sent (sealed), and what became of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.domain.states import ReportState
from commonswatch.models.base import Base, RowId, words


class Report(Base):
    """What a watcher sent. ``submission_sealed`` is the JSON as sent: it may hold a share's access code.

    ``reporter`` is ``device:<id>`` or ``anonymous``; an idempotency key counts within it.
    """

    __tablename__ = "reports"

    id: Mapped[RowId]
    receipt: Mapped[str] = mapped_column(String(40), unique=True)
    reporter: Mapped[str] = mapped_column(String(40))
    idempotency_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    submission_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    submission_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[ReportState] = mapped_column(words(ReportState), default=ReportState.RECEIVED)
    outcome: Mapped[str | None] = mapped_column(String(300))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"), index=True)
    received_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("reporter", "idempotency_digest"),
        Index("ix_reports_state_received_at", "state", "received_at"),
    )
