"""Naming the people shown in works: who may be named, how many in a day, and the first letter to each.

What they answer is in ``people``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from commonswatch.domain.errors import TooMany
from commonswatch.domain.states import PersonState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Depiction, Person
from commonswatch.services.membership.accounts import find_or_create_person
from commonswatch.services.registering.rows import PersonNamed
from commonswatch.services.telling import people
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


def _persons(
    session: Session, keyring: Keyring, account: Account, addresses: set[str], now: datetime
) -> dict[str, Person | None]:
    """Each address with its person; None for those who refused, who get no row of their own again."""
    if len(addresses) > MOST_INVITATIONS:
        raise TooMany(f"More than {MOST_INVITATIONS} mail addresses are named. Divide them over several days.", 86400)
    persons: dict[str, Person | None] = {}
    for address in sorted(addresses):
        refused, language = people.has_refused(session, keyring, address), account.person.language
        persons[address] = None if refused else find_or_create_person(session, keyring, address, language, now)
    return persons


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
            people.confirm(session, person, person.language, person.channel, now)
        return
    if person.state != PersonState.UNASKED:
        return
    _count_invitation(session, account, most_in_all, now)
    people.invite(session, keyring, person, site, now)


def _count_invitation(session: Session, account: Account, most_in_all: int, now: datetime) -> None:
    is_new = account.created_at > now - _WEEK
    limit = MOST_OF_NEW_ACCOUNT if is_new else MOST_INVITATIONS
    if wait := limits.take(session, "invite", b"account:%d" % account.id, limit, _DAY, now):
        raise TooMany(_TOO_MANY.format(why=(_NEW if is_new else _OLD).format(limit=limit)), wait)
    if wait := limits.take(session, "invite", b"everybody", most_in_all, _DAY, now):
        raise TooMany(_TOO_MANY.format(why=_ALL), wait)
