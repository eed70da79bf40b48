"""What was found: shown to those it concerns, after a decision only; answers last and can be taken back."""

from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Answer, Basis, CaseState, PersonState
from commonswatch.keyring import Keyring
from commonswatch.models import Evidence, PersonAnswer, Suppression
from commonswatch.services.registering import works
from commonswatch.services.reporting import sightings
from commonswatch.services.telling import found
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories


def _observed(session: Session) -> set[str]:
    return set(session.scalars(select(Suppression.observed)))


def test_creators_and_people_shown_see_confirmed_places_with_reasons(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        bo = factories.person(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada, shown=(bo,))
        factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        factories.case(session, now, (work,), state=CaseState.OPEN)
        for person in (ada.person, bo):
            [place] = found.found_for(session, person)
            assert (place.site, place.since, [one.work_id for one in place.works]) == ("github.com", now, [work.id])
            [why] = place.works[0].why
            assert (why.basis, why.observed) == (Basis.KEY, work.key)


def test_a_confirmed_place_stays_shown_while_something_new_there_waits(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        old, new = (
            factories.work(session, keyring, now, creator=ada),
            factories.work(session, keyring, now, creator=ada),
        )
        case = factories.case(session, now, (old, new), state=CaseState.CONFIRMED)
        case.sightings[1].first_seen = now + timedelta(hours=1)
        sightings.call_for_decision(session, case, {"new_works": 1}, now + timedelta(hours=1))
        session.flush()
        [place] = found.found_for(session, ada.person)
        assert [one.work_id for one in place.works] == [old.id]
        found.answer(session, ada.person, old.id, case.location_id, Answer.FINE, now)
        with pytest.raises(NotFound):
            found.answer(session, ada.person, new.id, case.location_id, Answer.FINE, now)


def test_nobody_sees_what_is_not_about_them(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        invited = factories.person(session, keyring, now, state=PersonState.INVITED)
        stranger = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, shown=(invited,))
        case = factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        for person in (invited, stranger.person):
            assert found.found_for(session, person) == []
            with pytest.raises(NotFound):
                found.answer(session, person, work.id, case.location_id, Answer.FINE, now)


def test_a_withdrawn_work_is_not_listed(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada)
        factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        works.withdraw(session, ada, work.id, now)
        assert found.found_for(session, ada.person) == []


def test_fine_by_me_ends_repeats_and_stops_no_match(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada)
        case = factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        for _ in range(2):
            found.answer(session, ada.person, work.id, case.location_id, Answer.FINE, now)
        [place] = found.found_for(session, ada.person)
        assert place.works[0].answer == Answer.FINE
        assert _observed(session) == set()
        assert session.scalars(select(PersonAnswer.answer)).all() == [Answer.FINE]


def test_not_mine_stops_the_match_until_it_is_taken_back(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now)
        work = factories.work(session, keyring, now, creator=ada)
        case = factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        found.answer(session, ada.person, work.id, case.location_id, Answer.NOT_MINE, now)
        assert _observed(session) == {work.key}
        found.answer(session, ada.person, work.id, case.location_id, Answer.FINE, now)
        assert _observed(session) == set()
        found.answer(session, ada.person, work.id, case.location_id, Answer.NOT_MINE, now)
        found.take_back(session, ada.person, work.id, case.location_id)
        assert _observed(session) == set()
        assert session.scalars(select(PersonAnswer)).all() == []


def test_not_mine_of_a_person_shown_stops_what_was_only_similar(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        bo, cy = (factories.person(session, keyring, now) for _ in range(2))
        work = factories.work(session, keyring, now, shown=(bo, cy))
        case = factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        similar = Evidence(basis=Basis.PDQ, observed="pdq:" + "0" * 64, distance=20, facts={}, at=now)
        case.sightings[0].evidence.append(similar)
        session.flush()
        for person in (bo, cy):
            found.answer(session, person, work.id, case.location_id, Answer.NOT_MINE, now)
        assert _observed(session) == {similar.observed}
        found.take_back(session, bo, work.id, case.location_id)
        assert _observed(session) == {similar.observed}
        found.take_back(session, cy, work.id, case.location_id)
        assert _observed(session) == set()
