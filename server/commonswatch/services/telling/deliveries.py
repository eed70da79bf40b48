"""Messages on their way out: post one, send it, record what became of it.

A message is sent without an open session. Sending and recording are two steps, so a crash between them may send a
letter twice, never lose one; both carry the same Message-ID, which mail programs use to show it once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from commonswatch.channels import mail, outbox
from commonswatch.channels.mail import MailSettings
from commonswatch.channels.message import Letter, Sender, compose
from commonswatch.domain.states import Channel, DeliveryState
from commonswatch.keyring import Keyring
from commonswatch.models import Delivery, Person
from commonswatch.services.upkeep import queue

_ENDED = (DeliveryState.DELIVERED, DeliveryState.PERMANENT_FAILURE)


@dataclass(frozen=True)
class Outgoing:
    """A letter to be sent now; ``posted_at`` is its date, the same over all tries."""

    delivery_id: int
    letter: Letter
    posted_at: datetime


@dataclass(frozen=True)
class PostOffice:
    """How letters leave this installation: by a mail server, or into a folder when ``mail`` is None."""

    sender: Sender
    mail: MailSettings | None
    outbox: Path


@dataclass(frozen=True)
class Post:
    """A letter to be put on its way, once for each ``key``."""

    key: str
    template: str
    address: str = field(repr=False)
    language: str
    values: Mapping[str, Any] = field(repr=False)
    person_id: int | None = None
    unsubscribe_url: str | None = field(default=None, repr=False)


def post(
    session: Session,
    keyring: Keyring,
    *,
    key: str,
    template: str,
    address: str,
    language: str,
    values: Mapping[str, Any],
    site: str,
    now: datetime,
    person_id: int | None = None,
    unsubscribe_url: str | None = None,
) -> bool:
    """Put one letter on its way, once for each ``key``; return whether it is new.

    ``values`` must be JSON and what the template needs; they and the address are sealed. ``site`` is the public
    address of the installation; its host is the right side of the Message-ID.
    """
    one = Post(key, template, address, language, values, person_id, unsubscribe_url)
    return post_many(session, keyring, [one], site, now) == 1


def post_many(session: Session, keyring: Keyring, posts: Sequence[Post], site: str, now: datetime) -> int:
    """Put letters on their way, in a few statements for all; return how many are new. See ``post``."""
    rows = [_row(keyring, one, site, now) for one in posts]
    if not rows:
        return 0
    statement = queue.insert_new(session, Delivery).returning(Delivery.id, Delivery.key)
    added = session.execute(statement, rows).all()
    queue.enqueue_many(session, "deliver", [(row.key, {"delivery": row.id}) for row in added], now=now)
    return len(added)


def _row(keyring: Keyring, one: Post, site: str, now: datetime) -> dict[str, Any]:
    letter = {
        "to": one.address,
        "language": one.language,
        "values": dict(one.values),
        "unsubscribe_url": one.unsubscribe_url,
    }
    return {
        "key": one.key,
        "template": one.template,
        "person_id": one.person_id,
        "letter_sealed": keyring.seal_text(json.dumps(letter)),
        "message_id": _message_id(keyring, one.key, site),
        "state": DeliveryState.CREATED,
        "attempts": 0,
        "created_at": now,
    }


def load(session: Session, keyring: Keyring, delivery_id: int, now: datetime) -> Outgoing | None:
    """Read a letter that is still to be sent; None when it was sent, given up, or is no longer wanted."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.letter_sealed is None or delivery.state in _ENDED:
        return None
    if delivery.person_id is not None and not _is_wanted(session, delivery):
        return None
    kept = json.loads(keyring.unseal_text(delivery.letter_sealed))
    minutes = kept["values"].get("minutes")
    if minutes is not None and now > delivery.created_at + timedelta(minutes=minutes):
        return None  # its link has ended
    letter = Letter(
        to=kept["to"],
        language=kept["language"],
        template=delivery.template,
        context=kept["values"],
        message_id=delivery.message_id,
        unsubscribe_url=kept["unsubscribe_url"],
    )
    return Outgoing(delivery_id, letter, delivery.created_at)


def send(outgoing: Outgoing, post_office: PostOffice) -> None:
    """Send by SMTP, or lay into the outbox folder when no mail server is set.

    Raise RemoteError when it is not taken, and InvalidInput when the letter cannot be written (a fault of ours).
    """
    message = compose(outgoing.letter, post_office.sender, outgoing.posted_at)
    if post_office.mail is None:
        outbox.write(message, post_office.outbox)
    else:
        mail.send(message, post_office.mail)


def record_delivered(session: Session, delivery_id: int, now: datetime) -> None:
    """The letter is out: its words and address are forgotten."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is not None:
        delivery.state, delivery.delivered_at, delivery.letter_sealed = DeliveryState.DELIVERED, now, None
        delivery.attempts += 1
        delivery.problem = None


def record_failure(session: Session, delivery_id: int, problem: str, *, permanent: bool, now: datetime) -> None:
    """The letter was not taken. Permanently means that the address does not work: nothing is sent to it again."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        return
    delivery.attempts += 1
    delivery.problem = problem[:300]
    delivery.state = DeliveryState.PERMANENT_FAILURE if permanent else DeliveryState.TEMPORARY_FAILURE
    if permanent:
        delivery.letter_sealed = None
        if delivery.person_id is not None:
            session.get_one(Person, delivery.person_id).unreachable_at = now


def drop(session: Session, delivery_id: int) -> None:
    """Forget a letter that is no longer wanted (see ``load``)."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is not None and delivery.state not in _ENDED:
        delivery.state, delivery.letter_sealed = DeliveryState.PERMANENT_FAILURE, None
        delivery.problem = "It was no longer wanted."


def _is_wanted(session: Session, delivery: Delivery) -> bool:
    """People may unsubscribe while a letter waits, and an address may prove dead."""
    person = session.get_one(Person, delivery.person_id)
    unsubscribed = delivery.template == "alert" and person.channel != Channel.MAIL
    return not unsubscribed and person.unreachable_at is None


def _message_id(keyring: Keyring, key: str, site: str) -> str:
    host = urlsplit(site).hostname or "localhost"
    return f"<{keyring.digest('message-id', key)[:16].hex()}@{host}>"
