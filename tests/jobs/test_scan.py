"""The job that reads a manifest: found works become memberships, the index stays, the manifest goes."""

import gzip
from pathlib import Path

from commonswatch.context import Context
from commonswatch.domain.states import JobState, ScanState
from commonswatch.jobs import scan as job_of_scans
from commonswatch.jobs.scan import SCAN
from commonswatch.manifests.index import KeyIndex
from commonswatch.manifests.kernel import key_digest
from commonswatch.models import Job, Membership, Scan
from commonswatch.services.scanning import checking, folder, opening, scans
from commonswatch.services.upkeep.queue import ClaimedJob
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

PHOTO = 54_000_000_000


def _key(number: int) -> str:
    return f"flickr:photo:{PHOTO + number}"


def _manifest(rows: int) -> bytes:
    lines = (f"{n}\thttps://live.staticflickr.com/1/{PHOTO + n}_0123456789_z.jpg\n" for n in range(rows))
    return gzip.compress("".join(["id\turl\n", *lines]).encode())


def _opened(context: Context, data: bytes | None, url: str = "") -> int:
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, context.now())
        made, _ = opening.open_scan(
            session,
            context.keyring,
            account,
            name="list.tsv.gz",
            dataset="megaface",
            form_token="one",
            url=url,
            now=context.now(),
        )
        number = made.id
    if data is not None:
        folder.manifest(context.settings.home, number).write_bytes(data)
    return number


def _run(context: Context, number: int) -> Scan:
    job = ClaimedJob(1, "scan", f"{number}:1", {"scan": number}, 1, "me", context.now())
    record = SCAN.run(context, job)
    with context.database.writing() as session:
        record(session, context.now())
    with context.database.reading() as session:
        found = session.get(Scan, number)
        assert found is not None
        return found


def _members(session: Session) -> list[tuple[int, int]]:
    return sorted((one.work_id, one.row) for one in session.scalars(select(Membership)))


def test_a_scanned_manifest_leaves_memberships_and_an_index_and_goes(context: Context) -> None:
    with context.database.writing() as session:
        works = [factories.work(session, context.keyring, context.now(), key=_key(n)).id for n in (2, 40)]
    number = _opened(context, _manifest(50))
    scan = _run(context, number)
    assert (scan.state, scan.rows, scan.matches, scan.problem) == (ScanState.DONE, 50, 2, None)
    with context.database.reading() as session:
        assert _members(session) == [(works[0], 2), (works[1], 40)]
    assert {path.name for path in folder.of(context.settings.home).iterdir()} == {f"{number}.index"}
    secret = checking.index_secret(context.keyring)
    with KeyIndex.open(folder.index(context.settings.home, number)) as index:
        assert index.rows_of(key_digest(secret, _key(17))) == [17]


def test_a_manifest_that_breaks_off_is_partial_and_one_that_is_gone_has_failed(context: Context) -> None:
    partial = _run(context, _opened(context, _manifest(5000)[:-2000]))
    assert partial.state is ScanState.PARTIAL
    assert partial.problem
    assert 0 < partial.rows < 5000


def test_a_manifest_that_is_gone_or_is_none_has_failed(context: Context) -> None:
    gone = _run(context, _opened(context, None))
    assert (gone.state, gone.problem) == (ScanState.FAILED, "The list was deleted meanwhile. Upload it once more.")


def test_a_cancelled_scan_stops_and_is_taken_up_again(context: Context, monkeypatch) -> None:
    monkeypatch.setattr(job_of_scans, "NOTE_EVERY", 0.0)
    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", -1.0)
    number = _opened(context, _manifest(50))
    note = scans.note

    def cancelled_meanwhile(session, scan_id, progress, now):
        account = factories.account(session, context.keyring, now)
        scans.cancel(session, scan_id, account, now)
        return note(session, scan_id, progress, now)

    monkeypatch.setattr(scans, "note", cancelled_meanwhile)
    assert _run(context, number).state is ScanState.CANCELLED
    assert folder.manifest(context.settings.home, number).exists()
    monkeypatch.setattr(scans, "note", note)
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, context.now())
        scans.resume(session, number, account, manifest_kept=True, now=context.now())
    scan = _run(context, number)
    assert (scan.state, scan.rows) == (ScanState.DONE, 50)


def test_a_scan_that_is_done_is_not_done_again(context: Context) -> None:
    number = _opened(context, _manifest(3))
    _run(context, number)
    assert _run(context, number).state is ScanState.DONE


def test_the_worker_knows_the_kind_and_gives_it_a_lane(context: Context) -> None:
    from commonswatch.jobs import HANDLERS
    from commonswatch.jobs.runner import SLOW

    assert HANDLERS["scan"] is SCAN
    assert "scan" in SLOW
    _opened(context, _manifest(3))
    with context.database.reading() as session:
        assert session.scalars(select(Job.state).where(Job.kind == "scan")).all() == [JobState.QUEUED]
    assert Path(context.settings.home).exists()


def test_what_is_found_is_told_while_it_is_read_and_stays_after_a_stop(context: Context, monkeypatch) -> None:
    monkeypatch.setattr(job_of_scans, "NOTE_EVERY", 0.0)
    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", -1.0)
    with context.database.writing() as session:
        factories.work(session, context.keyring, context.now(), key=_key(2))
        factories.work(session, context.keyring, context.now(), key=_key(299_990))
    number = _opened(context, _manifest(300_000))
    note, told = scans.note, []

    def stopped_at_the_third(session, scan_id, progress, now):
        told.append((progress.rows, session.get(Scan, scan_id).matches))
        if len(told) == 3:
            scans.cancel(session, scan_id, factories.account(session, context.keyring, now), now)
            session.flush()
        return note(session, scan_id, progress, now)

    monkeypatch.setattr(scans, "note", stopped_at_the_third)
    scan = _run(context, number)
    assert told[2][1] == 1, "found and told before the end"
    assert (scan.state, scan.matches) == (ScanState.CANCELLED, 1)
    assert folder.manifest(context.settings.home, number).exists()


def test_what_is_found_in_the_rows_told_of_last_stays_after_a_stop(context: Context, monkeypatch) -> None:
    monkeypatch.setattr(job_of_scans, "NOTE_EVERY", 0.0)
    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", -1.0)
    with context.database.writing() as session:
        factories.work(session, context.keyring, context.now(), key=_key(2))
    number = _opened(context, _manifest(50))
    note = scans.note

    def stopped(session, scan_id, progress, now):
        scans.cancel(session, scan_id, factories.account(session, context.keyring, now), now)
        session.flush()
        return note(session, scan_id, progress, now)

    monkeypatch.setattr(scans, "note", stopped)
    scan = _run(context, number)
    assert (scan.state, scan.matches) == (ScanState.CANCELLED, 1)
