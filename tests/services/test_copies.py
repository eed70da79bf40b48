"""Copies: what a page hands out, how sure that is, and what may be counted in public."""

from datetime import datetime, timedelta

from commonswatch.db import Database
from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import CaseState
from commonswatch.models import Case, Copy, Location
from commonswatch.services.reporting import copies
from commonswatch.services.reporting.copies import Offer
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

CELEB, DUKE = "ms-celeb-1m", "dukemtmc"


def _key(place: Location, access: str | None = None, *, hidden: bool = False) -> LocationKey:
    return LocationKey(place.key, "share", place.url, access=access, hidden=hidden)


def _record(session: Session, now: datetime, page: Location, *offers: Offer) -> list[str]:
    ids = {place.key: place.id for place in session.scalars(select(Location))}
    return copies.record(session, page.id, ids, offers, now)


def _read(place: Location, dataset: str = CELEB, reason: str = "The heading names it.", **values: object) -> Offer:
    return Offer(dataset, _key(place, **values), reason, claimed=False)  # type: ignore[arg-type]


def _all(session: Session) -> list[Copy]:
    return list(session.scalars(select(Copy).order_by(Copy.id).execution_options(populate_existing=True)))


def test_a_copy_is_one_row_however_often_it_is_read(database: Database, now: datetime) -> None:
    later = now + timedelta(days=3)
    with database.writing() as session:
        page, share = factories.location(session, now), factories.location(session, now)
        assert _record(session, now, page, _read(share), _read(share), _read(page, DUKE)) == [DUKE, CELEB]
        assert _record(session, later, page, _read(share, reason="The link text names it.")) == []
        assert [(row.dataset, row.location_id) for row in _all(session)] == [(CELEB, share.id), (DUKE, page.id)]
        [celeb, _] = _all(session)
        assert (celeb.first_seen, celeb.last_seen, celeb.reason) == (now, later, "The link text names it.")


def test_one_share_linked_from_two_pages_belongs_to_both(database: Database, now: datetime) -> None:
    with database.writing() as session:
        first, second, share = (factories.location(session, now) for _ in range(3))
        for page in (first, second):
            assert _record(session, now, page, _read(share)) == [CELEB]
        found = copies.at(session, [first.id, second.id, share.id])
        assert {place: len(rows) for place, rows in found.items()} == {first.id: 1, second.id: 1, share.id: 2}


def test_a_claim_stays_a_claim_until_the_server_reads_it_and_never_the_other_way(
    database: Database, now: datetime
) -> None:
    later, last = now + timedelta(days=1), now + timedelta(days=2)
    with database.writing() as session:
        page, share = factories.location(session, now), factories.location(session, now)
        assert _record(session, now, page, Offer(CELEB, _key(share))) == []
        assert [row.claimed for row in _all(session)] == [True]
        assert _record(session, later, page, _read(share)) == [CELEB]
        assert [(row.claimed, row.first_seen) for row in _all(session)] == [(False, later)]
        _record(session, last, page, Offer(CELEB, _key(share)))
        assert [(row.claimed, row.reason, row.last_seen) for row in _all(session)] == [
            (False, "The heading names it.", later)
        ]


def test_what_the_server_read_comes_before_what_is_claimed(database: Database, now: datetime) -> None:
    with database.writing() as session:
        page = factories.location(session, now)
        factories.copy(session, now, page, dataset="asian-celeb", claimed=True)
        factories.copy(session, now, page)
        assert [row.dataset for row in copies.at(session, [page.id])[page.id]] == [CELEB, "asian-celeb"]


def test_a_page_without_end_fills_only_so_many_rows(database: Database, now: datetime) -> None:
    with database.writing() as session:
        page = factories.location(session, now)
        shares = [factories.location(session, now) for _ in range(copies.MOST_HERE + 20)]
        claims = [Offer(CELEB, _key(share)) for share in shares]
        _record(session, now, page, *claims)
        assert len(_all(session)) == copies.MOST_HERE // 4
        _record(session, now, page, *(_read(share, DUKE) for share in shares))
        _record(session, now, page, *(_read(share) for share in shares))
        assert len(_all(session)) == copies.MOST_HERE


def test_a_reason_never_spells_out_a_code_or_the_hash_of_a_torrent(database: Database, now: datetime) -> None:
    with database.writing() as session:
        page, share, torrent = (factories.location(session, now) for _ in range(3))
        _record(
            session,
            now,
            page,
            _read(share, reason="The link text is “pan.example/s/1abc?pwd=zx9q”.", access="zx9q"),
            _read(torrent, DUKE, reason=f"The link names {'0123456789' * 4}.", hidden=True),
        )
        words = [row.reason for row in _all(session)]
    assert words == ["The link text is “pan.example/s/1abc?pwd=…”.", "The link names …."]


def test_the_public_counts_only_what_a_moderator_confirmed(database: Database, now: datetime) -> None:
    march, may = datetime(2026, 3, 9, tzinfo=now.tzinfo), datetime(2026, 5, 2, tzinfo=now.tzinfo)
    with database.writing() as session:
        confirmed, again, undecided, dismissed, claimed = (factories.location(session, now) for _ in range(5))
        share = factories.location(session, now)
        for page in (confirmed, again):  # both hand out the same share: one place, first seen in March
            factories.copy(session, march if page is again else may, page, at=share)
            factories.case(session, now, at=page, state=CaseState.CONFIRMED)
        factories.copy(session, may, confirmed)
        factories.copy(session, may, undecided)
        factories.case(session, now, at=undecided)
        factories.copy(session, may, dismissed)
        factories.case(session, now, at=dismissed, state=CaseState.DISMISSED)
        factories.copy(session, may, claimed, claimed=True)
        factories.case(session, now, at=claimed, state=CaseState.CONFIRMED)
        factories.copy(session, may, factories.location(session, now))  # no case at all
        assert copies.seen(session, CELEB) == copies.Seen(2, (("2026-03", 1), ("2026-05", 1)))
        assert copies.seen(session, DUKE) == copies.Seen(0, ())


def test_a_confirmation_covers_what_was_there_and_stands_while_the_case_is_open_again(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        page = factories.location(session, now)
        case = factories.case(session, now, at=page, state=CaseState.CONFIRMED)
        factories.copy(session, now - timedelta(days=1), page)
        factories.copy(session, now + timedelta(days=1), page, dataset=DUKE)
        session.get_one(Case, case.id).state = CaseState.OPEN
        session.flush()
        assert copies.confirmed_at(session, [page.id]) == {page.id: [CELEB]}
        assert copies.seen(session, DUKE).total == 0
