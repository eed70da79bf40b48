"""Which works an observed key, digest or picture belongs to; withdrawn and denied ones never."""

from datetime import datetime, timedelta

from commonswatch.db import Database
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.domain.states import Basis, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import FingerprintOfWork, Suppression
from commonswatch.services.reporting import matching
from sqlalchemy import delete

from tests import factories

BITS = bytes(range(32))


def _changed(bits: bytes, count: int) -> bytes:
    """``bits`` with the first ``count`` bits turned over."""
    return (int.from_bytes(bits) ^ ((1 << count) - 1)).to_bytes(32)


def _picture(bits: bytes, quality: int = 80) -> Fingerprint:
    return Fingerprint("pdq", "original", bits, quality)


def test_every_work_with_a_key_is_found_but_not_withdrawn_ones(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        one, two = (factories.work(session, keyring, now, key="flickr:photo:1") for _ in range(2))
        factories.work(session, keyring, now, key="flickr:photo:1", state=WorkState.WITHDRAWN)
        waiting = factories.work(session, keyring, now, key="flickr:photo:2", state=WorkState.WAITING)
        found = matching.by_key(session, {"flickr:photo:1", "flickr:photo:2", "flickr:photo:3"})
    assert {match.work_id for match in found} == {one.id, two.id, waiting.id}


def test_a_thousand_keys_are_looked_up_at_once(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key="flickr:photo:777")
        found = matching.by_key(session, {f"flickr:photo:{number}" for number in range(1200)})
    assert [match.work_id for match in found] == [work.id]


def test_a_picture_matches_up_to_31_bits_and_not_at_32(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, pdq=BITS)
        [match] = matching.by_pdq(session, [_picture(_changed(BITS, 31))])
        assert (match.work_id, match.distance, match.rendition, match.basis) == (work.id, 31, "original", Basis.PDQ)
        assert matching.by_pdq(session, [_picture(_changed(BITS, 32))]) == []


def test_a_featureless_picture_proves_nothing_on_either_side(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, pdq=BITS)
        factories.work(session, keyring, now, pdq=_changed(bytes(32), 255), quality=49)
        assert matching.by_pdq(session, [_picture(BITS, quality=49)]) == []
        assert matching.by_pdq(session, [_picture(_changed(bytes(32), 255))]) == []


def test_the_nearest_rendition_is_named(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, pdq=BITS)
        work.fingerprints.append(
            FingerprintOfWork(algorithm="pdq", rendition="200", bits=_changed(BITS, 20), quality=80)
        )
        session.flush()
        [match] = matching.by_pdq(session, [_picture(_changed(BITS, 19))])
    assert (match.rendition, match.distance) == ("200", 1)


def test_works_registered_replaced_and_withdrawn_meanwhile_are_followed(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        first = factories.work(session, keyring, now, pdq=BITS)
        assert len(matching.by_pdq(session, [_picture(BITS)])) == 1
    with database.writing() as session:
        second = factories.work(session, keyring, now + timedelta(hours=1), pdq=BITS)
        assert {match.work_id for match in matching.by_pdq(session, [_picture(BITS)])} == {first.id, second.id}
    with database.writing() as session:
        first = session.merge(first)
        session.execute(delete(FingerprintOfWork).where(FingerprintOfWork.work_id == first.id))
        session.add(
            FingerprintOfWork(
                work_id=first.id, algorithm="pdq", rendition="original", bits=_changed(BITS, 100), quality=80
            )
        )
        first.examined_at = now + timedelta(hours=2)
        session.merge(second).state = WorkState.WITHDRAWN
    with database.reading() as session:
        assert matching.by_pdq(session, [_picture(BITS)]) == []
        assert [match.work_id for match in matching.by_pdq(session, [_picture(_changed(BITS, 100))])] == [first.id]


def test_what_somebody_denied_is_never_matched_again(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        denied = factories.work(session, keyring, now, key="flickr:photo:5", pdq=BITS, sha256=BITS)
        other = factories.work(session, keyring, now, key="flickr:photo:5", pdq=BITS, sha256=BITS)
        for observed in ("flickr:photo:5", f"sha256:{BITS.hex()}", f"pdq:{_changed(BITS, 3).hex()}"):
            session.add(Suppression(work_id=denied.id, observed=observed, created_at=now))
        session.flush()
        found = [
            *matching.by_key(session, {"flickr:photo:5"}),
            *matching.by_sha256(session, {BITS}),
            *matching.by_pdq(session, [_picture(_changed(BITS, 5))]),
        ]
    assert {match.work_id for match in found} == {other.id}
    assert {match.basis for match in found} == {Basis.KEY, Basis.SHA256, Basis.PDQ}
