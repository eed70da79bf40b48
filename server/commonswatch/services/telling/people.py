"""People shown: name them, invite them once, and do what they say: yes, no, only this page, leave.

A person shown has no account; a secret link opens their page. What was found for them is in ``found``.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from commonswatch.domain.addresses import mailbox
from commonswatch.domain.errors import NotFound, TooMany
from commonswatch.domain.states import Channel, PersonState, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Depiction, Person, Refusal, Work
from commonswatch.services.deciding import audit
from commonswatch.services.membership.accounts import address_digest, find_or_create_person
from commonswatch.services.registering.rows import PersonNamed
from commonswatch.services.telling import deliveries
from commonswatch.services.upkeep import limits
from commonswatch.services.upkeep.queue import insert_new

MOST_INVITATIONS = 500
MOST_OF_NEW_ACCOUNT = 50
MOST_IN_ALL = 2000
"""New people an account may name in a day, an account younger than a week, and all accounts together (unless set)."""
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_TOO_MANY = "{why} Nothing was saved. Leave these addresses out for now, and name the people tomorrow."
_NEW = "Your account is younger than a week: it may name {limit} new people with an address in a day."
_OLD = "An account may name {limit} new people with an address in a day."
_ALL = "This site sends no more invitations today."
_GONE = "This link does not lead to a page (any more)."


@dataclass(frozen=True)
class Naming:
    """One work in which somebody was named, and by whom."""

    work_id: int
    title: str
    url: str
    name: str
    creator: str


def name_people(
    session: Session,
    keyring: Keyring,
    account: Account,
    shown: Sequence[tuple[int, PersonNamed]],
    site: str,
    now: datetime,
    most_in_all: int = MOST_IN_ALL,
) -> None:
    """Write down who is shown in which work, and invite those who have an address and were never asked.

    Somebody who said no is not written down again. Raise TooMany above 500 new addresses a day for one account, 50 for
    an account younger than a week, and ``most_in_all`` for all accounts together: a registration must not become a way
    to send mail to thousands.
    """
    persons = _persons(session, keyring, account, {named.address for _, named in shown if named.address}, now)
    rows = []
    for work_id, named in shown:
        person = persons.get(named.address or "")
        if named.address and person is None:
            continue
        rows.append({"work_id": work_id, "person_id": person.id if person else None, "name": named.name})
    if rows:
        session.connection().execute(insert_new(session, Depiction), rows)
    for person in persons.values():
        if person is not None:
            _ask(session, keyring, account, person, site, now, most_in_all)


def invite(session: Session, keyring: Keyring, person: Person, site: str, now: datetime) -> bool:
    """Send the one invitation a person ever gets; return whether it was sent now.

    Never to who refused, whose address does not work, or whom nobody names.
    """
    named = namings(session, person)
    address = keyring.unseal_text(person.address_sealed)
    if (
        not named
        or _has_refused(session, keyring, address)
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


def _persons(
    session: Session, keyring: Keyring, account: Account, addresses: set[str], now: datetime
) -> dict[str, Person | None]:
    """Each address with its person; None for those who refused, who get no row of their own again."""
    if len(addresses) > MOST_INVITATIONS:
        raise TooMany(f"More than {MOST_INVITATIONS} mail addresses are named. Divide them over several days.", 86400)
    persons: dict[str, Person | None] = {}
    for address in sorted(addresses):
        refused, language = _has_refused(session, keyring, address), account.person.language
        persons[address] = None if refused else find_or_create_person(session, keyring, address, language, now)
    return persons


def _has_refused(session: Session, keyring: Keyring, address: str) -> bool:
    """Whether somebody said no at this address, or at another that ends up in the same mailbox."""
    known = select(Refusal.at).where(Refusal.address_digest.in_(_digests(keyring, address)))
    return session.scalars(known.limit(1)).first() is not None


def _digests(keyring: Keyring, address: str) -> list[bytes]:
    """How a no is remembered: by the address and by its mailbox."""
    return sorted({address_digest(keyring, one) for one in (address, mailbox(address))})


def _ask(
    session: Session,
    keyring: Keyring,
    account: Account,
    person: Person,
    site: str,
    now: datetime,
    most_in_all: int,
) -> None:
    if person.id == account.person_id:
        if person.state != PersonState.CONFIRMED:  # somebody who names themself has shown the address to be theirs
            confirm(session, person, person.language, person.channel, now)
        return
    if person.state != PersonState.UNASKED:
        return
    _count_invitation(session, account, most_in_all, now)
    invite(session, keyring, person, site, now)


def _count_invitation(session: Session, account: Account, most_in_all: int, now: datetime) -> None:
    is_new = account.created_at > now - _WEEK
    limit = MOST_OF_NEW_ACCOUNT if is_new else MOST_INVITATIONS
    if wait := limits.take(session, "invite", b"account:%d" % account.id, limit, _DAY, now):
        raise TooMany(_TOO_MANY.format(why=(_NEW if is_new else _OLD).format(limit=limit)), wait)
    if wait := limits.take(session, "invite", b"everybody", most_in_all, _DAY, now):
        raise TooMany(_TOO_MANY.format(why=_ALL), wait)
