"""Whether the background work keeps up: the age of the oldest job that is due, and the beat of the clock."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import JobState
from commonswatch.models import Job, Tick

LONGEST_WAIT = timedelta(minutes=10)
LONGEST_SILENCE = timedelta(minutes=2)
HEARTBEAT = "heartbeat"


def check(session: Session, now: datetime) -> dict[str, bool]:
    """``queue``: no job is overdue by ten minutes. ``heartbeat``: the clock ticked within two minutes."""
    beat = last_heartbeat(session)
    return {
        "queue": oldest_wait(session, now) < LONGEST_WAIT,
        "heartbeat": beat is not None and now - beat < LONGEST_SILENCE,
    }


def oldest_wait(session: Session, now: datetime) -> timedelta:
    """For how long the oldest due job has waited; nothing due is zero.

    Works to be examined do not count: a long list takes as long as politeness towards its host does.
    """
    due = select(func.min(Job.run_after)).where(Job.state == JobState.QUEUED, Job.kind != "examine")
    oldest = session.scalar(due)
    return max(timedelta(), now - oldest) if oldest else timedelta()


def last_heartbeat(session: Session) -> datetime | None:
    """When the clock of the worker last ticked."""
    return session.scalar(select(func.max(Tick.at)).where(Tick.job == HEARTBEAT))
