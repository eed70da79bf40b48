"""Which registered works an observed video shows: enough scenes of a video, or a picture within it."""

import hashlib
from datetime import datetime

from commonswatch.db import Database
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.keyring import Keyring
from commonswatch.models import FingerprintOfWork, Suppression, Work
from commonswatch.services.reporting import videos
from sqlalchemy.orm import Session

from tests import factories


def scene(number: int) -> bytes:
    return hashlib.sha256(b"scene %d" % number).digest()


def near(bits: bytes, count: int = 12) -> bytes:
    return (int.from_bytes(bits) ^ ((1 << count) - 1)).to_bytes(32)


def frames(*numbers: int) -> list[Fingerprint]:
    """As another encoder leaves them."""
    return [Fingerprint("pdq", f"frame-{at:03}", near(scene(one)), 90) for at, one in enumerate(numbers)]


def registered(session: Session, keyring: Keyring, now: datetime, *numbers: int) -> Work:
    work = factories.work(session, keyring, now)
    work.fingerprints.clear()
    for at, number in enumerate(numbers):
        row = FingerprintOfWork(algorithm="pdq", rendition=f"frame-{at:03}", bits=scene(number), quality=90)
        work.fingerprints.append(row)
    session.flush()
    return work


def test_a_clip_of_a_video_is_found_with_its_nearest_frame(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        film = registered(session, keyring, now, *range(12))
        registered(session, keyring, now, *range(50, 60))
        [(match, agreed)] = videos.by_frames(session, frames(90, 4, 5, 6))
    assert (match.work_id, match.distance) == (film.id, 12)
    assert (agreed.agreeing, agreed.scenes) == (3, 4)


def test_a_title_that_two_videos_share_is_no_match(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        registered(session, keyring, now, *range(12))
        assert videos.by_frames(session, frames(0, 91, 92, 93, 94)) == []


def test_a_registered_picture_within_a_video_is_found(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        picture = factories.work(session, keyring, now, pdq=scene(3))
        [(match, _)] = videos.by_frames(session, frames(80, 81, 3, 82, 83))
    assert (match.work_id, match.rendition) == (picture.id, "original")


def test_not_mine_of_one_frame_ends_the_whole_match(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        film = registered(session, keyring, now, *range(12))
        session.add(Suppression(work_id=film.id, observed=f"pdq:{near(scene(4), 5).hex()}", created_at=now))
        session.flush()
        assert videos.by_frames(session, frames(4, 5, 6)) == []


def test_a_video_without_frames_that_prove_anything_matches_nothing(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        registered(session, keyring, now, *range(12))
        dull = [Fingerprint("pdq", one.rendition, one.bits, 10) for one in frames(1, 2, 3)]
        assert videos.by_frames(session, dull) == []
        assert videos.by_frames(session, []) == []
