"""Rows of lists of people that may be about somebody who wants to be told. A bare name waits for a moderator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import NamingState, PersonState, PersonWay
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Person, PersonMembership, Scan
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

    A number agrees or does not; a name is only proposed, and nobody is told because of it.
    """
    best: dict[int, PersonMatch] = {}
    for one in matches:
        known = best.get(one.person_id)
        if known is None or _SUREST.index(one.way) < _SUREST.index(known.way):
            best[one.person_id] = one
    willing = select(Person.id).where(Person.id.in_(best), Person.state == PersonState.CONFIRMED)
    rows = [_row(best[person], scan_id, now) for person in session.scalars(willing)]
    return bulk.insert_many(session, PersonMembership, rows)


def of_scan(session: Session, scan_id: int) -> list[PersonMembership]:
    """The rows of a list that may be about somebody, those to be looked at first. Who they are is not told."""
    query = select(PersonMembership).where(PersonMembership.scan_id == scan_id).limit(MOST_SHOWN)
    return sorted(session.scalars(query), key=lambda one: (one.state is not NamingState.PROPOSED, one.row))


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


def _row(one: PersonMatch, scan_id: int, now: datetime) -> dict[str, Any]:
    return {
        "scan_id": scan_id,
        "person_id": one.person_id,
        "row": one.row,
        "place": one.place,
        "way": one.way,
        "state": NamingState.ACCEPTED if one.way in _NUMBERS else NamingState.PROPOSED,
        "at": now,
    }
