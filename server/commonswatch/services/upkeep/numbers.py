"""Counts of how things stand, for whoever watches the installation. Numbers only, about nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from commonswatch.domain.states import JobState
from commonswatch.models import Case, Delivery, Job, Report, Work


def by_state(session: Session) -> dict[str, dict[str, int]]:
    """How many jobs, cases, reports, works and deliveries are in which state."""
    return {
        "jobs": _count(session, Job.state),
        "cases": _count(session, Case.state),
        "reports": _count(session, Report.state),
        "works": _count(session, Work.state),
        "deliveries": _count(session, Delivery.state),
    }


@dataclass(frozen=True)
class WaitingJobs:
    """Jobs that wait: those due now, and those for later (tried before, or planned); ``next_at``: when the first is."""

    due: int
    later: int
    next_at: datetime | None


def waiting_jobs(session: Session, now: datetime) -> WaitingJobs:
    """How many jobs wait for a worker now, and how many for their time."""
    queued = select(func.count()).where(Job.state == JobState.QUEUED)
    later = select(func.count(), func.min(Job.run_after)).where(Job.state == JobState.QUEUED, Job.run_after > now)
    due = session.scalar(queued.where(Job.run_after <= now)) or 0
    return WaitingJobs(due, *session.execute(later).one())


def _count(session: Session, state: InstrumentedAttribute[Any]) -> dict[str, int]:
    return {word.value: number for word, number in session.execute(select(state, func.count()).group_by(state))}
