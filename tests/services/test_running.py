"""What people who run the site see: dead jobs, readiness, numbers."""

from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, NotFound
from commonswatch.domain.states import JobState
from commonswatch.models import Job
from commonswatch.services.upkeep import clock, dead_letters, numbers, queue, readiness
from sqlalchemy import select


def _put_dead(database: Database, now: datetime, number: int) -> None:
    with database.writing() as session:
        queue.enqueue_many(session, "verify", [(str(one), {"n": one}) for one in range(number)], now=now)
        for job in queue.claim(session, "a", now, number):
            queue.give_up(session, job, "no", now)


def test_dead_jobs_come_in_pages_and_start_again_once(database: Database, now: datetime) -> None:
    _put_dead(database, now, 60)
    with database.reading() as session:
        assert dead_letters.count(session) == 60
        assert [len(dead_letters.read(session, page)) for page in (1, 2, 3)] == [50, 10, 0]
        number = dead_letters.read(session, 1)[0].id
    with database.writing() as session:
        dead_letters.start_again(session, number, "account:1", now)
    with database.writing() as session, pytest.raises(Conflict):
        dead_letters.start_again(session, number, "account:1", now)
    with database.writing() as session, pytest.raises(NotFound):
        dead_letters.start_again(session, 9999, "account:1", now)
    with database.reading() as session:
        job = session.get_one(Job, number)
        assert (job.state, job.attempts) == (JobState.QUEUED, 0)
        assert dead_letters.count(session) == 59


def test_the_queue_is_late_when_a_due_job_waits_but_not_when_it_is_for_later(database: Database, now: datetime) -> None:
    with database.writing() as session:
        queue.enqueue(session, "verify", "later", now=now, run_after=now + timedelta(hours=5))
        assert readiness.oldest_wait(session, now) == timedelta()
        queue.enqueue(session, "verify", "due", now=now, run_after=now - timedelta(minutes=11))
        assert readiness.oldest_wait(session, now) == timedelta(minutes=11)
        assert readiness.check(session, now)["queue"] is False


def test_the_heartbeat_counts_for_two_minutes(database: Database, now: datetime) -> None:
    with database.writing() as session:
        assert readiness.check(session, now)["heartbeat"] is False
        clock.beat(session, timedelta(seconds=30), now)
        assert readiness.check(session, now)["heartbeat"] is True
        assert readiness.check(session, now + timedelta(minutes=3))["heartbeat"] is False


def test_numbers_count_by_state(database: Database, now: datetime) -> None:
    _put_dead(database, now, 3)
    with database.writing() as session:
        session.scalars(select(Job)).first().state = JobState.DONE
        session.flush()
        assert numbers.by_state(session) == {
            "jobs": {"dead": 2, "done": 1},
            "cases": {},
            "reports": {},
            "works": {},
            "deliveries": {},
        }
