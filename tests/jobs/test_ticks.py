"""Any number of clocks may run: each moment counts once. What is over is forgotten."""

import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from commonswatch.context import Context
from commonswatch.domain.states import JobState
from commonswatch.jobs import HANDLERS, ticks
from commonswatch.models import Job, PairingCode, RateCounter, SignInLink, Tick
from commonswatch.services.upkeep import clock, queue, readiness
from commonswatch.services.upkeep.queue import ClaimedJob
from sqlalchemy import delete, func, select

from tests import factories

_TICKING = """
import sys
from datetime import UTC, datetime, timedelta
from commonswatch.db import connect
from commonswatch.services.upkeep import clock
database = connect(sys.argv[1])
sys.stdin.readline()
for minute in range(60):
    with database.writing() as session:
        clock.tick(session, "purge", timedelta(minutes=1), datetime(2026, 11, 23, 12, minute, 7, tzinfo=UTC))
"""


def test_several_processes_tick_and_every_moment_counts_once(context: Context, database_url: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", _TICKING, database_url], stdin=subprocess.PIPE) for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0] * 4
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 60
        assert session.scalar(select(func.count()).select_from(Tick)) == 60


def test_the_clock_beats_and_enqueues_at_the_start(context: Context) -> None:
    schedulers = [ticks.make_scheduler(context) for _ in range(2)]
    for scheduler in schedulers:
        scheduler.start()
    deadline = time.monotonic() + 10
    beat = None
    jobs: list[str] = []
    while (beat is None or len(jobs) < 2) and time.monotonic() < deadline:
        time.sleep(0.05)
        with context.database.reading() as session:
            beat, jobs = readiness.last_heartbeat(session), list(session.scalars(select(Job.kind)))
    for scheduler in schedulers:
        scheduler.shutdown()
    with context.database.reading() as session:
        assert readiness.check(session, context.now()) == {"queue": True, "heartbeat": True}
        assert sorted(session.scalars(select(Job.kind))) == ["purge", "watch-list"]
    assert set(ticks.EVERY) <= set(HANDLERS)


def test_what_is_over_is_forgotten_and_nothing_else(context: Context, now: datetime) -> None:
    old, recent = now - timedelta(days=100), now - timedelta(hours=1)
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, now)
        for name, moment in (("old", old), ("recent", recent)):
            for state in (JobState.DONE, JobState.DEAD, JobState.QUEUED):
                queue.enqueue(session, "note", f"{name}-{state}", now=moment)
                job = session.scalars(select(Job).where(Job.key == f"{name}-{state}")).one()
                job.state, job.finished_at = state, None if state == JobState.QUEUED else moment
            session.add(Tick(job="note", at=moment))
            session.add(RateCounter(key=name, count=1, expires_at=moment + timedelta(hours=2)))
            digest = name.ljust(32).encode()
            session.add(PairingCode(account_id=account.id, code_digest=digest, expires_at=moment + timedelta(hours=2)))
            session.add(
                SignInLink(
                    token_digest=digest,
                    address_sealed=b"",
                    browser_digest=digest,
                    created_at=moment,
                    expires_at=moment + timedelta(minutes=10),
                )
            )
    with context.database.writing() as session:
        assert clock.purge_some(session, now) is False
    with context.database.reading() as session:
        left = set(session.scalars(select(Job.key)))
        assert left == {"old-queued", "recent-done", "recent-dead", "recent-queued"}
        for table in (Tick, RateCounter, PairingCode, SignInLink):
            assert session.scalar(select(func.count()).select_from(table)) == 1, table


def test_after_a_purge_erased_rows_stay_in_no_file(context: Context, now: datetime) -> None:
    secret = "bo.who.said.no"
    with context.database.writing() as session:
        session.add(RateCounter(key=secret, count=1, expires_at=now))
    with context.database.writing() as session:
        session.execute(delete(RateCounter))
    HANDLERS["purge"].run(context, ClaimedJob(1, "purge", "purge", {}, 1, "a", now))
    if context.database.engine.dialect.name == "sqlite":
        file = Path(context.database.engine.url.database or "")
        log = file.with_name(file.name + "-wal")
        assert log.stat().st_size == 0
        assert secret.encode() not in file.read_bytes()
