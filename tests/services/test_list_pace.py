"""When the next version is made: soon after a change, daily in any case, and never so often that deltas run out."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from commonswatch.domain.states import JobState, Listing
from commonswatch.models import Job, Work
from commonswatch.services.watching import changes, pace, versions
from commonswatch.watch_list import signing_keys
from sqlalchemy import select, update

from tests.list_stage import Stage

IsDue = Callable[[datetime], bool]
SECOND = timedelta(seconds=1)


@pytest.fixture
def is_due(stage: Stage) -> IsDue:
    def ask(at: datetime) -> bool:
        recipe = versions.recipe(stage.keys, at)
        with stage.database.reading() as session:
            return pace.is_due(session, recipe, at)

    return ask


def _change(stage: Stage, at: datetime) -> None:
    with stage.database.writing() as session:
        changes.note(session, [1], at)


def test_the_first_version_is_due_at_once(stage: Stage, is_due: IsDue) -> None:
    assert is_due(stage.now)
    stage.make()
    assert not is_due(stage.now)


def test_a_new_one_is_due_daily_when_nothing_changes(stage: Stage, is_due: IsDue) -> None:
    stage.make()
    assert not is_due(stage.now + timedelta(hours=22))
    assert is_due(stage.now + timedelta(hours=24))
    stage.now += timedelta(hours=24)
    assert stage.make(always=True) is not None


def test_changes_are_taken_together_once_nothing_moves(stage: Stage, is_due: IsDue) -> None:
    stage.make()
    start = stage.now + 60 * SECOND
    for second in range(5):
        _change(stage, start + second * SECOND)
        assert not is_due(start + second * SECOND)
    assert is_due(start + 6 * SECOND)


def test_endless_unrest_does_not_hold_it_up(stage: Stage, is_due: IsDue) -> None:
    stage.make()
    start = stage.now + 60 * SECOND
    for second in range(25):
        _change(stage, start + second * SECOND)
    assert is_due(start + 24 * SECOND)


def test_when_very_much_changes_a_version_takes_ten_minutes_together(stage: Stage, is_due: IsDue) -> None:
    for n in range(pace.QUICK_AN_HOUR):
        stage.work(f"flickr:photo:{n}")
        stage.make()
    _change(stage, stage.now)
    assert not is_due(stage.now + timedelta(minutes=9))
    assert is_due(stage.now + timedelta(minutes=10))


def test_a_listing_that_ends_makes_it_due(stage: Stage, is_due: IsDue) -> None:
    number = stage.work("flickr:photo:1")
    stage.make()
    end = stage.now + timedelta(hours=1)
    with stage.database.writing() as session:
        session.execute(update(Work).where(Work.id == number).values(listed_until=end, listing=Listing.PUBLIC))
    assert not is_due(end - SECOND)
    assert is_due(end)


def test_a_new_key_makes_it_due(stage: Stage, is_due: IsDue) -> None:
    stage.make()
    signing_keys.rotate(stage.keys, stage.now)
    assert is_due(stage.now)


def test_the_job_is_queued_once_for_each_version_and_again_when_it_was_given_up(stage: Stage) -> None:
    for state in (JobState.QUEUED, JobState.DEAD):
        with stage.database.writing() as session:
            pace.ask(session, stage.now)
            pace.ask(session, stage.now)
            jobs = session.scalars(select(Job).where(Job.kind == pace.JOB)).all()
            assert [(job.key, job.state) for job in jobs] == [("1", JobState.QUEUED)]
            jobs[0].state = state
    stage.make()
    with stage.database.writing() as session:
        pace.ask(session, stage.now)
        assert set(session.scalars(select(Job.key).where(Job.kind == pace.JOB))) == {"1", "2"}
