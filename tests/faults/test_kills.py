"""A worker process is killed with SIGKILL twenty times while reports come in: nothing acknowledged is lost, nobody is
told twice.

The killed process is what ``commonswatch worker`` runs, forked from one that has everything imported, so that twenty
starts take seconds and the kills fall into the work instead of the start.
"""

import json
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import CaseState, DeliveryState, JobState, ReportState
from commonswatch.jobs import runner
from commonswatch.models import Account, Case, Delivery, Evidence, Job, Notification, Report, Sighting, Work
from commonswatch.services.deciding import audit
from commonswatch.services.reporting import reports
from commonswatch.services.upkeep import queue
from commonswatch.settings import Settings
from sqlalchemy import func, select, text

from tests import factories
from tests.played_hosts import PlayedHosts
from tests.smtp_server import SmtpServer

KILLS = 20
REPORTS = 160
CASES = 50
_processes = multiprocessing.get_context("forkserver")


def _work(environment: Mapping[str, str]) -> None:
    from commonswatch.context import open_context

    runner.run_until_stopped(open_context(Settings.from_env(environment)))


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    with PlayedHosts({"data.example": _listing}) as played:
        yield played


def _listing(path: str, _headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    if path == "/robots.txt":
        return 404, {}, b""
    time.sleep(0.02)
    return 200, {"Content-Type": "text/html"}, b"<a href='https://pictures.example/a/picture_7.jpg'>"


@pytest.fixture
def environment(settings: Settings, hosts: PlayedHosts, smtp: SmtpServer) -> dict[str, str]:
    values = {
        "HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(smtp.port),
        "SMTP_SECURITY": "none",
        "FETCH_PLAYED_HOSTS": ",".join(f"{name}=127.0.0.1:{hosts.port}" for name in hosts.played),
        "FETCH_CA_FILE": str(hosts.ca_file),
        "FETCH_HOST_DELAY": "0",
        "LOG_LEVEL": "error",
    }
    return {f"COMMONSWATCH_{name}": value for name, value in values.items()}


def _prepare(context: Context) -> None:
    """Works on the page reports name, and confirmed cases of which nobody has been told yet."""
    now = context.now()
    with context.database.writing() as session:
        factories.work(session, context.keyring, now, key="url:pictures.example/a/picture_7.jpg")
        for _ in range(CASES):
            shown = factories.person(session, context.keyring, now)
            work = factories.work(session, context.keyring, now, shown=(shown,))
            case = factories.case(session, now, (work,), state=CaseState.CONFIRMED)
            queue.enqueue(session, "notify", f"{case.id}:2", {"case": case.id}, now=now)


def _send_reports(context: Context, receipts: list[str]) -> None:
    """Take reports in while workers die, as the web server does; keep what was acknowledged."""
    for number in range(REPORTS):
        media = [{"url": "https://pictures.example/a/picture_7.jpg"}]
        document = {"version": 1, "page": f"https://data.example/set{number // 2}/", "media": media}
        incoming = reports.Incoming("device:1", b"s" * 32, str(number), json.dumps(document).encode(), 10_000)
        with context.database.writing() as session:
            [answer] = reports.receive(session, context.keyring, [incoming], context.now())
        assert isinstance(answer, reports.Receipt)
        receipts.append(answer.receipt)
        time.sleep(0.01)


def _start(environment: dict[str, str]) -> BaseProcess:
    process = _processes.Process(target=_work, args=(environment,))
    process.start()
    return process


def _finished(context: Context) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).where(Job.state == JobState.DONE)) or 0


def _kill_in_the_middle(context: Context, process: BaseProcess, chance: random.Random) -> None:
    """Kill as soon as it has done something, or a moment later."""
    done, deadline = _finished(context), time.monotonic() + 10
    while _finished(context) <= done and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.1))
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def _wait_until_all_is_done(context: Context) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with context.database.reading() as session:
            left = queue.backlog(session)
        if set(left) == {JobState.DONE}:
            return
        time.sleep(0.1)
        if JobState.DEAD in left:
            break
    raise AssertionError(f"not everything was done: {left}; given up: {_given_up(context)}")


def _given_up(context: Context) -> list[tuple[str, str | None]]:
    with context.database.reading() as session:
        return [(row.kind, row.problem) for row in session.scalars(select(Job).where(Job.state == JobState.DEAD))]


def _count(session: Any, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_twenty_kills_lose_no_report_and_tell_nobody_twice(
    context: Context, environment: dict[str, str], smtp: SmtpServer
) -> None:
    _processes.set_forkserver_preload(["commonswatch.jobs.runner", "commonswatch.context"])
    _prepare(context)
    receipts: list[str] = []
    sender = threading.Thread(target=_send_reports, args=(context, receipts))
    chance = random.Random(7)
    sender.start()
    for _ in range(KILLS):
        _kill_in_the_middle(context, _start(environment), chance)
    sender.join()
    last = _start(environment)
    _wait_until_all_is_done(context)
    last.terminate()
    last.join(15)
    assert last.exitcode == 0
    assert len(receipts) == REPORTS
    _nothing_is_lost_or_doubled(context, receipts)
    _nobody_is_told_twice(context, smtp)


def _nothing_is_lost_or_doubled(context: Context, receipts: list[str]) -> None:
    with context.database.reading() as session:
        states = dict(session.execute(select(Report.receipt, Report.state)).all())
        assert states == dict.fromkeys(receipts, ReportState.VERIFIED)
        found = REPORTS // 2
        assert _count(session, Case) == found + CASES
        assert _count(session, Sighting) == found + CASES
        assert _count(session, Evidence) == found + CASES
        audit.verify(session)
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def _nobody_is_told_twice(context: Context, smtp: SmtpServer) -> None:
    with context.database.reading() as session:
        told = Counter(session.execute(select(Notification.person_id, Notification.location_id)).all())
        assert len(told) == CASES * 2
        assert set(told.values()) == {1}
        sent = session.execute(select(Delivery.message_id, Delivery.state)).all()
        creators = session.scalar(select(func.count(func.distinct(Work.creator_id))))
        assert creators == _count(session, Account)
    assert len(sent) == CASES * 2
    assert {state for _, state in sent} == {DeliveryState.DELIVERED}
    letters = Counter((letter["Message-ID"], letter["To"]) for _, letter in smtp.letters)
    assert len(letters) == CASES * 2, "each person has one letter, under one Message-ID"
    assert {name for name, _ in letters} == {name for name, _ in sent}
    again = sum(letters.values()) - len(letters)
    assert again <= KILLS * 2, "only what was on its way at a kill may go out again"
