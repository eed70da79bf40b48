"""What the clock asks for: one tick for each job and moment, the heartbeat of the workers, and forgetting old rows.

Any number of processes may tick: whoever inserts (job, moment) first enqueues the job, in the same transaction.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.states import DeliveryState, JobState
from commonswatch.models import Delivery, Job, SignInLink, Tick
from commonswatch.services.membership import devices
from commonswatch.services.upkeep import limits, queue
from commonswatch.services.upkeep.readiness import HEARTBEAT

_AT_ONCE = 5000
_KEEP_DONE = timedelta(days=7)
_KEEP_DEAD = timedelta(days=90)
_KEEP_TICKS = timedelta(days=1)
_KEEP_LINKS = timedelta(days=1)
_KEEP_LETTERS = timedelta(days=30)


def tick(session: Session, job: str, every: timedelta, now: datetime) -> bool:
    """Enqueue ``job`` for the moment that ``now`` falls into, unless somebody did; return whether we did."""
    at = _moment(every, now)
    is_first = _insert(session, job, at)
    if is_first:
        queue.enqueue(session, job, f"{job}:{at:%Y%m%dT%H%M%SZ}", {}, now=now)
    return is_first


def beat(session: Session, every: timedelta, now: datetime) -> None:
    """Say that a worker is alive; ``readiness`` reads it."""
    _insert(session, HEARTBEAT, _moment(every, now))


def purge_some(session: Session, now: datetime) -> bool:
    """Forget up to 5,000 old jobs and everything else that is over; return whether more is left."""
    limits.purge(session, now)
    devices.purge_codes(session, now)
    session.execute(delete(Tick).where(Tick.at < now - _KEEP_TICKS))
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now - _KEEP_LINKS))
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.TEMPORARY_FAILURE, Delivery.created_at < now - _KEEP_LETTERS)
        .values(letter_sealed=None)
    )
    done = _purge_jobs(session, JobState.DONE, now - _KEEP_DONE)
    dead = _purge_jobs(session, JobState.DEAD, now - _KEEP_DEAD)
    return max(done, dead) >= _AT_ONCE


def _purge_jobs(session: Session, state: JobState, before: datetime) -> int:
    old = select(Job.id).where(Job.state == state, Job.finished_at < before).limit(_AT_ONCE)
    result: Any = session.execute(delete(Job).where(Job.id.in_(old)).execution_options(synchronize_session=False))
    return int(result.rowcount)


def _insert(session: Session, job: str, at: datetime) -> bool:
    row = {"job": job, "at": at}
    return session.execute(queue.insert_new(session, Tick).returning(Tick.at), [row]).first() is not None


def _moment(every: timedelta, now: datetime) -> datetime:
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
