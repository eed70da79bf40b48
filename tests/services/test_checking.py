"""A work registered tomorrow is found in every manifest read before, and a withdrawn one is forgotten by them."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from commonswatch.db import Database
from commonswatch.domain.states import Basis, Certainty, JobState, ScanState
from commonswatch.keyring import Keyring
from commonswatch.manifests.index import IndexWriter, KeyIndex, NotAnIndex
from commonswatch.models import Account, Job, Membership, Scan, Sighting, Work
from commonswatch.services.registering import works
from commonswatch.services.scanning import checking, folder, forgetting, scans
from commonswatch.settings import Settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories


def key_digest(secret: bytes, key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), key=secret, digest_size=8).digest())


def _index(session: Session, keyring: Keyring, home: Path, now: datetime, keys: dict[str, int]) -> Scan:
    scan = Scan(dataset="ms-celeb-1m", name="list.tsv", state=ScanState.DONE, created_at=now)
    session.add(scan)
    session.flush()
    path = folder.index(home, scan.id)
    scan.index_file = path.name
    secret = checking.index_secret(keyring)
    _write(path, {key_digest(secret, key): row for key, row in keys.items()})
    return scan


def _write(path: Path, rows: dict[int, int]) -> None:
    writer = IndexWriter(path)
    writer.add(np.array(list(rows), np.uint64), np.array(list(rows.values()), np.uint64))
    writer.commit(max(rows.values()) + 1)


def test_a_new_work_in_a_list_of_file_names_is_only_perhaps_in_it(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key="flickr:photo:53000000001")
        scan = _index(session, keyring, settings.home, now, {work.key: 1})
        digest = key_digest(checking.index_secret(keyring), work.key)
        writer = IndexWriter(folder.index(settings.home, scan.id))
        writer.add(np.array([digest], np.uint64), np.array([4], np.uint64))
        writer.commit(5, guessed=True)
        assert _check(session, keyring, settings.home, now, work) == 1
        assert session.scalars(select(Membership.certainty)).all() == [Certainty.MAY_HOLD]


def _check(session: Session, keyring: Keyring, home: Path, now: datetime, work: Work) -> int:
    task = checking.load(session, {"work": work.id})
    findings = checking.examine(home, checking.index_secret(keyring), task, key_digest)
    return checking.record(session, findings, now)


def test_a_new_work_is_found_by_its_key_and_by_its_digest(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    sha = bytes(range(32))
    with database.writing() as session:
        by_key = factories.work(session, keyring, now, key="flickr:photo:53000000001")
        by_file = factories.work(session, keyring, now, sha256=sha)
        unlisted = factories.work(session, keyring, now)
        rows = {by_key.key: 4, f"sha256:{sha.hex()}": 9, "flickr:photo:99": 1}
        scan = _index(session, keyring, settings.home, now, rows)
        page = factories.location(session, now)
        factories.copy(session, now, page, dataset="ms1m-arcface")
        case = factories.case(session, now, at=page)
        assert [_check(session, keyring, settings.home, now, one) for one in (by_key, by_file, unlisted)] == [1, 1, 0]
        assert _check(session, keyring, settings.home, now, by_key) == 0, "once"
        found = session.scalars(select(Membership).order_by(Membership.row)).all()
        assert [(one.work_id, one.row, one.scan_id, one.certainty) for one in found] == [
            (by_key.id, 4, scan.id, Certainty.HOLDS),
            (by_file.id, 9, scan.id, Certainty.HOLDS),
        ]
        seen = session.scalars(select(Sighting).where(Sighting.case_id == case.id)).all()
        assert {(one.work_id, one.basis) for one in seen} == {(one.id, Basis.MEMBERSHIP) for one in (by_key, by_file)}


def test_a_damaged_index_hinders_no_other(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now)
        broken, gone, good = (_index(session, keyring, settings.home, now, {work.key: 1}) for _ in range(3))
        folder.index(settings.home, broken.id).write_bytes(b"no index at all" * 100)
        folder.index(settings.home, gone.id).unlink()
        task = checking.load(session, {"work": work.id})
        findings = checking.examine(settings.home, checking.index_secret(keyring), task, key_digest)
        assert findings.damaged == (broken.id, gone.id)
        assert set(findings.listed) == {good.id}


def test_a_work_that_comes_while_a_list_is_read_is_looked_up_when_its_index_is_there(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    with database.writing() as session:
        before = factories.work(session, keyring, now - timedelta(days=1))
        meanwhile, elsewhere = (factories.work(session, keyring, now + timedelta(minutes=5)) for _ in range(2))
        scan = _index(session, keyring, settings.home, now, {before.key: 1, meanwhile.key: 2})
        index, scan.index_file = scan.index_file, None
        scan.state, scan.started_at = ScanState.READING, now
        scans.finish(session, scan.id, 3, now + timedelta(hours=1), index_file=index)
        job = session.scalars(select(Job).where(Job.kind == checking.JOB)).one()
        task = checking.load(session, job.payload)
        assert set(task.works) == {meanwhile.key, elsewhere.key}
        checking.record(session, checking.examine(settings.home, _secret(keyring), task, key_digest), now)
        assert session.scalars(select(Membership.work_id)).all() == [meanwhile.id]


def test_a_list_during_which_nothing_was_registered_is_not_asked_again(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now - timedelta(days=1))
        scan = Scan(dataset=None, name="list.tsv", state=ScanState.READING, created_at=now, started_at=now)
        session.add(scan)
        session.flush()
        scans.finish(session, scan.id, 3, now + timedelta(hours=1), index_file="1.index")
        assert session.scalars(select(Job)).all() == []


def test_a_damaged_index_does_not_keep_the_others_from_forgetting(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now)
        broken, good = (_index(session, keyring, settings.home, now, {work.key: 1, "other": 2}) for _ in range(2))
        folder.index(settings.home, broken.id).write_bytes(b"no index at all" * 100)
        with pytest.raises(NotAnIndex):
            forgetting.forget_keys(settings.home, _secret(keyring), {work.key}, (broken.id, good.id), key_digest)
        with KeyIndex.open(folder.index(settings.home, good.id)) as index:
            assert index.rows_of(key_digest(_secret(keyring), work.key)) == []


def test_works_withdrawn_together_are_forgotten_together_and_a_file_two_share_stays(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    sha = bytes(range(32))
    with database.writing() as session:
        first, second = (factories.work(session, keyring, now, sha256=one) for one in (sha, bytes(32)))
        factories.work(session, keyring, now, sha256=sha)
        for one in (first, second):
            works.withdraw(session, session.get_one(Account, one.creator_id), one.id, now)
        together = forgetting.together_with(session, first.id)
        assert together == [first.id, second.id]
        assert forgetting.keys_of(session, together) == {first.key, second.key, f"sha256:{bytes(32).hex()}"}


def test_several_may_forget_in_one_index_at_a_time(keyring: Keyring, settings: Settings) -> None:
    secret, keys = _secret(keyring), [f"flickr:photo:{number}" for number in range(300)]
    _write(folder.index(settings.home, 1), {key_digest(secret, key): row for row, key in enumerate(keys)})
    with ThreadPoolExecutor(6) as threads:
        parts = [keys[start::6] for start in range(6)]
        asked = [
            threads.submit(forgetting.forget_keys, settings.home, secret, part[:40], [1], key_digest) for part in parts
        ]
        assert [one.result() for one in asked] == [40] * 6
    with KeyIndex.open(folder.index(settings.home, 1)) as index:
        assert index.entries == 60


def _secret(keyring: Keyring) -> bytes:
    return checking.index_secret(keyring)


def test_a_withdrawn_work_is_forgotten_by_the_indexes_unless_another_creator_has_the_same(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    with database.writing() as session:
        alone = factories.work(session, keyring, now)
        mine, theirs = (factories.work(session, keyring, now, key="flickr:photo:77") for _ in range(2))
        scan = _index(session, keyring, settings.home, now, {alone.key: 1, mine.key: 2, "flickr:photo:5": 3})
        for one in (alone, mine):
            works.withdraw(session, session.get_one(Account, one.creator_id), one.id, now)
        waiting = session.scalars(select(Job.key).where(Job.kind == "forget-work", Job.state == JobState.QUEUED)).all()
        assert sorted(waiting) == sorted([f"{alone.id}", f"{mine.id}"])
        keys = {key for one in (alone, mine) for key in forgetting.keys_of(session, [one.id])}
        assert keys == {alone.key}
        secret = checking.index_secret(keyring)
        assert forgetting.forget_keys(settings.home, secret, keys, checking.indexes(session), key_digest) == 1
        with KeyIndex.open(folder.index(settings.home, scan.id)) as index:
            found = {key: index.rows_of(key_digest(secret, key)) for key in (alone.key, mine.key, "flickr:photo:5")}
        assert found == {alone.key: [], mine.key: [2], "flickr:photo:5": [3]}
        assert theirs.id


def test_ten_thousand_new_works_are_checked_against_fifty_lists_in_two_seconds(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    keys = [f"flickr:photo:{number}" for number in range(10_000)]
    with database.writing() as session:
        read = [_index(session, keyring, settings.home, now, dict.fromkeys(keys[n::50], n)) for n in range(50)]
        task = checking.Task({key: ((n, "key"),) for n, key in enumerate(keys)}, tuple(one.id for one in read))
    started = time.monotonic()
    findings = checking.examine(settings.home, checking.index_secret(keyring), task, key_digest)
    assert time.monotonic() - started < 2
    assert sum(map(len, findings.listed.values())) == 10_000
