"""Memberships: what a scan found, what it says about copies of relatives, and how cases learn of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from commonswatch.db import Database
from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import Basis, CaseState, Certainty, ScanState, WayWon, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Case, Evidence, Location, Membership, Scan, Sighting, Suppression, Work
from commonswatch.services.registering import works
from commonswatch.services.reporting import sightings
from commonswatch.services.reporting.offers import Offer
from commonswatch.services.scanning import inheritance, lineage, memberships, scans, spreading, versions
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

CELEB, ARCFACE, GLINT, MIXED, DUKE = "ms-celeb-1m", "ms1m-arcface", "glint360k", "ms1m-megaface", "dukemtmc"


@dataclass(frozen=True)
class Match:
    work_id: int
    row: int = 1
    place: str = "line 1"
    how: str = "key"
    what: str = "flickr:photo:1"


def scan(session: Session, now: datetime, dataset: str | None = CELEB, name: str = "list.tsv") -> Scan:
    made = Scan(dataset=dataset, name=name, state=ScanState.READING, created_at=now)
    session.add(made)
    session.flush()
    return made


def _kept(session: Session) -> list[tuple[int, int, Certainty]]:
    rows = session.scalars(select(Membership).order_by(Membership.id).execution_options(populate_existing=True))
    return [(one.work_id, one.row, one.certainty) for one in rows]


def _page(session: Session, now: datetime, dataset: str) -> tuple[LocationKey, Offer]:
    place = factories.location(session, now)
    where = LocationKey(place.key, "repository", place.url)
    return where, Offer(dataset, where, "The heading names it.", claimed=False)


def _report(session: Session, keyring: Keyring, now: datetime, page: LocationKey, *offers: Offer) -> Case:
    report = factories.report(session, keyring, now)
    return sightings.record(session, keyring, report.id, page, [], [], now, offers)


def test_what_a_scan_finds_is_kept_once_however_often_it_is_handed_over(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        first, second = (factories.work(session, keyring, now).id for _ in range(2))
        one = scan(session, now)
        batch = [Match(first, row=7), Match(first, row=3), Match(second, row=9)]
        assert memberships.take(session, one.id, batch, now) == 2
        assert memberships.take(session, one.id, batch, now) == 0
        assert _kept(session) == [(first, 3, Certainty.HOLDS), (second, 9, Certainty.HOLDS)]
        session.expire(one)
        assert one.matches == 2


def test_a_place_is_kept_without_what_no_database_or_page_can_bear(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work, one = factories.work(session, keyring, now), scan(session, now)
        memberships.take(session, one.id, [Match(work.id, place="member a\x00\ud800\u202egpj.b, line 1")], now)
        assert session.scalars(select(Membership.place)).all() == ["member a gpj.b, line 1"]


def test_creators_see_which_datasets_name_works_of_a_registration(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work, other = factories.work(session, keyring, now), factories.work(session, keyring, now)
        for dataset in (CELEB, CELEB, DUKE, None):
            memberships.take(session, scan(session, now, dataset).id, [Match(work.id)], now)
        assert memberships.of_registration(session, work.registration_id) == [(DUKE, 1), (CELEB, 1)]
        assert memberships.of_registration(session, other.registration_id) == []


def test_a_surer_row_takes_the_place_of_a_guessed_one_and_never_the_other_way(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work, one = factories.work(session, keyring, now).id, scan(session, now)
        memberships.take(session, one.id, [Match(work, row=1, how="guessed")], now)
        assert _kept(session) == [(work, 1, Certainty.MAY_HOLD)]
        memberships.take(session, one.id, [Match(work, row=5)], now)
        memberships.take(session, one.id, [Match(work, row=2, how="distance")], now)
        assert _kept(session) == [(work, 5, Certainty.HOLDS)]


def test_a_work_that_was_withdrawn_deleted_or_denied_is_a_member_of_nothing(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        gone = factories.work(session, keyring, now, state=WorkState.WITHDRAWN).id
        denied = factories.work(session, keyring, now).id
        session.add(Suppression(work_id=denied, observed="flickr:photo:1", created_at=now))
        one = scan(session, now)
        assert memberships.take(session, one.id, [Match(gone), Match(denied), Match(987_654)], now) == 0


def test_certainty_follows_the_lineage() -> None:
    assert lineage.certainties(CELEB)[CELEB] is Certainty.HOLDS
    assert lineage.certainties(ARCFACE)[CELEB] is Certainty.MAY_HOLD, "cleaned: some were left out"
    assert lineage.certainties(CELEB)[ARCFACE] is Certainty.SHOULD_HOLD, "made from it alone"
    assert lineage.certainties("rfw")[ARCFACE] is Certainty.MAY_HOLD, "made from the same"
    assert lineage.certainties(CELEB)[GLINT] is Certainty.MAY_HOLD, "made from two: it may be from the other"
    assert MIXED not in lineage.certainties(GLINT), "two uncertain steps say nothing"
    assert DUKE not in lineage.certainties(CELEB)
    assert lineage.told_by(DUKE) >= {DUKE, "dukemtmc-reid"}
    assert CELEB not in lineage.told_by(DUKE)


def test_a_guess_stays_a_guess_along_the_lineage(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work, one = factories.work(session, keyring, now).id, scan(session, now)
        memberships.take(session, one.id, [Match(work, how="guessed")], now)
        [held] = inheritance.held_by(session, {CELEB})
        assert held.copies == {CELEB: Certainty.MAY_HOLD}


def test_the_surest_of_several_lists_proves_it_and_each_copy_has_its_own_certainty(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now).id
        cleaned, original = scan(session, now, ARCFACE), scan(session, now, CELEB)
        memberships.take(session, original.id, [Match(work, row=4)], now)
        memberships.take(session, cleaned.id, [Match(work, row=8)], now)
        [held] = inheritance.held_by(session, {CELEB, ARCFACE, "rfw"})
        assert held.copies == {CELEB: Certainty.HOLDS, ARCFACE: Certainty.HOLDS, "rfw": Certainty.MAY_HOLD}
        assert inheritance.held_by(session, {DUKE}) == []
        assert inheritance.held_by(session, {CELEB}, work_ids=[work + 1]) == []


def test_what_a_newer_list_leaves_out_a_copy_only_may_hold(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        stays, leaves, comes = (factories.work(session, keyring, now).id for _ in range(3))
        older, newer = scan(session, now), scan(session, now)
        memberships.take(session, older.id, [Match(stays), Match(leaves)], now)
        scans.finish(session, older.id, 10, now)
        memberships.take(session, newer.id, [Match(stays), Match(comes)], now)
        assert {one.copies[CELEB] for one in inheritance.held_by(session, {CELEB})} == {Certainty.HOLDS}
        scans.finish(session, newer.id, 12, now)
        by_work = {one.work_id: one.copies[CELEB] for one in inheritance.held_by(session, {CELEB})}
        assert by_work == {stays: Certainty.HOLDS, leaves: Certainty.MAY_HOLD, comes: Certainty.HOLDS}
        assert versions.compare(session, older, newer) == versions.Difference(added=1, kept=1, removed=1, rows=2)


def test_a_page_that_offers_a_copy_lists_the_members_without_any_download(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work, withdrawn = factories.work(session, keyring, now), factories.work(session, keyring, now)
        one = scan(session, now)
        memberships.take(session, one.id, [Match(work.id, row=12), Match(withdrawn.id)], now)
        works.withdraw(session, _owner(session, withdrawn), withdrawn.id, now)
        page, offer = _page(session, now, ARCFACE)
        case = _report(session, keyring, now, page, offer)
        [sighting] = session.scalars(select(Sighting).where(Sighting.case_id == case.id))
        assert (sighting.work_id, sighting.basis) == (work.id, Basis.MEMBERSHIP)
        [evidence] = sighting.evidence
        assert evidence.observed == "member:ms-celeb-1m"
        assert evidence.facts["copies"] == {ARCFACE: "may-hold"}
        assert (evidence.facts["row"], evidence.facts["scan"]) == (12, one.id)
        version = case.version
        assert _report(session, keyring, now, page, offer).version == version, "nothing is new"
        assert session.scalars(select(Evidence)).all() == [evidence]


def _owner(session: Session, work: Work) -> Account:
    return session.get_one(Account, work.creator_id)


def test_a_claimed_copy_lists_nobody(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        one = scan(session, now)
        memberships.take(session, one.id, [Match(factories.work(session, keyring, now).id)], now)
        page, offer = _page(session, now, CELEB)
        claim = Offer(offer.dataset, offer.where, "A watcher says so.", claimed=True)
        case = _report(session, keyring, now, page, claim)
        assert session.scalars(select(Sighting).where(Sighting.case_id == case.id)).all() == []


def test_a_list_scanned_later_reaches_the_cases_that_are_there_but_none_that_was_dismissed(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        offers = [_page(session, now, dataset) for dataset in (ARCFACE, ARCFACE, DUKE)]
        confirmed, dismissed, other = (_report(session, keyring, now, page, offer) for page, offer in offers)
        confirmed.state, confirmed.decided_at = CaseState.CONFIRMED, now
        dismissed.state, dismissed.decided_at = CaseState.DISMISSED, now
        session.flush()
        one, later = scan(session, now), now + timedelta(hours=1)
        memberships.take(session, one.id, [Match(factories.work(session, keyring, now).id)], later)
        scans.finish(session, one.id, 10, later)
        assert (confirmed.state, confirmed.version) == (CaseState.OPEN, 2)
        assert [case.state for case in (dismissed, other)] == [CaseState.DISMISSED, CaseState.OPEN]
        assert [one.case_id for one in session.scalars(select(Sighting))] == [confirmed.id]
        assert spreading.spread(session, {CELEB}, later) == 0


def test_a_withdrawn_work_leaves_memberships_and_cases(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        listed, both = factories.work(session, keyring, now), factories.work(session, keyring, now)
        one = scan(session, now)
        memberships.take(session, one.id, [Match(listed.id), Match(both.id)], now)
        page, offer = _page(session, now, CELEB)
        location = session.scalars(select(Location).where(Location.key == page.key)).one()
        factories.case(session, now, (both,), at=location)
        _report(session, keyring, now, page, offer)
        for work in (listed, both):
            works.withdraw(session, _owner(session, work), work.id, now)
        session.expire_all()
        assert session.scalars(select(Membership)).all() == []
        [seen] = session.scalars(select(Sighting))
        assert (seen.work_id, seen.basis) == (both.id, Basis.KEY), "what was seen itself stays"
        assert [evidence.basis for evidence in seen.evidence] == [Basis.KEY]


def test_who_denies_a_listing_is_not_listed_by_it_again(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work, one = factories.work(session, keyring, now), scan(session, now)
        memberships.take(session, one.id, [Match(work.id)], now)
        session.add(Suppression(work_id=work.id, observed=inheritance.observed_name(CELEB), created_at=now))
        session.flush()
        assert inheritance.held_by(session, {ARCFACE}) == []


def test_every_way_to_find_a_work_has_its_certainty() -> None:
    assert set(memberships._CERTAIN) == set(WayWon)
