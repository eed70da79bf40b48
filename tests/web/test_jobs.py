"""Jobs that gave up, and starting them again."""

from commonswatch.context import Context
from commonswatch.domain.states import JobState
from commonswatch.models import AuditEntry, Job
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


def test_starting_it_twice_says_that_somebody_did_already(moderator: FlaskClient, context: Context) -> None:
    number = _put_dead(context)
    moderator.post(f"/jobs/{number}/again")
    assert moderator.post(f"/jobs/{number}/again").status_code == 409
    assert moderator.post("/jobs/999/again").status_code == 404
