"""A scan goes through its states once, can be stopped and taken up again, and its manifest does not stay."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.states import ScanState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, AuditEntry, Job, Scan
from commonswatch.services.scanning import folder, here, opening, scans, speed
from commonswatch.settings import Settings
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests import factories


def _open(session: Session, keyring: Keyring, now: datetime, form: str = "form", **more: object) -> Scan:
    account = session.scalars(select(Account)).first() or factories.account(session, keyring, now)
    values = {"name": "list.tsv", "dataset": "ms-celeb-1m", "form_token": form, "now": now, **more}
    scan, _ = opening.open_scan(session, keyring, account, **values)  # type: ignore[arg-type]
    return scan


def test_a_scan_is_opened_begun_noted_and_finished(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        scan = _open(session, keyring, now, size=100)
        assert _open(session, keyring, now) is scan, "a form sent twice is one scan"
        assert [(job.kind, job.payload) for job in session.scalars(select(Job))] == [("scan", {"scan": scan.id})]
        task = scans.begin(session, scan.id, now)
        assert task is not None
        assert (task.scan_id, task.dataset, task.url) == (scan.id, "ms-celeb-1m", "")
        assert scans.begin(session, scan.id, now) == task, "again after a crash"
        assert scans.note(session, scan.id, scans.Progress(50, 40, 100), now)
        scans.finish(session, scan.id, 120, now, index_file="1.index")
        scans.finish(session, scan.id, 999, now)
        session.expire(scan)
        assert (scan.state, scan.rows, scan.index_file) == (ScanState.DONE, 120, "1.index")
        assert not scans.note(session, scan.id, scans.Progress(60), now)
        assert scans.begin(session, scan.id, now) is None
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions == ["scan.open", "scan.finish"]


def test_what_broke_off_is_partial_and_says_why(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        scan, other = (_open(session, keyring, now, token) for token in "ab")
        scans.begin(session, scan.id, now)
        scans.finish(session, scan.id, 10, now, partial="The file ends in the middle.")
        scans.fail(session, other.id, "This is no manifest.", now)
        assert (scan.state, scan.problem) == (ScanState.PARTIAL, "The file ends in the middle.")
        assert (other.state, other.problem) == (ScanState.FAILED, "This is no manifest.")


def test_a_cancelled_scan_stops_and_is_taken_up_again(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        scan = _open(session, keyring, now)
        moderator = session.scalars(select(Account)).one()
        scans.begin(session, scan.id, now)
        session.execute(update(Job).values(state="leased"))
        scans.cancel(session, scan.id, moderator, now)
        session.flush()
        assert not scans.note(session, scan.id, scans.Progress(60), now)
        with pytest.raises(Conflict):
            scans.cancel(session, scan.id, moderator, now)
        with pytest.raises(Conflict, match="being stopped"):
            scans.resume(session, scan.id, moderator, manifest_kept=True, now=now)
        session.execute(update(Job).values(state="done"))
        with pytest.raises(Conflict, match="deleted"):
            scans.resume(session, scan.id, moderator, manifest_kept=False, now=now)
        scans.resume(session, scan.id, moderator, manifest_kept=True, now=now)
        assert scan.state is ScanState.WAITING
        assert len(session.scalars(select(Job.id).where(Job.state == "queued")).all()) == 1
        assert scans.begin(session, scan.id, now) is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"dataset": "no-such-set"}, "no dataset"),
        ({"url": "ftp://example.org/list.tsv"}, "must be whole and begin with https"),
        ({"url": "https://pan.baidu.com/s/1Example00?pwd=ab12"}, "access code"),
    ],
)
def test_what_cannot_be_scanned_is_refused(
    database: Database, keyring: Keyring, now: datetime, wrong: dict[str, str], words: str
) -> None:
    with database.writing() as session, pytest.raises(InvalidInput, match=words):
        _open(session, keyring, now, **wrong)


def test_not_more_wait_than_the_disk_holds(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        for number in range(opening.MOST_WAITING):
            _open(session, keyring, now, str(number))
        with pytest.raises(Conflict):
            _open(session, keyring, now, "one more")


def test_manifests_are_forgotten_when_they_were_read_or_laid_aside_for_a_week(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    with database.writing() as session:
        waiting, done, cancelled, old = (_open(session, keyring, now, token) for token in "abcd")
        done.state, done.finished_at = ScanState.DONE, now
        cancelled.state, cancelled.finished_at = ScanState.CANCELLED, now - timedelta(days=1)
        old.state, old.finished_at = ScanState.CANCELLED, now - timedelta(days=8)
        session.flush()
        numbers = [one.id for one in (waiting, done, cancelled, old)]
        for number in (*numbers, 999):
            folder.manifest(settings.home, number).write_bytes(b"a\n")
        kept = sorted(folder.kept_manifests(settings.home))
        assert kept == [*numbers, 999]
        assert sorted(scans.to_forget(session, kept, now)) == [done.id, old.id, 999]
    folder.incoming(settings.home, "token").write_bytes(b"half")
    folder.forget_uploads(settings.home, now - timedelta(days=9000))
    assert folder.incoming(settings.home, "token").exists()
    os.utime(folder.incoming(settings.home, "token"), (0, 0))
    folder.forget_uploads(settings.home, now)
    assert not folder.incoming(settings.home, "token").exists()


def test_a_scan_that_a_command_broke_off_is_gone_on_with_and_ends_when_nobody_comes(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    def again(**more: object) -> int:
        values = {"name": "list.tsv", "dataset": "MegaFace", "size": 100, "now": now, **more}
        return here.open_scan(session, **values)  # type: ignore[arg-type]

    with database.writing() as session:
        of_the_site = _open(session, keyring, now, size=100)
        number = again()
        assert number != of_the_site.id
        assert again() == number, "the same list again"
        assert scans.get(session, number).tries == 2, "so its pace is not known"
        assert len({again(size=101), again(size=None), again(size=None), again(dataset=None)}) == 4, "other lists"
        here.leave(session, number, now)
        assert scans.get(session, number).state is ScanState.CANCELLED
        assert again() == number
        here.end_abandoned(session, now + here.ABANDONED)
        assert scans.get(session, number).state is ScanState.READING
        here.end_abandoned(session, now + here.ABANDONED + timedelta(seconds=1))
        session.expire_all()
        assert (scans.get(session, number).state, scans.get(session, number).finished_at) == (ScanState.CANCELLED, now)
        assert of_the_site.state is ScanState.WAITING
        again()
        scans.finish(session, number, 120, now)
        here.leave(session, number, now)
        assert scans.get(session, number).state is ScanState.DONE
        assert again() != number, "what was read to its end stays"


def test_what_a_killed_command_left_is_forgotten_after_a_while(settings: Settings) -> None:
    left = folder.checkpoint_here(settings.home, settings.home / "list.tsv")
    (left / "range-0").mkdir(parents=True)
    then = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    folder.forget_checkpoints(settings.home, then - timedelta(seconds=1))
    assert left.exists()
    folder.forget_checkpoints(settings.home, then + timedelta(seconds=1))
    assert not left.exists()


def test_the_pace_is_told_where_it_is_known(now: datetime) -> None:
    def scan(seconds: float, **more: object) -> Scan:
        values = {"rows": 100, "bytes_read": 25, "bytes_total": 100, "tries": 1, "state": ScanState.READING, **more}
        return Scan(started_at=now, noted_at=now + timedelta(seconds=seconds), **values)

    assert speed.of(scan(10)) == speed.Pace(10.0, 0.25, 30.0)
    assert speed.of(scan(0.5)) == speed.Pace(None, 0.25, None), "over at once"
    assert speed.of(scan(10, tries=2)) == speed.Pace(None, 0.25, None), "the pause is not known"
    assert speed.of(scan(10, state=ScanState.WAITING)) == speed.Pace(None, None, None)
    ended = scan(10, state=ScanState.DONE, finished_at=now + timedelta(seconds=20))
    assert speed.of(ended) == speed.Pace(5.0, None, None)


def test_what_a_place_did_not_give_is_not_among_the_scans(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        shown = _open(session, keyring, now)
        shown.state = ScanState.FAILED
        place = factories.location(session, now)
        at_place = Scan(name="share", state=ScanState.FAILED, created_at=now, location_id=place.id)
        session.add(at_place)
        session.flush()
        assert [scan.id for scan in scans.newest(session, 1)] == [shown.id]
        assert scans.count(session) == 1
        at_place.state = ScanState.PARTIAL
        session.flush()
        assert scans.count(session) == 2
