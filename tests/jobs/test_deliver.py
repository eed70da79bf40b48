"""Letters survive a mail server that is away: sent once it is back, laid aside after more than a day."""

import dataclasses
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import DeliveryState, JobState
from commonswatch.jobs.deliver import DELIVER
from commonswatch.jobs.runner import Workers
from commonswatch.models import Delivery, Job, Person
from commonswatch.services.telling import deliveries
from commonswatch.services.upkeep import queue
from sqlalchemy import select, update

from tests import factories
from tests.smtp_server import SmtpServer

ALERT = {
    "count": 1,
    "works": ["Picnic"],
    "about": "creator",
    "site": "data.example",
    "location_url": "https://data.example/x",
    "since": "2026-11-23",
    "basis": ["key"],
    "conditions": [],
    "link": "https://watch.example/found",
}


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def mailing(context: Context, smtp: SmtpServer) -> Context:
    """The product with a mail server and one letter to be sent."""
    settings = dataclasses.replace(
        context.settings, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none", smtp_timeout=5.0
    )
    context = dataclasses.replace(context, settings=settings)
    now = context.now()
    with context.database.writing() as session:
        person = factories.person(session, context.keyring, now, address="ada@example.org")
        deliveries.post(
            session,
            context.keyring,
            key="alert:1",
            template="alert",
            address="ada@example.org",
            language="en",
            values=ALERT,
            site=settings.site,
            now=now,
            person_id=person.id,
        )
    return context


def _state(context: Context) -> tuple[Delivery, Job]:
    with context.database.reading() as session:
        return session.scalars(select(Delivery)).one(), session.scalars(select(Job)).one()


def _work_until(context: Context, state: DeliveryState) -> None:
    workers = Workers(context)
    workers.start()
    deadline = time.monotonic() + 10
    while _state(context)[0].state != state and time.monotonic() < deadline:
        time.sleep(0.02)
    workers.stop()
    assert _state(context)[0].state == state


def test_a_letter_waits_for_a_dead_mail_server_and_is_sent_once(mailing: Context, smtp: SmtpServer) -> None:
    smtp.mode = "refuse"
    _work_until(mailing, DeliveryState.TEMPORARY_FAILURE)
    smtp.mode = "accept"
    with mailing.database.writing() as session:
        session.execute(update(Job).values(run_after=mailing.now()))
    _work_until(mailing, DeliveryState.DELIVERED)
    delivery, job = _state(mailing)
    [(_, letter)] = smtp.letters
    assert letter["Message-ID"] == delivery.message_id
    assert (delivery.attempts, delivery.letter_sealed, job.state) == (2, None, JobState.DONE)


def test_a_mail_server_may_be_away_for_a_day_and_the_letter_can_still_be_started_again(
    mailing: Context, smtp: SmtpServer
) -> None:
    smtp.mode = "refuse"
    start = now = mailing.now()
    for _ in range(DELIVER.max_attempts):
        with mailing.database.writing() as session:
            [job] = queue.claim(session, "a", now)
        record = DELIVER.run(mailing, job)
        with mailing.database.writing() as session:
            again = record(session, now)
            assert again is not None
            queue.retry_later(session, job, again, now, DELIVER.max_attempts)
        last, now = now, _state(mailing)[1].run_after
    delivery, dead = _state(mailing)
    assert dead.state == JobState.DEAD
    assert timedelta(hours=24) <= last - start <= timedelta(hours=30)
    assert delivery.letter_sealed is not None
    with mailing.database.writing() as session:
        assert session.scalars(select(Person.unreachable_at)).one() is None
        queue.enqueue(session, dead.kind, dead.key, dead.payload, now=mailing.now(), again=True)
    smtp.mode = "accept"
    _work_until(mailing, DeliveryState.DELIVERED)


def test_a_dead_address_is_remembered_and_not_tried_again(mailing: Context, smtp: SmtpServer) -> None:
    smtp.mode = "550"
    _work_until(mailing, DeliveryState.PERMANENT_FAILURE)
    _, job = _state(mailing)
    assert job.state == JobState.DONE
    with mailing.database.reading() as session:
        assert session.scalars(select(Person.unreachable_at)).one() is not None
