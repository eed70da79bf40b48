"""Everybody concerned is told once for each location, by the way they chose, and never about what they answered."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from commonswatch.channels.values import checked
from commonswatch.db import Database
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Answer, Basis, CaseState, Certainty, Channel, PersonState, ScanState
from commonswatch.keyring import Keyring
from commonswatch.models import Case, Delivery, Notification, Person, PersonAnswer, Scan, Sighting
from commonswatch.services.reporting import inherited
from commonswatch.services.scanning import memberships
from commonswatch.services.telling import notifications, people
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

SITE = "https://watch.example"


def _letters(session: Session, keyring: Keyring) -> dict[str, Any]:
    rows = session.scalars(select(Delivery)).all()
    letters = [json.loads(keyring.unseal_text(row.letter_sealed)) for row in rows if row.letter_sealed]
    return {letter["to"]: letter for letter in letters}


def _notify(session: Session, keyring: Keyring, case: Case, now: datetime) -> int:
    return notifications.notify(session, keyring, case.id, SITE, now)


def test_creators_and_confirmed_people_shown_get_one_letter_each(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now, address="ada@example.org")
        shown = factories.person(session, keyring, now, address="bo@example.org")
        invited = factories.person(session, keyring, now, state=PersonState.INVITED)
        works = tuple(factories.work(session, keyring, now, creator=creator, shown=(shown, invited)) for _ in range(2))
        case = factories.case(session, now, works, state=CaseState.CONFIRMED)
        assert _notify(session, keyring, case, now) == 2
        letters = _letters(session, keyring)
    assert set(letters) == {"ada@example.org", "bo@example.org"}
    to_creator, to_shown = letters["ada@example.org"], letters["bo@example.org"]
    assert to_creator["values"]["link"] == f"{SITE}/found"
    assert to_shown["values"]["link"] == people.page_link(keyring, shown, SITE)
    assert to_shown["unsubscribe_url"] == people.unsubscribe_link(keyring, shown, SITE)
    assert (to_creator["values"]["count"], to_creator["values"]["about"]) == (2, "creator")
    assert to_shown["values"]["about"] == "shown"
    assert to_creator["values"]["works"] == [work.title or work.key for work in works]
    assert to_creator["values"]["conditions"]
    for letter in letters.values():
        checked("alert", letter["values"])


def test_a_work_without_a_title_is_named_in_words(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now, address="ada@example.org")
        keys = ("flickr:photo:53", "url:data.example/a:b.jpg")
        works = tuple(factories.work(session, keyring, now, creator=creator, title="", key=key) for key in keys)
        _notify(session, keyring, factories.case(session, now, works, state=CaseState.CONFIRMED), now)
        told = _letters(session, keyring)["ada@example.org"]["values"]["works"]
    assert set(told) == {"flickr photo 53", "data.example/a:b.jpg"}


def test_who_is_creator_and_shown_gets_one_letter(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now)
        person = session.get_one(Person, creator.person_id)
        person.state = PersonState.CONFIRMED
        work = factories.work(session, keyring, now, creator=creator, shown=(person,))
        other = factories.work(session, keyring, now, shown=(person,))
        case = factories.case(session, now, (work, other), state=CaseState.CONFIRMED)
        assert _notify(session, keyring, case, now) == 2
        letter = _letters(session, keyring)[creator.email]
    assert (letter["values"]["about"], letter["values"]["count"]) == ("creator", 2)


def test_a_creator_who_did_not_say_yes_is_told_of_own_works_only(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now)
        person = session.get_one(Person, creator.person_id)
        person.state = PersonState.INVITED
        own = factories.work(session, keyring, now, creator=creator)
        other = factories.work(session, keyring, now, shown=(person,))
        _notify(session, keyring, factories.case(session, now, (own, other), state=CaseState.CONFIRMED), now)
        [alert] = notifications.alerts(session, creator.id)
        assert [work.id for work in alert.works] == [own.id]
        assert _letters(session, keyring)[creator.email]["values"]["count"] == 1


def test_nobody_is_told_twice_about_a_location_but_new_people_are(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),), state=CaseState.CONFIRMED)
        assert _notify(session, keyring, case, now) == 1
        assert _notify(session, keyring, case, now) == 0
        session.add(
            Sighting(
                work_id=factories.work(session, keyring, now).id,
                location_id=case.location_id,
                case_id=case.id,
                basis=Basis.KEY,
                first_seen=now + timedelta(hours=1),
                last_seen=now,
            )
        )
        session.flush()
        assert _notify(session, keyring, case, now) == 0, "seen after the decision"
        case.decided_at = now + timedelta(hours=2)
        session.flush()
        assert _notify(session, keyring, case, now) == 1
        assert len(session.scalars(select(Notification)).all()) == 2


@pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.DISMISSED])
def test_nobody_is_told_before_or_without_a_confirmation(
    database: Database, keyring: Keyring, now: datetime, state: CaseState
) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),), state=state)
        assert _notify(session, keyring, case, now) == 0


def test_no_mail_to_who_reads_the_site_is_unreachable_or_has_answered(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        reader = factories.account(session, keyring, now, channel=Channel.SITE)
        unreachable = factories.account(session, keyring, now)
        session.get_one(Person, unreachable.person_id).unreachable_at = now
        answered = factories.account(session, keyring, now)
        works = {one.id: factories.work(session, keyring, now, creator=one) for one in (reader, unreachable, answered)}
        case = factories.case(session, now, tuple(works.values()), state=CaseState.CONFIRMED)
        session.add(
            PersonAnswer(
                person_id=answered.person_id,
                work_id=works[answered.id].id,
                location_id=case.location_id,
                answer=Answer.FINE,
                at=now,
            )
        )
        session.flush()
        assert _notify(session, keyring, case, now) == 2
        assert _letters(session, keyring) == {}
        assert len(notifications.alerts(session, reader.id)) == 1
        assert notifications.alerts(session, answered.id) == []


def test_alerts_come_in_order_after_a_cursor_and_only_one_s_own(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        creator, stranger = (factories.account(session, keyring, now) for _ in range(2))
        work = factories.work(session, keyring, now, creator=creator)
        foreign = factories.work(session, keyring, now, creator=stranger)
        for _ in range(5):
            case = factories.case(session, now, (work, foreign), state=CaseState.CONFIRMED)
            _notify(session, keyring, case, now)
        first = notifications.alerts(session, creator.id, limit=2)
        rest = notifications.alerts(session, creator.id, after=first[-1].id)
        assert [len(first), len(rest)] == [2, 3]
        assert sorted(alert.id for alert in (*first, *rest)) == [alert.id for alert in (*first, *rest)]
        assert {found.id for alert in first for found in alert.works} == {work.id}
        assert first[0].state == CaseState.CONFIRMED
        with pytest.raises(NotFound):
            notifications.alerts(session, 999)


def test_an_alert_stands_while_something_new_is_looked_at_and_falls_with_the_decision(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=creator)
        case = factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        _notify(session, keyring, case, now)
        case.state = CaseState.OPEN
        session.flush()
        [alert] = notifications.alerts(session, creator.id)
        assert (alert.state, alert.works_total) == (CaseState.CONFIRMED, 1)
        case.state = CaseState.DISMISSED
        session.flush()
        [alert] = notifications.alerts(session, creator.id)
        assert (alert.state, alert.works) == (CaseState.DISMISSED, ())


def test_a_letter_and_an_alert_about_a_copy_say_how_sure_it_is_that_it_holds_the_works(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now)
        seen, listed = (factories.work(session, keyring, now, creator=creator) for _ in range(2))
        page = factories.location(session, now)
        for dataset in ("ms-celeb-1m", "ms1m-arcface"):
            factories.copy(session, now, page, dataset=dataset)
        scan = Scan(dataset="ms-celeb-1m", name="list", state=ScanState.DONE, created_at=now)
        session.add(scan)
        session.flush()
        memberships.take(session, scan.id, [RowFound(seen.id), RowFound(listed.id)], now)
        case = factories.case(session, now, (seen,), at=page, state=CaseState.CONFIRMED)
        assert inherited.add(session, case, now) == 1, "the other was seen there in another way already"
        assert _notify(session, keyring, case, now) == 1
        values = _letters(session, keyring)[creator.email]["values"]
        assert values["basis"] == ["key", "membership"]
        assert "certainty" not in values, "one of them was found in another way"
        assert (values["count"], values["found"]) == (2, 1), "the letter says found of no more than that"
        assert values["copies"] == [
            {"name": "MS-Celeb-1M", "certainty": "holds", "count": 2},
            {"name": "MS1M-ArcFace (MS1MV2, emore, refine-v2)", "certainty": "may-hold", "count": 2},
        ]
        [alert] = notifications.alerts(session, creator.id)
        assert [(work.id, work.why, work.certainty) for work in alert.works] == [
            (seen.id, Basis.KEY, None),
            (listed.id, Basis.MEMBERSHIP, Certainty.HOLDS),
        ]
        assert alert.copies == (("ms-celeb-1m", Certainty.HOLDS, 2), ("ms1m-arcface", Certainty.MAY_HOLD, 2))


def test_a_copy_that_was_not_confirmed_yet_is_in_no_letter(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now)
        work, page = factories.work(session, keyring, now, creator=creator), factories.location(session, now)
        factories.copy(session, now, page, dataset="ms1m-arcface")
        scan = Scan(dataset="ms-celeb-1m", name="list", state=ScanState.DONE, created_at=now)
        session.add(scan)
        session.flush()
        memberships.take(session, scan.id, [RowFound(work.id)], now)
        case = factories.case(session, now, at=page, state=CaseState.CONFIRMED)
        inherited.add(session, case, now)
        factories.copy(session, now + timedelta(hours=1), page, dataset="ms-celeb-1m")
        inherited.add(session, case, now + timedelta(hours=1))
        _notify(session, keyring, case, now)
        values = _letters(session, keyring)[creator.email]["values"]
        assert values["certainty"] == "may-hold"
        assert [one["name"] for one in values["copies"]] == ["MS1M-ArcFace (MS1MV2, emore, refine-v2)"]


@dataclass(frozen=True)
class RowFound:
    work_id: int
    row: int = 1
    place: str = "line 2"
    how: str = "key"
    what: str = "flickr:photo:1"
