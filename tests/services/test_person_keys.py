"""People are found in lists by what they stated themselves, as surely as it agrees; a bare name tells nobody."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from commonswatch.channels.message import Letter, Sender, compose
from commonswatch.db import Database
from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.domain.states import CaseState, NamingState, PersonKeyKind, PersonState, PersonWay, ScanState
from commonswatch.keyring import Keyring
from commonswatch.models import Delivery, Depiction, Person, PersonKey, PersonKeyDigest, PersonMembership, Scan
from commonswatch.services.deciding import cases
from commonswatch.services.scanning import person_keys, person_members
from commonswatch.services.telling import named as telling_named
from commonswatch.services.telling import notifications, people
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

NAME, QID, MID = PersonKeyKind


@dataclass(frozen=True)
class InRow:
    kind: str
    value: str


def _matches(session: Session, keyring: Keyring, *keys: InRow) -> list[PersonWay]:
    return [one.way for one in person_members.load(session, keyring).matches(5, "line 6", keys)]


def _scan(session: Session, now: datetime) -> int:
    scan = Scan(dataset="ms-celeb-1m", name="names.tsv", state=ScanState.READING, created_at=now)
    session.add(scan)
    session.flush()
    return scan.id


@pytest.mark.parametrize(
    ("stated", "in_list", "way"),
    [
        ("Ada Lovelace", "ada  LOVELACE", PersonWay.NAME),
        ("Ada Lovelace", "Lovelace, Ada", PersonWay.NAME_ORDER),
        ("Zoë Müller", "Zoe Muller", PersonWay.NAME_LETTERS),
        ("Zoë Müller", "Mueller, Zoe", PersonWay.NAME_LETTERS),
        ("Zoë Müller", "Zoe\u0308 Mu\u0308ller", PersonWay.NAME),
        ("Анна Ахматова", "Akhmatova Anna", PersonWay.NAME_LETTERS),
        ("Анна Ахматова", "Anna Axmatova", None),
        ("王菲", "王 菲", PersonWay.NAME),
        ("李小龙", "Xiaolong Li", PersonWay.NAME_LETTERS),
        ("李小龙", "李小", None),
        ("松本清張", "松本 清張", PersonWay.NAME),
        ("김연아", "김연아", PersonWay.NAME),
        ("Ａｄａ Lovelace", "Ada Lovelace", PersonWay.NAME),
        ("Ada Lovelace", "Ada Lovelac", None),
        ("Ada Lovelace", "Ada Lovelace King", None),
    ],
)
def test_names_agree_as_surely_as_they_are_alike(
    database: Database, keyring: Keyring, now: datetime, stated: str, in_list: str, way: PersonWay | None
) -> None:
    with database.writing() as session:
        person_keys.state(session, keyring, factories.person(session, keyring, now), NAME, stated, now)
        assert _matches(session, keyring, InRow("name", in_list)) == ([way] if way else [])


def test_numbers_agree_or_do_not_and_the_surest_of_a_row_counts(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        person = factories.person(session, keyring, now)
        for kind, said in ((NAME, "Ada Lovelace"), (QID, "https://www.wikidata.org/wiki/Q7259"), (MID, "/m/0ff98")):
            person_keys.state(session, keyring, person, kind, said, now)
        by_name = InRow("name", "Lovelace Ada")
        assert _matches(session, keyring, by_name, InRow("mid", "m.0ff98")) == [PersonWay.MID]
        assert _matches(session, keyring, by_name, InRow("qid", "Q7259")) == [PersonWay.QID]
        assert _matches(session, keyring, by_name, InRow("qid", "Q72")) == [PersonWay.NAME_ORDER]
        assert _matches(session, keyring, InRow("mid", "Q7259"), InRow("name", "")) == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [(NAME, "Ada"), (NAME, "A B"), (NAME, ""), (NAME, "---"), (NAME, "王"), (QID, "42"), (QID, "Q0"), (MID, "Q42")],
)
def test_what_identifies_nobody_is_refused(
    database: Database, keyring: Keyring, now: datetime, kind: PersonKeyKind, said: str
) -> None:
    with database.writing() as session, pytest.raises(InvalidInput):
        person_keys.state(session, keyring, factories.person(session, keyring, now), kind, said, now)


def test_only_people_who_want_to_be_told_are_looked_for(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        person = factories.person(session, keyring, now)
        person_keys.state(session, keyring, person, NAME, "Ada Lovelace", now)
        assert person_members.load(session, keyring)
        person.state = PersonState.INVITED
        session.flush()
        assert not person_members.load(session, keyring)


def test_neither_a_name_nor_a_number_tells_anybody_before_a_moderator_accepts_it(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        named, numbered = (factories.person(session, keyring, now) for _ in range(2))
        person_keys.state(session, keyring, named, NAME, "Ada Lovelace", now)
        person_keys.state(session, keyring, numbered, QID, "Q7259", now)
        known, scan = person_members.load(session, keyring), _scan(session, now)
        found = known.matches(1, "line 2", [InRow("name", "Ada Lovelace"), InRow("qid", "Q7259")])
        assert person_members.take(session, scan, found, now) == 2
        assert person_members.take(session, scan, found, now) == 0
        rows = {one.person_id: one for one in session.scalars(select(PersonMembership))}
        assert {one.state for one in rows.values()} == {NamingState.PROPOSED}
        assert person_members.accepted_for(session, {"ms1m-arcface"}) == {}
        moderator = factories.account(session, keyring, now, roles=("moderator",))
        for one in (named, numbered):
            person_members.decide(session, scan, rows[one.id].id, moderator, accepted=True, now=now)
        session.flush()
        assert set(person_members.accepted_for(session, {"ms1m-arcface"})) == {named.id, numbered.id}
        with pytest.raises(NotFound):
            person_members.decide(session, scan + 1, rows[named.id].id, moderator, accepted=True, now=now)


def test_a_number_that_was_accepted_once_is_accepted_in_the_next_list_and_a_name_is_not(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        named, numbered = (factories.person(session, keyring, now) for _ in range(2))
        person_keys.state(session, keyring, named, NAME, "Ada Lovelace", now)
        person_keys.state(session, keyring, numbered, QID, "Q7259", now)
        moderator = factories.account(session, keyring, now, roles=("moderator",))
        row = [InRow("name", "Ada Lovelace"), InRow("qid", "Q7259")]
        first = _scan(session, now)
        person_members.take(session, first, person_members.load(session, keyring).matches(1, "line 2", row), now)
        for one in person_members.of_scan(session, first):
            person_members.decide(session, first, one.id, moderator, accepted=True, now=now)
        session.flush()
        assert _states(session, keyring, row, now) == {named.id: "proposed", numbered.id: "accepted"}
        person_keys.state(session, keyring, numbered, QID, "Q42", now + timedelta(days=1))
        assert _states(session, keyring, row, now)[numbered.id] == "proposed", "which of two was it?"


def _states(session: Session, keyring: Keyring, row: list[InRow], now: datetime) -> dict[int, str]:
    scan, known = _scan(session, now), person_members.load(session, keyring)
    person_members.take(session, scan, known.matches(1, "line 2", row), now)
    return {one.person_id: one.state.value for one in person_members.of_scan(session, scan)}


def test_a_moderator_sees_what_agrees_while_a_row_waits(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        person = factories.person(session, keyring, now)
        for kind, said in ((NAME, "Ada Lovelace"), (QID, "Q7259")):
            person_keys.state(session, keyring, person, kind, said, now)
        session.add(Depiction(work_id=factories.work(session, keyring, now).id, person_id=person.id, name="Ada L."))
        scan, known = _scan(session, now), person_members.load(session, keyring)
        person_members.take(session, scan, known.matches(1, "line 2", [InRow("qid", "Q7259")]), now)
        [row] = person_members.of_scan(session, scan)
        told = person_members.known_of(session, keyring, [row])[row.id]
        assert (told.stated, told.named) == (("Q7259",), ("Ada L.",))
        moderator = factories.account(session, keyring, now, roles=("moderator",))
        person_members.decide(session, scan, row.id, moderator, accepted=True, now=now)
        assert person_members.known_of(session, keyring, [row]) == {}


def test_nothing_stands_in_the_clear_and_whoever_leaves_takes_it_along(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        person, other = (factories.person(session, keyring, now) for _ in range(2))
        for one in (person, other):
            person_keys.state(session, keyring, one, NAME, "Ada Lovelace", now)
            person_keys.state(session, keyring, one, NAME, "Ada Lovelace", now)
        [mine] = person_keys.stated(session, keyring, person)
        assert mine.said == "Ada Lovelace"
        with pytest.raises(NotFound):
            person_keys.take_back(session, other, mine.id, now)
        kept = [one.said_sealed for one in session.scalars(select(PersonKey))]
        kept += [one.digest for one in session.scalars(select(PersonKeyDigest))]
        assert not any(b"lovelace" in one.lower() for one in kept)
        known, scan = person_members.load(session, keyring), _scan(session, now)
        person_members.take(session, scan, known.matches(1, "line 2", [InRow("name", "Ada Lovelace")]), now)
        people.decline(session, keyring, person, now)
        session.expire_all()
        assert [one.person_id for one in session.scalars(select(PersonKey))] == [other.id]
        assert [one.person_id for one in session.scalars(select(PersonMembership))] == [other.id]
        assert session.get(Person, person.id) is None


def test_who_is_named_is_told_of_a_confirmed_copy_and_a_bare_name_is_not(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        named, numbered = (factories.person(session, keyring, now) for _ in range(2))
        person_keys.state(session, keyring, named, NAME, "Ada Lovelace", now)
        person_keys.state(session, keyring, numbered, QID, "Q7259", now)
        known, scan = person_members.load(session, keyring), _scan(session, now)
        row = [InRow("name", "Ada Lovelace"), InRow("qid", "Q7259")]
        person_members.take(session, scan, known.matches(1, "line 2", row), now)
        assert person_members.waiting(session) == [(scan, 2)]
        moderator = factories.account(session, keyring, now, roles=("moderator",))
        [by_number] = [one for one in person_members.of_scan(session, scan) if one.person_id == numbered.id]
        person_members.decide(session, scan, by_number.id, moderator, accepted=True, now=now)
        session.flush()
        page = factories.location(session, now)
        factories.copy(session, now, page, dataset="ms1m-arcface")
        case = factories.case(session, now, at=page)
        assert cases.people_affected(session, case.id) == 1
        case.state, case.decided_at = CaseState.CONFIRMED, now
        session.flush()
        assert notifications.notify(session, keyring, case.id, "https://watch.example", now) == 1
        assert notifications.notify(session, keyring, case.id, "https://watch.example", now) == 0
        letter = json.loads(keyring.unseal_text(session.scalars(select(Delivery.letter_sealed)).one() or b""))
        assert letter["values"]["about"] == "named"
        assert letter["values"]["works"] == ["MS-Celeb-1M"]
        mail = compose(
            Letter("bo@example.org", "en", "alert", letter["values"], "<a@b.example>"), Sender("a@b.example", "W"), now
        )
        assert mail["Subject"] == "A copy of a dataset whose list of people names you was posted at github.com"
        [place] = telling_named.places_for(session, numbered)
        assert (place.datasets, place.listed_in) == (("ms1m-arcface",), ("ms-celeb-1m",))
        assert telling_named.places_for(session, named) == []
