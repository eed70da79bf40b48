"""Worker and clock: a work that changes is in the watch list seconds later, whoever of several workers does it."""

import time
from collections.abc import Callable

from commonswatch.context import Context
from commonswatch.domain.states import JobState, Listing
from commonswatch.jobs import ticks
from commonswatch.jobs.runner import Workers
from commonswatch.models import Job, ListChange, ListVersion
from commonswatch.services.watching import changes, history, verifying
from commonswatch.watch_list.manifest import Manifest
from sqlalchemy import func, select

from tests import factories

PATIENCE = 20.0


def _list(context: Context, key: str) -> None:
    with context.database.writing() as session:
        work = factories.work(session, context.keyring, context.now(), key=key)
        work.listing = Listing.PUBLIC
        changes.note_if_public(session, work, context.now())


def _newest(context: Context) -> Manifest | None:
    with context.database.reading() as session:
        row = history.newest_version(session)
        return history.published(session, row).manifest if row else None


def _until(context: Context, holds: Callable[[Manifest], bool]) -> Manifest:
    deadline = time.monotonic() + PATIENCE
    while (found := _newest(context)) is None or not holds(found):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_two_workers_publish_each_change_once_and_within_seconds(context: Context) -> None:
    workers, clocks = [Workers(context) for _ in range(2)], [ticks.make_scheduler(context) for _ in range(2)]
    for one in (*workers, *clocks):
        one.start()
    try:
        first = _until(context, lambda found: found.version == 1)
        assert first.keys.count == 0
        started = time.monotonic()
        for n in range(3):
            _list(context, f"flickr:photo:{n}")
        _until(context, lambda found: found.keys.count == 3)
        assert time.monotonic() - started < 10
    finally:
        for clock in clocks:
            clock.shutdown()
        for worker in workers:
            worker.stop()
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ListVersion)) == 2
        assert session.scalar(select(func.count()).select_from(ListChange)) == 0
        states = session.scalars(select(Job.state).where(Job.kind == "watch-list")).all()
        assert states == [JobState.DONE, JobState.DONE]
        assert verifying.verify(session, context.list_folder).versions == 2


def test_a_job_whose_version_is_there_does_nothing(context: Context) -> None:
    from commonswatch.jobs.watch_list import WATCH_LIST
    from commonswatch.services.upkeep.queue import ClaimedJob

    job = ClaimedJob(1, "watch-list", "1", {}, 1, "me", context.now())
    for _ in range(2):
        record = WATCH_LIST.run(context, job)
        with context.database.writing() as session:
            record(session, context.now())
    found = _newest(context)
    assert found is not None
    assert found.version == 1
