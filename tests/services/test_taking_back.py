"""A list that was the wrong one is taken back: what rests only on it goes, what others say stays."""

from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import Basis, CaseState, Certainty, DecisionVerdict, ScanState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, AuditEntry, Case, Evidence, Location, Membership, Notification, Scan, Sighting
from commonswatch.services.deciding import cases
from commonswatch.services.reporting import listed_here, sightings
from commonswatch.services.reporting.offers import Offer
from commonswatch.services.scanning import inheritance, memberships, scans, taking_back, versions
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.services.test_memberships import Match

CELEB = "ms-celeb-1m"


def _moderator(session: Session, keyring: Keyring, now: datetime) -> Account:
    return factories.account(session, keyring, now)


def _read(session: Session, now: datetime, *matches: Match, name: str = "list.tsv", place: int | None = None) -> Scan:
    made = Scan(dataset=None if place else CELEB, name=name, state=ScanState.READING, created_at=now, location_id=place)
    session.add(made)
    session.flush()
    memberships.take(session, made.id, matches, now)
    session.refresh(made)
    scans.finish(session, made.id, 10, now, index_file=f"{made.id}.index")
    return made


def _offering(session: Session, keyring: Keyring, now: datetime) -> Case:
    place = factories.location(session, now)
    where = LocationKey(place.key, "repository", place.url)
    report = factories.report(session, keyring, now)
    offer = Offer(CELEB, where, "The heading names it.", claimed=False)
    return sightings.record(session, keyring, report.id, where, [], [], now, [offer])


def test_a_wrong_list_is_taken_back_with_all_that_rests_on_it(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work, moderator = factories.work(session, keyring, now), _moderator(session, keyring, now)
        case = _offering(session, keyring, now)
        told = factories.person(session, keyring, now)
        session.add(Notification(person_id=told.id, location_id=case.location_id, case_id=case.id, created_at=now))
        wrong = _read(session, now, Match(work.id))
        assert len(session.scalars(select(Sighting)).all()) == 1
        version = case.version
        taking_back.take_back(session, wrong.id, moderator, "It is of another dataset.", now)
        for kind in (Membership, Evidence, Sighting):
            assert session.scalars(select(kind)).all() == []
        assert (wrong.taken_back_at, wrong.matches, wrong.index_file) == (now, 0, None)
        assert (case.state, case.version) == (CaseState.OPEN, version + 1), "who decides just now sees it anew"
        assert len(session.scalars(select(Notification)).all()) == 1, "what was told stays told"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "scan.take-back")).one()
        assert (entry.subject, entry.facts["reason"]) == (f"scan:{wrong.id}", "It is of another dataset.")
        assert memberships.take(session, wrong.id, [Match(work.id)], now) == 0, "nothing comes back through its index"
        with pytest.raises(Conflict):
            taking_back.take_back(session, wrong.id, moderator, "Again.", now)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(DecisionVerdict.CONFIRM, CaseState.CONFIRMED), (DecisionVerdict.DISMISS, CaseState.DISMISSED)],
)
def test_a_case_that_only_the_wrong_list_opened_again_is_decided_as_it_was(
    database: Database, keyring: Keyring, now: datetime, verdict: DecisionVerdict, state: CaseState
) -> None:
    with database.writing() as session:
        moderator, case = _moderator(session, keyring, now), _offering(session, keyring, now)
        work = factories.work(session, keyring, now)
        cases.decide(session, case.id, moderator, verdict, "I looked.", case.version, now)
        session.expire_all()
        later = now + timedelta(hours=1)
        wrong = _read(session, later, Match(work.id), place=case.location_id)
        assert case.state is CaseState.OPEN
        version = case.version
        taking_back.take_back(session, wrong.id, moderator, "Wrong.", later)
        assert (case.state, case.decided_at, case.version) == (state, now, version + 1)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.close-again")).one()
        assert entry.facts == {"scan": wrong.id, "state": state.value}


def test_a_case_that_was_only_there_because_of_the_wrong_list_goes(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        moderator, work = _moderator(session, keyring, now), factories.work(session, keyring, now)
        places = [factories.location(session, now) for _ in range(2)]
        wrong, told = (_read(session, now, Match(work.id), place=place.id) for place in places)
        first, second = session.scalars(select(Case.id).order_by(Case.id))
        person = factories.person(session, keyring, now)
        session.add(Notification(person_id=person.id, location_id=places[1].id, case_id=second, created_at=now))
        for scan in (wrong, told):
            taking_back.take_back(session, scan.id, moderator, "Wrong.", now)
        assert session.scalars(select(Case.id)).all() == [second], "of the other somebody was told"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.forget")).one()
        assert (entry.subject, entry.facts) == (f"case:{first}", {"scan": wrong.id})


def test_a_case_with_other_news_stays_open(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        moderator, case = _moderator(session, keyring, now), _offering(session, keyring, now)
        work, other = factories.work(session, keyring, now), factories.work(session, keyring, now)
        cases.decide(session, case.id, moderator, DecisionVerdict.CONFIRM, "I looked.", case.version, now)
        session.expire_all()
        later = now + timedelta(hours=1)
        wrong, right = (_read(session, later, Match(one.id), place=case.location_id) for one in (work, other))
        taking_back.take_back(session, wrong.id, moderator, "Wrong.", later)
        assert case.state is CaseState.OPEN
        taking_back.take_back(session, right.id, moderator, "Wrong, too.", later)
        assert case.state is CaseState.CONFIRMED


def test_what_another_list_says_stays_and_becomes_the_evidence(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work, moderator = factories.work(session, keyring, now), _moderator(session, keyring, now)
        _offering(session, keyring, now)
        right = _read(session, now, Match(work.id, row=7, how="guessed"), name="right.tsv")
        wrong = _read(session, now, Match(work.id, row=9), name="wrong.tsv")
        assert session.scalars(select(Evidence)).one().facts["scan"] == wrong.id
        first_seen = session.scalars(select(Sighting.first_seen)).one()
        taking_back.take_back(session, wrong.id, moderator, "Wrong.", now + timedelta(hours=1))
        facts = session.scalars(select(Evidence)).one().facts
        assert (facts["scan"], facts["row"], facts["copies"]) == (right.id, 7, {CELEB: "may-hold"})
        assert session.scalars(select(Sighting.first_seen)).one() == first_seen


def test_an_older_version_of_the_list_counts_again(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work, moderator = factories.work(session, keyring, now), _moderator(session, keyring, now)
        older, wrong = _read(session, now, Match(work.id)), _read(session, now)
        assert inheritance.held_by(session, {CELEB})[0].certainty is Certainty.MAY_HOLD
        taking_back.take_back(session, wrong.id, moderator, "Wrong.", now)
        assert inheritance.held_by(session, {CELEB})[0].certainty is Certainty.HOLDS
        assert versions.before(session, _read(session, now)) is older
        assert wrong not in memberships.scans_of(session, CELEB)


def test_a_list_at_a_place_goes_and_what_our_server_saw_there_stays(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        seen, listed = factories.work(session, keyring, now), factories.work(session, keyring, now)
        moderator, place = _moderator(session, keyring, now), factories.location(session, now)
        case = factories.case(session, now, (seen,), at=place)
        observed = session.scalars(select(Evidence)).one().observed
        wrong = _read(session, now, Match(seen.id, what=observed), Match(listed.id), place=place.id)
        other = _read(session, now, Match(seen.id, what=observed), place=place.id)
        assert len(session.scalars(select(Sighting)).all()) == 2
        listed_here.add(session, wrong, now)
        taking_back.take_back(session, wrong.id, moderator, "Wrong.", now)
        [left] = session.scalars(select(Sighting).where(Sighting.case_id == case.id))
        assert (left.work_id, left.basis) == (seen.id, Basis.KEY)
        taking_back.take_back(session, other.id, moderator, "Wrong, too.", now)
        [left] = session.scalars(select(Sighting).where(Sighting.case_id == case.id))
        assert left.evidence[0].facts.get("scan") is None


def test_it_needs_a_reason_and_a_scan_that_has_ended(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        moderator, done = _moderator(session, keyring, now), _read(session, now)
        reading = Scan(dataset=CELEB, name="list.tsv", state=ScanState.READING, created_at=now)
        session.add(reading)
        session.flush()
        with pytest.raises(InvalidInput):
            taking_back.take_back(session, done.id, moderator, " ", now)
        with pytest.raises(Conflict, match="Stop it first"):
            taking_back.take_back(session, reading.id, moderator, "Wrong.", now)
        taking_back.take_back(session, done.id, moderator, "Wrong.", now)
        with pytest.raises(Conflict):
            scans.resume(session, done.id, moderator, manifest_kept=True, now=now)


def test_a_place_named_by_a_watcher_is_named_by_them_again(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work, moderator = factories.work(session, keyring, now), _moderator(session, keyring, now)
        place: Location = factories.location(session, now)
        factories.case(session, now, (work,), at=place)
        evidence = session.scalars(select(Evidence)).one()
        evidence.media_url, evidence.facts = "https://host.example/a.jpg", {"claimed": True}
        session.flush()
        wrong = _read(session, now, Match(work.id, what=evidence.observed), place=place.id)
        session.expire_all()
        assert evidence.facts["scan"] == wrong.id
        taking_back.take_back(session, wrong.id, moderator, "Wrong.", now)
        assert evidence.facts["claimed"]
        assert "scan" not in evidence.facts
