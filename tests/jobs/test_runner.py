"""Workers do every job, keep leases, back off, lay aside what cannot be done, and stop in an orderly way."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from commonswatch.context import Context
from commonswatch.domain.errors import NotFound, RemoteError
from commonswatch.domain.states import JobState, ReportState
from commonswatch.jobs import HANDLERS, lane, leases
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.jobs.runner import Workers
from commonswatch.models import AuditEntry, Job, Report
from commonswatch.services.deciding import audit
from commonswatch.services.upkeep import queue
from commonswatch.services.upkeep.queue import ClaimedJob
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests import factories


def _handler(act: Callable[[ClaimedJob], Record], max_attempts: int = queue.MAX_ATTEMPTS) -> Handler:
    return Handler(lambda _context, job: act(job), max_attempts)


def _enqueue(context: Context, kind: str, *keys: str) -> None:
    with context.database.writing() as session:
        queue.enqueue_many(session, kind, [(key, {}) for key in keys], now=context.now())


def _jobs(context: Context) -> dict[str, Job]:
    with context.database.reading() as session:
        return {job.key: job for job in session.scalars(select(Job))}


def _eventually(holds: Callable[[], Any], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def _working(context: Context, **handlers: Handler) -> Iterator[Workers]:
    workers = Workers(context, handlers)
    workers.start()
    try:
        yield workers
    finally:
        workers.stop(5)


def _is(context: Context, state: JobState, *keys: str) -> Callable[[], bool]:
    return lambda: all(_jobs(context)[key].state == state for key in keys)


def test_every_job_is_done_and_its_effects_are_recorded_once(context: Context) -> None:
    def act(job: ClaimedJob) -> Record:
        return lambda session, now: (audit.record(session, "system", "done", job.key, {}, now), None)[1]

    keys = [str(number) for number in range(60)]
    _enqueue(context, "note", *keys)
    with _working(context, note=_handler(act)):
        _eventually(_is(context, JobState.DONE, *keys))
    with context.database.reading() as session:
        assert sorted(session.scalars(select(AuditEntry.subject)).all()) == sorted(keys)


def test_jobs_run_side_by_side_without_an_open_session(context: Context) -> None:
    together = threading.Barrier(2)

    def act(_job: ClaimedJob) -> Record:
        together.wait(5)
        with context.database.writing() as session:  # would wait for a lock if the runner held a session
            session.execute(select(func.count()).select_from(Job))
        return nothing_to_record

    _enqueue(context, "meet", "1", "2")
    with _working(context, meet=_handler(act)):
        _eventually(_is(context, JobState.DONE, "1", "2"))


def test_a_crowd_of_slow_jobs_holds_up_neither_letters_nor_reports(context: Context) -> None:
    release = threading.Event()

    def slow(_job: ClaimedJob) -> Record:
        release.wait(20)
        return nothing_to_record

    quick = _handler(lambda _job: nothing_to_record)
    _enqueue(context, "examine", *[f"work-{number}" for number in range(50)])
    _enqueue(context, "verify", "report")
    _enqueue(context, "deliver", "letter")
    with _working(context, examine=_handler(slow), verify=quick, deliver=quick):
        _eventually(_is(context, JobState.DONE, "report", "letter"))
        _eventually(_is(context, JobState.LEASED, "work-0"))
        release.set()


def test_anonymous_reports_that_hang_hold_up_no_paired_device(context: Context) -> None:
    release = threading.Event()

    def slow(_job: ClaimedJob) -> Record:
        release.wait(20)
        return nothing_to_record

    _enqueue(context, "verify-anonymous", *[f"stranger-{number}" for number in range(30)])
    _enqueue(context, "verify", "watcher")
    handlers = {"verify-anonymous": _handler(slow), "verify": _handler(lambda _job: nothing_to_record)}
    assert handlers.keys() <= HANDLERS.keys()
    with _working(context, **handlers):
        _eventually(_is(context, JobState.DONE, "watcher"))
        release.set()


def test_a_failed_record_leaves_nothing_behind_and_is_tried_again(context: Context) -> None:
    def act(job: ClaimedJob) -> Record:
        def record(session: Any, now: Any) -> None:
            audit.record(session, "system", "half", job.key, {}, now)
            raise RuntimeError

        return record

    _enqueue(context, "break", "1")
    with _working(context, **{"break": _handler(act)}):
        _eventually(lambda: _jobs(context)["1"].problem)
    job = _jobs(context)["1"]
    assert (job.state, job.problem, job.attempts) == (JobState.QUEUED, "Unexpected: RuntimeError", 1)
    assert job.run_after > context.now()
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def _raising(error: Exception) -> Callable[[ClaimedJob], Record]:
    def act(_job: ClaimedJob) -> Record:
        raise error

    return act


def test_temporary_trouble_waits_and_permanent_trouble_is_laid_aside(context: Context) -> None:
    _enqueue(context, "later", "later")
    _enqueue(context, "never", "never")
    _enqueue(context, "gone", "gone")
    _enqueue(context, "last", "last")
    with _working(
        context,
        later=_handler(_raising(RemoteError("not now", permanent=False))),
        never=_handler(_raising(RemoteError("not ever", permanent=True))),
        gone=_handler(_raising(NotFound("nothing there"))),
        last=_handler(_raising(RemoteError("not now", permanent=False)), max_attempts=1),
    ):
        _eventually(_is(context, JobState.DEAD, "never", "gone", "last"))
        _eventually(lambda: _jobs(context)["later"].problem == "not now")
    assert _jobs(context)["later"].state == JobState.QUEUED
    assert _jobs(context)["never"].problem == "not ever"


def test_a_kind_that_this_worker_does_not_know_is_left_to_others(context: Context) -> None:
    _enqueue(context, "newer", "1")
    _enqueue(context, "note", "2")
    with _working(context, note=_handler(lambda _job: nothing_to_record)):
        _eventually(_is(context, JobState.DONE, "2"))
    assert (_jobs(context)["1"].state, _jobs(context)["1"].attempts) == (JobState.QUEUED, 0)


def test_a_job_may_record_something_and_still_ask_to_be_tried_again(context: Context) -> None:
    def act(job: ClaimedJob) -> Record:
        def record(session: Any, now: Any) -> str | None:
            audit.record(session, "system", "try", job.key, {}, now)
            return "the page did not answer"

        return record

    _enqueue(context, "look", "1")
    with _working(context, look=_handler(act)):
        _eventually(lambda: _jobs(context)["1"].problem)
    assert _jobs(context)["1"].state == JobState.QUEUED
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["try"]


def test_a_job_that_ends_the_worker_each_time_is_not_tried_for_ever(context: Context) -> None:
    _enqueue(context, "killer", "1")
    with context.database.writing() as session:
        session.scalars(select(Job)).one().attempts = queue.MAX_ATTEMPTS
    ran = threading.Event()
    with _working(context, killer=_handler(lambda _job: ran.set() or nothing_to_record)):
        _eventually(_is(context, JobState.DEAD, "1"))
    assert not ran.is_set()


def test_a_long_job_keeps_its_lease(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(lane, "_RENEW_EVERY", 0.2)
    runs: list[str] = []

    def act(job: ClaimedJob) -> Record:
        runs.append(job.key)
        time.sleep(2.5)
        return nothing_to_record

    _enqueue(context, "long", "1")
    with _working(context, long=_handler(act)), _working(context, long=_handler(act)):
        _eventually(_is(context, JobState.DONE, "1"))
    assert runs == ["1"]


def test_stopping_waits_for_what_runs_and_gives_back_what_does_not_end(context: Context) -> None:
    started, release = threading.Event(), threading.Event()

    def quick(_job: ClaimedJob) -> Record:
        started.set()
        time.sleep(0.3)
        return nothing_to_record

    def stuck(_job: ClaimedJob) -> Record:
        release.wait(20)
        return nothing_to_record

    _enqueue(context, "quick", "quick")
    _enqueue(context, "stuck", "stuck")
    workers = Workers(context, {"quick": _handler(quick), "stuck": _handler(stuck)})
    workers.start()
    _eventually(started.is_set)
    _eventually(_is(context, JobState.LEASED, "stuck"))
    workers.stop(1)
    _enqueue(context, "quick", "too-late")
    jobs = _jobs(context)
    assert [jobs[key].state for key in ("quick", "stuck")] == [JobState.DONE, JobState.QUEUED]
    release.set()
    time.sleep(0.3)
    assert _jobs(context)["stuck"].state == JobState.QUEUED, "the late end must not count"
    assert _jobs(context)["too-late"].state == JobState.QUEUED


def test_jobs_of_a_killed_process_are_freed_at_the_next_start_and_no_others(context: Context) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "from commonswatch.jobs import leases; print(leases.new_name())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    elsewhere = f"0123456789ab-{os.getpid()}-00"
    alive = leases.new_name().replace(f"-{os.getpid()}-", f"-{os.getppid()}-")
    assert len(dead) <= 40
    for holder in (dead, elsewhere, alive):
        _enqueue(context, "note", holder)
        with context.database.writing() as session:
            queue.claim(session, holder, context.now())
    with context.database.writing() as session:
        assert leases.free_orphans(session, context.now()) == 1
    assert {key: job.state for key, job in _jobs(context).items()} == {
        dead: JobState.QUEUED,
        elsewhere: JobState.LEASED,
        alive: JobState.LEASED,
    }


def test_workers_survive_a_database_that_is_away_for_a_moment(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "_PAUSE_AFTER_TROUBLE", 0.05)
    real, failures = queue.is_due, iter(range(3))

    def away(*arguments: Any) -> bool:
        if next(failures, None) is not None:
            raise OperationalError("select", {}, Exception("away"))
        return real(*arguments)

    monkeypatch.setattr(queue, "is_due", away)
    _enqueue(context, "note", "1")
    with _working(context, note=_handler(lambda _job: nothing_to_record)):
        _eventually(_is(context, JobState.DONE, "1"))


def test_an_idle_worker_takes_no_lock_and_hardly_any_time(context: Context) -> None:
    with _working(context):
        before = time.process_time()
        time.sleep(1.5)
        assert time.process_time() - before < 0.15


def test_every_kind_of_job_has_a_handler_that_ends_for_a_subject_that_is_gone(context: Context) -> None:
    payloads = {"examine": {"work": 9}, "notify": {"case": 9}, "deliver": {"delivery": 9}, "scan": {"scan": 9}}
    payloads |= {"check-lists": {"work": 9}, "forget-work": {"work": 9}}
    payloads["read-lists"] = {"location": 9, "report": 9, "urls": []}
    with context.database.writing() as session:
        for kind in HANDLERS:
            queue.enqueue(session, kind, kind, payloads.get(kind), now=context.now())
        report = factories.report(session, context.keyring, context.now(), b"not a report")
        queue.enqueue(session, "verify", report.receipt, now=context.now())
    with _working(context, **HANDLERS):
        _eventually(_is(context, JobState.DONE, *HANDLERS, report.receipt))
    with context.database.reading() as session:
        assert session.scalars(select(Report.state)).one() == ReportState.REJECTED
