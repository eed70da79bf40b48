"""The job queue keeps its word: once per key, leases, retries, no job lost."""

from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict
from commonswatch.domain.states import JobState
from commonswatch.models import Job
from commonswatch.services.upkeep import queue
from sqlalchemy import select


def _put(database: Database, now: datetime, *keys: str) -> None:
    with database.writing() as session:
        queue.enqueue_many(session, "verify", [(key, {"n": key}) for key in keys], now=now)


def _claim(database: Database, worker: str, now: datetime, limit: int = 1) -> list[queue.ClaimedJob]:
    with database.writing() as session:
        return queue.claim(session, worker, now, limit)


def test_a_key_is_queued_once(database: Database, now: datetime) -> None:
    _put(database, now, "1", "1", "2")
    _put(database, now, "2")
    assert sorted(job.key for job in _claim(database, "a", now, 10)) == ["1", "2"]
    assert _claim(database, "b", now, 10) == []


def test_a_lost_lease_is_claimed_again_and_the_late_worker_is_refused(database: Database, now: datetime) -> None:
    _put(database, now, "1")
    [first] = _claim(database, "a", now)
    later = now + queue.LEASE + timedelta(seconds=1)
    [second] = _claim(database, "b", later)
    assert (second.key, second.attempts) == ("1", 2)
    with pytest.raises(Conflict), database.writing() as session:
        queue.finish(session, first, later)
    with database.writing() as session:
        queue.finish(session, second, later)
        assert queue.backlog(session) == {JobState.DONE: 1}


def test_a_job_that_steps_back_goes_behind_the_next_and_keeps_its_tries(database: Database, now: datetime) -> None:
    with database.writing() as session:
        queue.enqueue_many(session, "examine", [("1", {}), ("2", {})], now=now, run_after=queue.places(0, 2, now))
    [job] = _claim(database, "a", now)
    with database.writing() as session:
        queue.step_back(session, job)
    again = _claim(database, "a", now, 2)
    assert {(one.key, one.attempts) for one in again} == {("1", 1), ("2", 1)}
    assert sorted(one.run_after for one in again) == [job.run_after + queue.PLACE] * 2


def test_a_failed_job_waits_longer_each_time_and_is_then_laid_aside(database: Database, now: datetime) -> None:
    _put(database, now, "1")
    pauses = []
    for _ in range(queue.MAX_ATTEMPTS):
        [job] = _claim(database, "a", now)
        with database.writing() as session:
            queue.retry_later(session, job, "the mail server did not answer", now)
            row = session.scalars(select(Job)).one()
            pauses.append(row.run_after - now)
            now = max(now, row.run_after)
            state = row.state
    assert pauses[:-1] == sorted(pauses[:-1])
    assert pauses[0] > timedelta()
    assert state == JobState.DEAD
    assert _claim(database, "a", now + timedelta(days=9)) == []


def test_a_dead_or_done_job_can_be_started_again_but_not_a_running_one(database: Database, now: datetime) -> None:
    _put(database, now, "1")
    [job] = _claim(database, "a", now)
    with database.writing() as session:
        queue.enqueue(session, "verify", "1", now=now, again=True)
    assert _claim(database, "b", now) == []
    with database.writing() as session:
        queue.give_up(session, job, "no", now)
        queue.enqueue(session, "verify", "1", now=now, again=True)
    assert [again.attempts for again in _claim(database, "b", now)] == [1]
