"""The job queue, the ticks of the clock, and the counters of rate limits."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.domain.states import JobState
from commonswatch.models.base import Base, Data, RowId, words


class Job(Base):
    """Something to be done, exactly once in the tables, at least once towards the outside."""

    __tablename__ = "jobs"

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(Data)
    state: Mapped[JobState] = mapped_column(words(JobState), default=JobState.QUEUED)
    run_after: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(40))  # who works on it
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_jobs_state_kind_run_after", "state", "kind", "run_after"),
    )


class Tick(Base):
    """A moment at which a clock job was due: whoever inserts it first enqueues the work."""

    __tablename__ = "ticks"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)


class RateCounter(Base):
    """How often somebody did something within a window of time. ``key`` is a keyed digest, never an address."""

    __tablename__ = "rate_counters"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
