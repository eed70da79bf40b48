"""People shown: invite them once, and do what they say: yes, no, only this page, leave.

A person shown has no account; a secret link opens their page. How they come to be named is in ``naming``, what was
found for them in ``found``.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from commonswatch.domain.addresses import mailbox
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Channel, PersonState, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Depiction, Person, Refusal, Work
from commonswatch.services.deciding import audit
from commonswatch.services.membership.accounts import address_digest
from commonswatch.services.scanning import person_keys
from commonswatch.services.telling import deliveries
from commonswatch.services.upkeep.queue import insert_new

_GONE = "This link does not lead to a page (any more)."


@dataclass(frozen=True)
class Naming:
    """One work in which somebody was named, and by whom."""

    work_id: int
    title: str
    url: str
    name: str
    creator: str


def invite(session: Session, keyring: Keyring, person: Person, site: str, now: datetime) -> bool:
    """Send the one invitation a person ever gets; return whether it was sent now.

    Never to who refused, whose address does not work, or whom nobody names.
    """
    named = namings(session, person)
    address = keyring.unseal_text(person.address_sealed)
    if (
        not named
        or has_refused(session, keyring, address)
        or person.state != PersonState.UNASKED
        or person.unreachable_at is not None
    ):
        return False
    person.state = PersonState.INVITED
    session.flush()
    return deliveries.post(
        session,
        keyring,
        # For the mailbox, or ``ada+1@``, ``ada+2@`` … would fill it with invitations.
        key=f"invitation:{keyring.digest('mailbox', mailbox(address)).hex()[:40]}",
        template="invitation",
        address=address,
        language=person.language,
        values={
            "creator": named[0].creator,
            "works": [naming.title or naming.url for naming in named],
            "link": page_link(keyring, person, site),
        },
        site=site,
        now=now,
        person_id=person.id,
        unsubscribe_url=unsubscribe_link(keyring, person, site),
    )


def page_link(keyring: Keyring, person: Person, site: str) -> str:
    """The address of the person's own page."""
    return f"{site}/p/{keyring.link_token('person', person.id, person.link_nonce)}"


def unsubscribe_link(keyring: Keyring, person: Person, site: str) -> str:
    """The address that ends mail at once (RFC 8058)."""
    return f"{site}/unsubscribe/{keyring.link_token('unsubscribe', person.id, person.link_nonce)}"


def page(session: Session, keyring: Keyring, token: str, purpose: str = "person") -> Person:
    """The person a link was made for. Raise NotFound when it was made up, or the person said no or left."""
    person = session.get(Person, keyring.read_link_number(token))
    if person is None:
        raise NotFound(_GONE)
    keyring.check_link(purpose, token, person.link_nonce)
    return person


def namings(session: Session, person: Person) -> list[Naming]:
    """In which works the person was named, and by whom: by name, or by address when the creator gave no name."""
    query = (
        select(Work.id, Work.title, Work.url, Depiction.name, Account.name.label("creator"), Account.email)
        .join(Work, Work.id == Depiction.work_id)
        .join(Account, Account.id == Work.creator_id)
        .where(Depiction.person_id == person.id, Work.state != WorkState.WITHDRAWN)
        .order_by(Work.id)
        .limit(500)
    )
    return [Naming(row.id, row.title, row.url, row.name, row.creator or row.email) for row in session.execute(query)]


def confirm(session: Session, person: Person, language: str, channel: Channel, now: datetime) -> None:
    """The person wants to be told, in this language and way; also used to change either later."""
    is_first = person.state != PersonState.CONFIRMED
    person.language, person.channel = language, channel
    if is_first:
        person.state, person.answered_at = PersonState.CONFIRMED, now
        audit.record(session, "person", "person.confirm", f"person:{person.id}", {"channel": channel.value}, now)
    session.flush()


def decline(session: Session, keyring: Keyring, person: Person, now: datetime) -> None:
    """The person says no, before or after confirming. What stays is a keyed digest of the address, nothing else.

    Somebody who also has an account stays as the one behind it, but is named in no work and their links end.
    """
    address = keyring.unseal_text(person.address_sealed)
    refusals = [{"address_digest": digest, "at": now} for digest in _digests(keyring, address)]
    session.execute(insert_new(session, Refusal), refusals)
    audit.record(session, "person", "person.decline", f"person:{person.id}", {}, now)
    session.execute(delete(Depiction).where(Depiction.person_id == person.id))
    person_keys.forget(session, person)
    session.expire(person, ["depictions"])
    if session.scalar(select(Account.id).where(Account.person_id == person.id)) is None:
        session.delete(person)
    else:
        person.state, person.answered_at = PersonState.DECLINED, now
        person.link_nonce = secrets.token_bytes(16)
    session.flush()


def leave(session: Session, keyring: Keyring, person: Person, now: datetime) -> None:
    """Somebody who had confirmed does not want to be told any more: the same as saying no."""
    decline(session, keyring, person, now)


def unsubscribe(session: Session, person: Person, now: datetime) -> None:
    """No more mail; what is found is still shown on the person's page."""
    if person.channel != Channel.SITE:
        person.channel = Channel.SITE
        session.flush()
        audit.record(session, "person", "person.unsubscribe", f"person:{person.id}", {}, now)


def has_refused(session: Session, keyring: Keyring, address: str) -> bool:
    """Whether somebody said no at this address, or at another that ends up in the same mailbox."""
    known = select(Refusal.at).where(Refusal.address_digest.in_(_digests(keyring, address)))
    return session.scalars(known.limit(1)).first() is not None


def _digests(keyring: Keyring, address: str) -> list[bytes]:
    """How a no is remembered: by the address and by its mailbox."""
    return sorted({address_digest(keyring, one) for one in (address, mailbox(address))})
