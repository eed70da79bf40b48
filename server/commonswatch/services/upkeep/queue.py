"""The job queue as a table: enqueue in the caller's transaction, claim with a lease, finish, retry, give up.

At least once towards the outside, exactly once in the tables: a job's effects are recorded in the transaction that
finishes it. A worker that dies loses its lease and the job is claimed again. Runs on SQLite and PostgreSQL alike.
What a kind of job does is in ``jobs``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Insert, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict
from commonswatch.domain.states import JobState
from commonswatch.models import Base, Job
from commonswatch.services.upkeep import bulk

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 8
PLACE = timedelta(minutes=1)
"""One place in the order of claiming, for kinds in which many owners share a line: see ``places``."""
_MOST_PLACES = 60_000
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=4)


@dataclass(frozen=True)
class ClaimedJob:
    """A job somebody holds the lease of."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    lease: str
    run_after: datetime


def insert_of(session: Session, table: type[Base]) -> Any:
    """An INSERT of the session's own database, which knows ``on_conflict_do_nothing`` and ``…_do_update``."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_new(session: Session, table: type[Base]) -> Insert:
    """An INSERT that skips rows which are there already (``on_conflict_do_nothing`` of either database)."""
    statement: Insert = insert_of(session, table).on_conflict_do_nothing()
    return statement


def enqueue(
    session: Session,
    kind: str,
    key: str,
    payload: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    run_after: datetime | None = None,
    again: bool = False,
) -> None:
    """Put a job into the queue, once per kind and key. ``again`` starts a finished or dead job of that key anew."""
    enqueue_many(session, kind, [(key, payload or {})], now=now, run_after=run_after)
    if again:
        session.execute(
            update(Job)
            .where(Job.kind == kind, Job.key == key, Job.state.in_((JobState.DONE, JobState.DEAD)))
            .values(
                state=JobState.QUEUED,
                run_after=run_after or now,
                attempts=0,
                problem=None,
                payload=dict(payload or {}),
            )
        )


def enqueue_many(
    session: Session,
    kind: str,
    jobs: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    now: datetime,
    run_after: Sequence[datetime] | datetime | None = None,
) -> None:
    """Put many jobs of one kind into the queue in one statement; keys that are there already are skipped.

    ``run_after`` is one moment for all, or one for each job.
    """
    moments = run_after if isinstance(run_after, Sequence) else [run_after or now] * len(jobs)
    rows = [
        {
            "kind": kind,
            "key": key,
            "payload": payload,
            "state": JobState.QUEUED,
            "run_after": moment,
            "attempts": 0,
            "created_at": now,
        }
        for (key, payload), moment in zip(jobs, moments, strict=True)
    ]
    bulk.insert_many(session, Job, rows)


def is_due(session: Session, now: datetime, kinds: Collection[str] = ()) -> bool:
    """Whether there is anything to claim; only reads, so an idle worker takes no lock."""
    return session.scalar(select(Job.id).where(_due(now, kinds)).limit(1)) is not None


def claim(
    session: Session, worker: str, now: datetime, limit: int = 1, kinds: Collection[str] = ()
) -> list[ClaimedJob]:
    """Take the lease of up to ``limit`` jobs that are due, or whose last holder did not come back.

    ``kinds`` are those the worker knows; none means all.
    """
    due = (
        select(Job.id)
        .where(_due(now, kinds))
        .order_by(Job.run_after, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Job)
        .where(Job.id.in_(due))
        .values(state=JobState.LEASED, lease=worker, lease_until=now + LEASE, attempts=Job.attempts + 1)
        .returning(Job.id, Job.kind, Job.key, Job.payload, Job.attempts, Job.run_after)
        .execution_options(synchronize_session=False)
    )
    return [
        ClaimedJob(row.id, row.kind, row.key, row.payload, row.attempts, worker, row.run_after)
        for row in session.execute(taken)
    ]


def renew(session: Session, job: ClaimedJob, now: datetime) -> None:
    """Hold on to a job that takes long."""
    _change_held(session, job, lease_until=now + LEASE)


def finish(session: Session, job: ClaimedJob, now: datetime) -> None:
    """Mark a job done, in the transaction that records its effects; raise Conflict if the lease was lost."""
    _change_held(session, job, state=JobState.DONE, finished_at=now, lease=None, lease_until=None, problem=None)


def retry_later(
    session: Session, job: ClaimedJob, problem: str, now: datetime, max_attempts: int = MAX_ATTEMPTS
) -> None:
    """Put a failed job back with a growing pause, or lay it aside as dead after the last attempt."""
    if job.attempts >= max_attempts:
        give_up(session, job, problem, now)
        return
    pause = min(_FIRST_PAUSE * 4 ** (job.attempts - 1), _LONGEST_PAUSE)
    _change_held(
        session,
        job,
        state=JobState.QUEUED,
        run_after=now + pause,
        lease=None,
        lease_until=None,
        problem=problem[:300],
    )


def give_up(session: Session, job: ClaimedJob, problem: str, now: datetime) -> None:
    """Lay a job aside as dead: moderators see it and can start it again."""
    _change_held(
        session,
        job,
        state=JobState.DEAD,
        finished_at=now,
        lease=None,
        lease_until=None,
        problem=problem[:300],
    )


def put_back(session: Session, job: ClaimedJob, now: datetime) -> None:
    """Let somebody else do a job that we cannot end, since we are asked to stop."""
    _change_held(session, job, state=JobState.QUEUED, run_after=now, lease=None, lease_until=None)


def step_back(session: Session, job: ClaimedJob) -> None:
    """Let others go first: the job loses one place and no try."""
    run_after, tries = job.run_after + PLACE, job.attempts - 1
    _change_held(session, job, state=JobState.QUEUED, run_after=run_after, attempts=tries, lease=None, lease_until=None)


def places(first: int, count: int, now: datetime) -> list[datetime]:
    """Moments for ``run_after`` that are all due, in the order of places from ``first`` on.

    So the tail of one owner's long list comes after everybody's first jobs, and runs at once when nobody else waits.
    """
    return [now - max(0, _MOST_PLACES - place) * PLACE for place in range(first, first + count)]


def backlog(session: Session) -> dict[JobState, int]:
    """How many jobs are in which state."""
    return dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).all())


def _due(now: datetime, kinds: Collection[str]) -> ColumnElement[bool]:
    wanted = [Job.kind.in_(sorted(kinds))] if kinds else []
    return or_(
        and_(Job.state == JobState.QUEUED, *wanted, Job.run_after <= now),
        and_(Job.state == JobState.LEASED, *wanted, Job.lease_until < now),
    )


def _change_held(session: Session, job: ClaimedJob, **values: object) -> None:
    changed = session.execute(
        update(Job)
        .where(
            Job.id == job.id,
            Job.state == JobState.LEASED,
            Job.lease == job.lease,
            Job.attempts == job.attempts,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Another worker took this job over.")
