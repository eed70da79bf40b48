"""A work registered tomorrow is found in every manifest read before, and a withdrawn one is forgotten by them."""

import hashlib
import time
from datetime import datetime
from pathlib import Path

import numpy as np
from commonswatch.db import Database
from commonswatch.domain.states import Basis, Certainty, JobState, ScanState
from commonswatch.keyring import Keyring
from commonswatch.manifests.index import IndexWriter, KeyIndex
from commonswatch.models import Account, Job, Membership, Scan, Sighting, Work
from commonswatch.services.registering import works
from commonswatch.services.scanning import checking, folder
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
        keys = {key for one in (alone, mine) for key in checking.keys_of(session, one.id)}
        assert keys == {alone.key}
        secret = checking.index_secret(keyring)
        assert checking.forget_keys(settings.home, secret, keys, checking.indexes(session), key_digest) == 1
        with KeyIndex.open(folder.index(settings.home, scan.id)) as index:
            found = {key: index.rows_of(key_digest(secret, key)) for key in (alone.key, mine.key, "flickr:photo:5")}
        assert found == {alone.key: [], mine.key: [2], "flickr:photo:5": [3]}
        assert theirs.id


def test_ten_thousand_new_works_are_checked_against_fifty_lists_in_two_seconds(
    database: Database, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    keys = [f"flickr:photo:{number}" for number in range(10_000)]
    with database.writing() as session:
        scans = [_index(session, keyring, settings.home, now, dict.fromkeys(keys[n::50], n)) for n in range(50)]
        task = checking.Task({key: ((n, "key"),) for n, key in enumerate(keys)}, tuple(one.id for one in scans))
    started = time.monotonic()
    findings = checking.examine(settings.home, checking.index_secret(keyring), task, key_digest)
    assert time.monotonic() - started < 2
    assert sum(map(len, findings.listed.values())) == 10_000
