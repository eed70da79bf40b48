"""From a report to the letters in the outbox: every kind of job in turn, done by real worker threads."""

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

from commonswatch.channels import outbox
from commonswatch.context import Context, open_context
from commonswatch.domain.states import DecisionVerdict, DeliveryState, ReportOutcome, ReportState, WorkState
from commonswatch.jobs.runner import Workers
from commonswatch.keyring import Keyring
from commonswatch.models import Case, Copy, Delivery, Report, Work
from commonswatch.services.deciding import cases
from commonswatch.services.reporting import outcomes, reports
from commonswatch.services.upkeep import queue
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories
from tests.factories.pictures import photo
from tests.played_hosts import PlayedHosts, page


def _eventually(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _state(context: Context, column: Any, *, where: Any = True) -> list[Any]:
    with context.database.reading() as session:
        return list(session.scalars(select(column).where(where)))


def test_a_report_of_a_smaller_copy_becomes_letters_to_creator_and_person_shown(settings: Settings) -> None:
    listing = page(
        b"<h2>Download MS-Celeb-1M</h2><p>MS-Celeb-1M, aligned faces: "
        b"<a href='https://pan.baidu.com/s/1ExampleShare00'>Baidu Pan</a></p>"
        b"<img src='https://data.example/img/000017.jpg'>"
    )
    with PlayedHosts({"pictures.example": page(photo(3), "image/jpeg"), "data.example": listing}) as hosts:
        hosts.play("copies.example", page(photo(3, (320, 240)), "image/jpeg"))
        settings = dataclasses.replace(settings, fetch_played_hosts=hosts.played, fetch_ca_file=hosts.ca_file)
        context = open_context(settings)
        workers = Workers(context)
        workers.start()
        try:
            _register(context)
            _eventually(lambda: _state(context, Work.state) == [WorkState.READY])
            receipt = _report(context)
            _eventually(lambda: _told(context, receipt) == ReportOutcome.CHECKED)
            assert _state(context, Delivery.id) == []
            assert _state(context, Report.state) == [ReportState.VERIFIED]
            assert _state(context, Copy.dataset) == ["ms-celeb-1m"]
            _confirm(context)
            assert _told(context, receipt) == ReportOutcome.CONFIRMED
            _eventually(lambda: _state(context, Delivery.state) == [DeliveryState.DELIVERED] * 2)
        finally:
            workers.stop()
            context.database.engine.dispose()
    letters = outbox.list_letters(settings.home / "outbox")
    assert sorted(letter.to for letter in letters) == ["ada@example.org", "bo@example.org"]


def _register(context: Context) -> None:
    now, keyring = context.now(), Keyring.open(context.settings.home / "keys")
    with context.database.writing() as session:
        creator = factories.account(session, keyring, now, address="ada@example.org")
        shown = factories.person(session, keyring, now, address="bo@example.org")
        work = factories.work(session, keyring, now, creator=creator, shown=(shown,), state=WorkState.WAITING)
        work.url = "https://pictures.example/original.jpg"
        queue.enqueue(session, "examine", str(work.id), {"work": work.id}, now=now)


def _report(context: Context) -> str:
    body = {
        "version": 1,
        "page": "https://data.example/faces/",
        "media": [{"url": "https://copies.example/img/000017.jpg"}],
    }
    with context.database.writing() as session:
        sent = reports.Incoming("anonymous", b"s" * 32, "1", json.dumps(body).encode(), 10)
        [answer] = reports.receive(session, context.keyring, [sent], context.now())
    assert isinstance(answer, reports.Receipt)
    return answer.receipt


def _told(context: Context, receipt: str) -> ReportOutcome:
    with context.database.reading() as session:
        return outcomes.outcome(session, receipt).state


def _confirm(context: Context) -> None:
    with context.database.writing() as session:
        moderator = factories.account(session, context.keyring, context.now(), roles=("moderator",))
        case = session.scalars(select(Case)).one()
        reason = "It is the same picture."
        cases.decide(session, case.id, moderator, DecisionVerdict.CONFIRM, reason, case.version, context.now())
