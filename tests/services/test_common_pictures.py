"""Pictures that many have: never a match, quarantined when one matches too much, verified again when it is cleared."""

from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, InvalidInput, NotFound
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.domain.states import Basis, JobState, Listing, Standing
from commonswatch.keyring import Keyring
from commonswatch.models import AuditEntry, CommonPicture, Evidence, HeldReport, Job, ListChange, Sighting
from commonswatch.services.excluding import pictures, quarantine
from commonswatch.services.reporting import matching
from commonswatch.services.reporting.matching import Match
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

BITS = bytes(range(32))
FAR = bytes(reversed(range(100, 132)))


def _near(bits: bytes, count: int) -> bytes:
    return (int.from_bytes(bits) ^ ((1 << count) - 1)).to_bytes(32)


def _picture(bits: bytes) -> Fingerprint:
    return Fingerprint("pdq", "original", bits, 80)


def _seen(session: Session, now: datetime, work: int, sites: int, *, first: int = 0, claimed: bool = False) -> None:
    """Evidence that the work's picture was recognised on so many sites."""
    for number in range(first, first + sites):
        place = factories.location(session, now, key=f"url:site{number}.example/a")
        place.site = f"site{number}.example"
        case = factories.case(session, now, at=place)
        found = Evidence(basis=Basis.PDQ, observed=f"pdq:{BITS.hex()}", facts={"claimed": claimed}, at=now)
        sighting = Sighting(work_id=work, location_id=place.id, case_id=case.id, basis=Basis.PDQ, evidence=[found])
        sighting.first_seen = sighting.last_seen = now
        session.add(sighting)
    session.flush()


def _matches(session: Session) -> list[Match]:
    return matching.by_pdq(session, [_picture(_near(BITS, 3))])


def test_a_common_picture_matches_nothing_and_its_neighbours_neither(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, pdq=BITS)
        other = factories.work(session, keyring, now, pdq=FAR)
        assert len(_matches(session)) == 1
        pictures.add(session, "pdq", _near(BITS, 20), "The sign of a host: picture not available", "account:1", now)
        assert _matches(session) == []
        assert [one.work_id for one in matching.by_pdq(session, [_picture(FAR)])] == [other.id]


def test_a_common_file_matches_nothing_by_its_digest(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, sha256=BITS)
        assert len(matching.by_sha256(session, [BITS])) == 1
        entry = pictures.add(session, "sha256", BITS, "A placeholder", "account:1", now)
        assert matching.by_sha256(session, [BITS]) == []
        pictures.remove(session, entry.id, "account:1", now)
        assert len(matching.by_sha256(session, [BITS])) == 1


def test_a_work_on_too_many_sites_within_days_is_quarantined(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, pdq=BITS)
        _seen(session, now, work.id, quarantine.MOST_SITES)
        assert quarantine.notice(session, _matches(session), now) == []
        assert quarantine.notice(session, _matches(session), now + quarantine.WINDOW + timedelta(days=1)) == []
    with database.writing() as session:
        _seen(session, now, work.id, 1, first=quarantine.MOST_SITES)
        [entry] = quarantine.notice(session, _matches(session), now)
        assert (entry.bits, entry.standing) == (BITS, Standing.QUARANTINED)
        assert "31 sites" in entry.reason
        assert _matches(session) == []
        assert session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "picture.quarantined")).all() == [
            "system"
        ]


def test_what_watchers_only_claim_silences_no_work(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, pdq=BITS)
        _seen(session, now, work.id, quarantine.MOST_SITES + 5, claimed=True)
        assert quarantine.notice(session, _matches(session), now) == []


def test_one_picture_taken_for_very_many_works_is_quarantined(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        for number in range(quarantine.MOST_WORKS + 1):
            factories.work(session, keyring, now, pdq=_near(BITS, number % 10))
        found = _matches(session)
        assert quarantine.notice(session, found[:-1], now) == []
        assert [entry.bits for entry in quarantine.notice(session, found, now)] == [_near(BITS, 3)]
        assert _matches(session) == []


def test_a_creator_who_registers_a_picture_many_times_silences_nobody(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        mine = factories.work(session, keyring, now, pdq=BITS)
        other = factories.account(session, keyring, now)
        for _ in range(3 * quarantine.MOST_WORKS):
            factories.work(session, keyring, now, pdq=BITS, creator=other)
        assert quarantine.notice(session, _matches(session), now) == []
        assert mine.id in {match.work_id for match in _matches(session)}


def test_a_cleared_picture_matches_again_and_what_waited_is_verified_anew(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, pdq=BITS)
        moderator = factories.account(session, keyring, now)
        entry = pictures.add(session, "pdq", BITS, "Too many", "system", now, Standing.QUARANTINED)
        report = factories.report(session, keyring, now, b"{}")
        quarantine.hold(session, report.id, ["pdq:" + _near(BITS, 5).hex(), "sha256:" + FAR.hex()])
        quarantine.hold(session, report.id, ["pdq:" + BITS.hex()])
        assert pictures.waiting_reports(session, [entry.id]) == {entry.id: 1}
        pictures.decide(session, entry.id, Standing.CLEARED, moderator.id, now)
        assert len(_matches(session)) == 1
        job = session.scalars(select(Job).where(Job.key == report.receipt)).one()
        assert job.state == JobState.QUEUED
        assert session.scalars(select(HeldReport)).all() == []


def test_what_a_moderator_cleared_is_not_quarantined_again(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, pdq=BITS)
        pictures.add(session, "pdq", BITS, "It is everywhere, and it is hers", "account:1", now, Standing.CLEARED)
        _seen(session, now, work.id, quarantine.MOST_SITES + 5)
        assert quarantine.notice(session, _matches(session), now) == []


def test_a_common_picture_of_a_listed_work_changes_the_watch_list(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        listed, other = (factories.work(session, keyring, now, pdq=bits) for bits in (BITS, FAR))
        listed.listing = other.listing = Listing.PUBLIC
        session.flush()
        pictures.add(session, "pdq", BITS, "A logo", "account:1", now)
        assert session.scalars(select(ListChange.work_id)).all() == [listed.id]


def test_decisions_that_make_no_sense_are_refused(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        moderator = factories.account(session, keyring, now)
        entry = pictures.add(session, "pdq", BITS, "A logo", "account:1", now)
        for wrong in ("", "pdq:12", "md5:" + "ab" * 16, "pdq:" + "zz" * 32, "ab" * 32):
            with pytest.raises(InvalidInput):
                pictures.read_fingerprint(wrong)
        with pytest.raises(Conflict):
            pictures.add(session, "pdq", BITS, "Again", "account:1", now)
        with pytest.raises(InvalidInput):
            pictures.add(session, "pdq", FAR, "  ", "account:1", now)
        with pytest.raises(Conflict):
            pictures.decide(session, entry.id, Standing.COMMON, moderator.id, now)
        with pytest.raises(NotFound):
            pictures.decide(session, entry.id + 1, Standing.CLEARED, moderator.id, now)
        assert pictures.count(session) == {Standing.COMMON: 1}
        assert [one.id for one in pictures.read(session)] == [entry.id]
        assert session.scalars(select(CommonPicture)).one().decided_by is None
