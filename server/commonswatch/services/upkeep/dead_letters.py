"""Jobs that gave up: listed for people, and started again by them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, NotFound
from commonswatch.domain.states import JobState
from commonswatch.models import Job
from commonswatch.services.deciding import audit
from commonswatch.services.upkeep import queue

PAGE = 50


def count(session: Session) -> int:
    """How many jobs gave up."""
    return session.scalar(select(func.count()).where(Job.state == JobState.DEAD)) or 0


def read(session: Session, page: int) -> Sequence[Job]:
    """One page of jobs that gave up, the newest first; pages count from 1."""
    newest = select(Job).where(Job.state == JobState.DEAD).order_by(Job.finished_at.desc(), Job.id.desc())
    return session.scalars(newest.offset((page - 1) * PAGE).limit(PAGE)).all()


def start_again(session: Session, job_id: int, actor: str, now: datetime) -> None:
    """Queue a dead job anew; raise NotFound when there is none, Conflict when it is not dead any more."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("There is no such job.")
    if job.state != JobState.DEAD:
        raise Conflict("Somebody started this job again already.")
    queue.enqueue(session, job.kind, job.key, job.payload, now=now, again=True)
    audit.record(session, actor, "job.start-again", f"job:{job.id}", {"kind": job.kind}, now)
