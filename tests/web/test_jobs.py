"""Jobs that gave up, and starting them again."""

import re

from commonswatch.context import Context
from commonswatch.domain.states import JobState
from commonswatch.models import AuditEntry, Job
from commonswatch.services.upkeep import queue
from flask.testing import FlaskClient
from sqlalchemy import select


def _put_dead(context: Context, problem: str = "The mail server did not answer.") -> int:
    with context.database.writing() as session:
        job = Job(
            kind="deliver",
            key="alert:1",
            payload={"delivery": 1},
            state=JobState.DEAD,
            run_after=context.now(),
            attempts=8,
            problem=problem,
            created_at=context.now(),
            finished_at=context.now(),
        )
        session.add(job)
    return job.id


def test_nothing_given_up_says_so(moderator: FlaskClient) -> None:
    assert "Nothing was given up" in moderator.get("/jobs").text


def test_a_dead_job_is_listed_with_its_reason_and_started_again(moderator: FlaskClient, context: Context) -> None:
    number = _put_dead(context)
    assert "The mail server did not answer." in moderator.get("/jobs").text
    assert "Started again." in moderator.post(f"/jobs/{number}/again", follow_redirects=True).text
    with context.database.reading() as session:
        job = session.get_one(Job, number)
        assert (job.state, job.attempts, job.payload) == (JobState.QUEUED, 0, {"delivery": 1})
        assert session.scalars(select(AuditEntry.action)).all() == ["job.start-again"]


def test_what_is_due_is_told_apart_from_what_waits_for_its_time(moderator: FlaskClient, context: Context) -> None:
    now = context.now()
    with context.database.writing() as session:
        queue.enqueue_many(session, "verify", [("a", {}), ("b", {})], now=now)
        queue.enqueue(session, "examine", "c", now=now, run_after=now.replace(year=now.year + 1, month=3, day=4))
    page = moderator.get("/jobs").text
    assert re.findall(r'kicker">([a-z ]+)</p><h2 class="count">(\d+)', page)[:2] == [("due now", "2"), ("later", "1")]
    assert f'The next is due <time datetime="{now.year + 1}-03-04' in page


def test_starting_it_twice_says_that_somebody_did_already(moderator: FlaskClient, context: Context) -> None:
    number = _put_dead(context)
    moderator.post(f"/jobs/{number}/again")
    assert moderator.post(f"/jobs/{number}/again").status_code == 409
    assert moderator.post("/jobs/999/again").status_code == 404
