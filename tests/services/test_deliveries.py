"""Letters are posted once, sealed while they wait, sent with one Message-ID over all tries, and then forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from commonswatch.channels import outbox
from commonswatch.channels.mail import MailSettings
from commonswatch.channels.message import Sender
from commonswatch.db import Database
from commonswatch.domain.errors import InvalidInput, RemoteError
from commonswatch.domain.states import Channel, DeliveryState
from commonswatch.keyring import Keyring
from commonswatch.models import Delivery, Job, Person
from commonswatch.services.telling import deliveries
from commonswatch.services.telling.deliveries import Outgoing, PostOffice
from sqlalchemy import select

from tests import factories
from tests.smtp_server import SmtpServer

SITE = "https://watch.example"
LETTER = {"link": f"{SITE}/sign-in/secret-token", "minutes": 10}
ALERT: dict[str, Any] = {
    "count": 1,
    "works": ["Picnic"],
    "about": "shown",
    "site": "data.example",
    "location_url": "https://data.example/x",
    "since": "2026-11-23",
    "basis": ["key"],
    "conditions": [],
    "link": f"{SITE}/p/x",
}


def _post(database: Database, keyring: Keyring, now: datetime, key: str = "sign-in:1", **given: Any) -> bool:
    letter = {"template": "sign_in", "address": "ada@example.org", "language": "en", "values": LETTER, **given}
    with database.writing() as session:
        return deliveries.post(session, keyring, key=key, site=SITE, now=now, **letter)


def _load(database: Database, keyring: Keyring, now: datetime) -> Outgoing | None:
    with database.reading() as session:
        number = session.scalars(select(Delivery.id)).one()
        return deliveries.load(session, keyring, number, now)


def _row(database: Database) -> Delivery:
    with database.reading() as session:
        return session.scalars(select(Delivery)).one()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def _office(tmp_path: Path, smtp: SmtpServer | None = None) -> PostOffice:
    sender = Sender("watch@watch.example", "Commonswatch")
    if smtp is None:
        return PostOffice(sender, None, tmp_path / "outbox")
    mail = MailSettings("127.0.0.1", smtp.port, "none", timeout=5, sender_address="watch@watch.example")
    return PostOffice(sender, mail, tmp_path / "outbox")


def test_a_letter_is_posted_once_for_each_key_and_sealed(database: Database, keyring: Keyring, now: datetime) -> None:
    assert _post(database, keyring, now)
    assert not _post(database, keyring, now, address="other@example.org")
    row = _row(database)
    assert b"secret-token" not in (row.letter_sealed or b"")
    assert row.message_id.endswith("@watch.example>")
    with database.reading() as session:
        assert session.scalars(select(Job.kind)).all() == ["deliver"]


def test_every_try_carries_the_same_message_id_and_date(
    database: Database, keyring: Keyring, now: datetime, smtp: SmtpServer, tmp_path: Path
) -> None:
    _post(database, keyring, now)
    for _ in range(2):
        outgoing = _load(database, keyring, now)
        assert outgoing is not None
        deliveries.send(outgoing, _office(tmp_path, smtp))
    (_, first), (_, second) = smtp.letters
    assert first["Message-ID"] == second["Message-ID"] == _row(database).message_id
    assert first["Date"] == second["Date"]


def test_a_delivered_letter_is_forgotten_and_not_sent_again(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    _post(database, keyring, now)
    with database.writing() as session:
        deliveries.record_delivered(session, session.scalars(select(Delivery.id)).one(), now)
    row = _row(database)
    assert (row.state, row.letter_sealed, row.attempts) == (DeliveryState.DELIVERED, None, 1)
    assert _load(database, keyring, now) is None


@pytest.mark.parametrize(("mode", "permanent"), [("451", False), ("refuse", False), ("550", True)])
def test_temporary_and_permanent_failures_are_told_apart(
    database: Database,
    keyring: Keyring,
    now: datetime,
    smtp: SmtpServer,
    tmp_path: Path,
    mode: Any,
    permanent: bool,
) -> None:
    with database.writing() as session:
        person = factories.person(session, keyring, now)
    _post(database, keyring, now, person_id=person.id)
    smtp.mode = mode
    outgoing = _load(database, keyring, now)
    assert outgoing is not None
    with pytest.raises(RemoteError) as failed:
        deliveries.send(outgoing, _office(tmp_path, smtp))
    assert failed.value.permanent is permanent
    with database.writing() as session:
        number = outgoing.delivery_id
        deliveries.record_failure(session, number, failed.value.detail, permanent=permanent, now=now)
    row = _row(database)
    assert row.state == (DeliveryState.PERMANENT_FAILURE if permanent else DeliveryState.TEMPORARY_FAILURE)
    assert (row.letter_sealed is None) is permanent
    with database.reading() as session:
        assert (session.get_one(Person, person.id).unreachable_at is not None) is permanent


def test_without_a_mail_server_letters_lie_in_the_outbox(
    database: Database, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    _post(database, keyring, now)
    outgoing = _load(database, keyring, now)
    assert outgoing is not None
    for _ in range(2):
        deliveries.send(outgoing, _office(tmp_path))
    assert len(outbox.list_letters(tmp_path / "outbox")) == 1


def test_a_letter_that_cannot_be_written_is_our_fault_not_the_address_s(
    database: Database, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    _post(database, keyring, now, values={"nonsense": 1})
    outgoing = _load(database, keyring, now)
    assert outgoing is not None
    with pytest.raises(InvalidInput):
        deliveries.send(outgoing, _office(tmp_path))


def test_a_sign_in_letter_is_not_sent_after_its_link_ended(database: Database, keyring: Keyring, now: datetime) -> None:
    _post(database, keyring, now)
    assert _load(database, keyring, now + timedelta(minutes=9)) is not None
    assert _load(database, keyring, now + timedelta(minutes=11)) is None


def test_who_unsubscribed_meanwhile_gets_no_alert_but_still_their_sign_in_link(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        person = factories.person(session, keyring, now, channel=Channel.SITE)
    _post(database, keyring, now, "alert:1", template="alert", values=ALERT, person_id=person.id)
    assert _load(database, keyring, now) is None
    with database.writing() as session:
        deliveries.drop(session, session.scalars(select(Delivery.id)).one())
    assert _row(database).letter_sealed is None
    with database.writing() as session:
        session.delete(session.scalars(select(Delivery)).one())
    _post(database, keyring, now, "sign-in:2", person_id=person.id)
    assert _load(database, keyring, now) is not None
