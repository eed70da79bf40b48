"""Rows of lists of people that may be about somebody who wants to be told. All of them wait for a moderator.

A name is shared by many, and a number is what somebody says about themselves: nobody has proven it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import NamingState, PersonState, PersonWay
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Depiction, Person, PersonKey, PersonKeyDigest, PersonMembership, Scan
from commonswatch.services.deciding import audit
from commonswatch.services.scanning import lineage, person_keys
from commonswatch.services.upkeep import bulk
from commonswatch.services.words import one_line

MOST_SHOWN = 200
_SUREST = tuple(PersonWay)
_NUMBERS = (PersonWay.QID, PersonWay.MID)


class StatedInRow(Protocol):
    """What a row says about a person: ``kind`` is name, qid or mid."""

    @property
    def kind(self) -> str:
        """One of ``PersonKeyKind``."""

    @property
    def value(self) -> str:
        """The name or number as it stands there."""


@dataclass(frozen=True)
class PersonMatch:
    """A row that may be about somebody, and what in it agrees."""

    person_id: int
    row: int
    place: str
    way: PersonWay


@dataclass(frozen=True)
class KnownOf:
    """What somebody stated of the kind that agrees, and how creators who show them name them."""

    stated: tuple[str, ...]
    named: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """The keys of everybody who wants to be told, as digests in memory; asks no database and may go to any thread."""

    keyring: Keyring = field(repr=False)
    people: Mapping[bytes, tuple[tuple[int, PersonWay], ...]] = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.people)

    def matches(self, row: int, place: object, keys: Iterable[StatedInRow]) -> list[PersonMatch]:
        """Whom a row may be about, each person by what agrees best."""
        best: dict[int, PersonWay] = {}
        for key in keys:
            for _, form in person_keys.forms(key.kind, key.value):
                for person, way in self.people.get(person_keys.digest(self.keyring, form), ()):
                    best[person] = min(way, best.get(person, way), key=_SUREST.index)
        return [PersonMatch(person, row, one_line(str(place), 300), way) for person, way in best.items()]


def load(session: Session, keyring: Keyring) -> Known:
    """Read the keys of everybody who wants to be told."""
    people: dict[bytes, list[tuple[int, PersonWay]]] = {}
    for digest, person_id, way in person_keys.of_everybody(session):
        people.setdefault(digest, []).append((person_id, way))
    return Known(keyring, {digest: tuple(some) for digest, some in people.items()})


def take(session: Session, scan_id: int, matches: Iterable[PersonMatch], now: datetime) -> int:
    """Keep rows that may be about people, one for each person: the surest. Return how many are new.

    They are proposed, and nobody is told because of one, unless a moderator accepted the same number before.
    """
    best: dict[int, PersonMatch] = {}
    for one in matches:
        known = best.get(one.person_id)
        if known is None or _SUREST.index(one.way) < _SUREST.index(known.way):
            best[one.person_id] = one
    willing = select(Person.id).where(Person.id.in_(best), Person.state == PersonState.CONFIRMED)
    people = session.scalars(willing).all()
    before = _accepted_before(session, people)
    rows = [_row(best[person], scan_id, now, is_known=(person, best[person].way) in before) for person in people]
    return bulk.insert_many(session, PersonMembership, rows)


def of_scan(session: Session, scan_id: int) -> list[PersonMembership]:
    """The rows of a list that may be about somebody, those to be looked at first."""
    query = select(PersonMembership).where(PersonMembership.scan_id == scan_id).limit(MOST_SHOWN)
    return sorted(session.scalars(query), key=lambda one: (one.state is not NamingState.PROPOSED, one.row))


def known_of(session: Session, keyring: Keyring, members: Iterable[PersonMembership]) -> dict[int, KnownOf]:
    """What helps a moderator to decide about rows that wait, by their numbers: no address, and nothing once decided."""
    found = {}
    for one in members:
        if one.state is NamingState.PROPOSED:
            keys = select(PersonKey).join(PersonKeyDigest, PersonKeyDigest.person_key_id == PersonKey.id)
            agreeing = keys.where(PersonKey.person_id == one.person_id, PersonKeyDigest.way == one.way)
            stated = {keyring.unseal_text(key.said_sealed) for key in session.scalars(agreeing)}
            named = session.scalars(
                select(Depiction.name).where(Depiction.person_id == one.person_id).distinct().limit(5)
            )
            found[one.id] = KnownOf(tuple(sorted(stated)), tuple(sorted(filter(None, named))))
    return found


def decide(
    session: Session, scan_id: int, member_id: int, moderator: Account, *, accepted: bool, now: datetime
) -> None:
    """A moderator says whether a row is about the person; raise NotFound."""
    member = session.get(PersonMembership, member_id)
    if member is None or member.scan_id != scan_id:
        raise NotFound("There is no such row.")
    member.state = NamingState.ACCEPTED if accepted else NamingState.DISMISSED
    verb = "accept" if accepted else "dismiss"
    facts = {"way": member.way.value, "row": member.row}
    audit.record(session, f"account:{moderator.id}", f"naming.{verb}", f"scan:{scan_id}", facts, now)


def waiting(session: Session) -> list[tuple[int, int]]:
    """Scans with rows that a moderator should look at, and how many in each."""
    query = select(PersonMembership.scan_id, func.count()).where(PersonMembership.state == NamingState.PROPOSED)
    rows = session.execute(
        query.group_by(PersonMembership.scan_id).order_by(PersonMembership.scan_id).limit(MOST_SHOWN)
    )
    return [(scan_id, count) for scan_id, count in rows]


def accepted_for(session: Session, datasets: Iterable[str]) -> dict[int, str]:
    """Whom accepted rows of lists of these datasets, or of relatives, are about; and which dataset's list."""
    known_in = {known for one in datasets for known in lineage.certainties(one)}
    query = (
        select(PersonMembership.person_id, Scan.dataset)
        .join(Scan, Scan.id == PersonMembership.scan_id)
        .join(Person, Person.id == PersonMembership.person_id)
        .where(Scan.dataset.in_(known_in), PersonMembership.state == NamingState.ACCEPTED)
        .where(Person.state == PersonState.CONFIRMED)
    )
    return {person: dataset for person, dataset in session.execute(query) if dataset}


def _accepted_before(session: Session, people: Collection[int]) -> set[tuple[int, PersonWay]]:
    """Whose number a moderator accepted in another list, while they state no other of its kind."""
    rows = session.execute(
        select(PersonMembership.person_id, PersonMembership.way, func.count(PersonKey.id.distinct()))
        .join(PersonKey, PersonKey.person_id == PersonMembership.person_id)
        .join(PersonKeyDigest, PersonKeyDigest.person_key_id == PersonKey.id)
        .where(PersonMembership.person_id.in_(people), PersonMembership.state == NamingState.ACCEPTED)
        .where(PersonMembership.way.in_(_NUMBERS), PersonKeyDigest.way == PersonMembership.way)
        .group_by(PersonMembership.person_id, PersonMembership.way)
        .having(func.max(PersonKey.created_at) <= func.max(PersonMembership.at))
    )
    return {(person, way) for person, way, stated in rows if stated == 1}


def _row(one: PersonMatch, scan_id: int, now: datetime, *, is_known: bool) -> dict[str, Any]:
    return {
        "scan_id": scan_id,
        "person_id": one.person_id,
        "row": one.row,
        "place": one.place,
        "way": one.way,
        "state": NamingState.ACCEPTED if is_known else NamingState.PROPOSED,
        "at": now,
    }
