"""The set of all pictures follows its database: committed by whomever, in whatever order, after whatever crash."""

import os
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from commonswatch.db import Database, connect
from commonswatch.domain.states import Listing, WorkState
from commonswatch.fingerprints.nearest import NearestSet
from commonswatch.keyring import Keyring
from commonswatch.models import DatabaseMark, FingerprintChange, FingerprintOfWork, Work
from commonswatch.services.looking_up import pictures
from commonswatch.services.looking_up.pictures import RegisteredPictures
from sqlalchemy import delete, select, update

from tests import factories

BITS = bytes(range(32))
OTHER = bytes(range(100, 132))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "nearest"


@pytest.fixture
def followed(folder: Path) -> RegisteredPictures:
    return RegisteredPictures(folder)


def _found(followed: RegisteredPictures, database: Database, bits: bytes = BITS) -> set[int]:
    followed.follow(database)
    return {one.work_id for one in followed.near([bits])}


def _register(database: Database, keyring: Keyring, now: datetime, bits: bytes = BITS) -> int:
    with database.writing() as session:
        return factories.work(session, keyring, now, pdq=bits).id


def test_works_registered_changed_withdrawn_and_deleted_are_followed(
    database: Database, keyring: Keyring, now: datetime, followed: RegisteredPictures
) -> None:
    one = _register(database, keyring, now)
    assert _found(followed, database) == {one}
    two = _register(database, keyring, now)
    assert _found(followed, database) == {one, two}
    with database.writing() as session:
        session.execute(update(Work).where(Work.id == one).values(state=WorkState.WITHDRAWN))
    assert _found(followed, database) == {two}
    with database.writing() as session:
        session.execute(update(Work).where(Work.id == one).values(state=WorkState.READY))
        session.execute(update(FingerprintOfWork).where(FingerprintOfWork.work_id == two).values(bits=OTHER))
    assert _found(followed, database) == {one}
    assert _found(followed, database, OTHER) == {two}
    with database.writing() as session:
        session.execute(delete(Work).where(Work.id == two))  # its fingerprints go with it, by the database itself
    assert _found(followed, database, OTHER) == set()


def test_a_picture_with_too_little_to_see_is_not_in_the_set(
    database: Database, keyring: Keyring, now: datetime, followed: RegisteredPictures
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, pdq=BITS, quality=49)
    assert _found(followed, database) == set()


def test_the_set_knows_who_is_listed_publicly(
    database: Database, keyring: Keyring, now: datetime, followed: RegisteredPictures
) -> None:
    work = _register(database, keyring, now)
    followed.follow(database)
    assert [one.listed for one in followed.near([BITS])] == [False]
    with database.writing() as session:
        session.execute(update(Work).where(Work.id == work).values(listing=Listing.PUBLIC))
    followed.follow(database)
    assert [(one.work_id, one.listed) for one in followed.near([BITS])] == [(work, True)]


def test_a_transaction_that_is_rolled_back_leaves_the_set_as_it_was(
    database: Database, keyring: Keyring, now: datetime, followed: RegisteredPictures
) -> None:
    work = _register(database, keyring, now)
    assert _found(followed, database) == {work}
    with database.writing_session() as session:
        session.execute(delete(FingerprintOfWork).where(FingerprintOfWork.work_id == work))
        assert followed.unseen(session) == [work]
        assert _found(followed, database) == {work}
        session.rollback()
    assert _found(followed, database) == {work}


def test_what_begins_earlier_and_is_committed_later_is_not_missed(
    database: Database, keyring: Keyring, now: datetime, followed: RegisteredPictures
) -> None:
    """The gap of every sequence: the smaller number becomes visible after the larger one was seen."""
    if database.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    with database.writing() as session:
        early, late = (factories.work(session, keyring, now, pdq=OTHER).id for _ in range(2))
    followed.follow(database)
    with database.writing_session() as slow:
        slow.execute(update(FingerprintOfWork).where(FingerprintOfWork.work_id == early).values(bits=BITS))
        with database.writing() as quick:
            quick.execute(update(FingerprintOfWork).where(FingerprintOfWork.work_id == late).values(bits=BITS))
        assert _found(followed, database) == {late}
        assert _found(followed, database) == {late}
        slow.commit()
    assert _found(followed, database) == {early, late}


def test_many_writers_at_once_are_all_followed(
    database: Database, keyring: Keyring, now: datetime, followed: RegisteredPictures
) -> None:
    with database.writing() as session:
        works = [factories.work(session, keyring, now, pdq=OTHER).id for _ in range(24)]
    over = threading.Event()

    def change(some: list[int]) -> None:
        for work in some:
            with database.writing() as session:
                session.execute(update(FingerprintOfWork).where(FingerprintOfWork.work_id == work).values(bits=BITS))
                time.sleep(0.002 * (work % 3))

    def follow() -> None:
        while not over.is_set():
            followed.follow(database)

    threads = [threading.Thread(target=change, args=(works[start::4],)) for start in range(4)]
    following = threading.Thread(target=follow)
    for thread in (*threads, following):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    following.join()
    assert _found(followed, database) == set(works)
    assert _found(followed, database, OTHER) == set()


def test_keeping_up_sees_within_a_second_what_another_process_registers(
    database: Database, keyring: Keyring, now: datetime, folder: Path
) -> None:
    here = RegisteredPictures(folder)
    here.keep_up(database)
    other = connect(str(database.engine.url.render_as_string(hide_password=False)))
    work = _register(other, keyring, now)
    committed = time.monotonic()
    while not here.near([BITS]):
        here.keep_up(database)
        assert time.monotonic() < committed + 1
        time.sleep(0.02)
    assert [one.work_id for one in here.near([BITS])] == [work]
    other.engine.dispose()


@pytest.fixture
def saved(database: Database, keyring: Keyring, now: datetime, folder: Path) -> Path:
    """The file of a set with one work."""
    _register(database, keyring, now)
    RegisteredPictures(folder).follow(database)
    return folder / pictures.NAME


def test_a_process_goes_on_from_the_file_and_what_changed_since(
    database: Database, keyring: Keyring, now: datetime, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(database, keyring, now, OTHER)
    with database.writing() as session:
        session.execute(update(FingerprintOfWork).where(FingerprintOfWork.bits == BITS).values(bits=OTHER))
    monkeypatch.setattr(pictures.changes, "of_all", None)  # the file is enough
    followed = RegisteredPictures(saved.parent)
    assert len(_found(followed, database, OTHER)) == 2
    assert _found(followed, database) == set()


@pytest.mark.parametrize("harm", ["cut", "emptied", "a bit turned", "longer", "something else"])
def test_a_file_that_is_torn_or_damaged_is_made_anew(database: Database, saved: Path, harm: str) -> None:
    whole = saved.read_bytes()
    bit = len(whole) // 2
    saved.write_bytes(
        {
            "cut": whole[:-100],
            "emptied": b"",
            "a bit turned": whole[:bit] + bytes([whole[bit] ^ 1]) + whole[bit + 1 :],
            "longer": whole + b"x",
            "something else": os.urandom(len(whole)),
        }[harm]
    )
    assert len(_found(RegisteredPictures(saved.parent), database)) == 1
    NearestSet.open(saved)


def test_the_file_of_another_database_is_made_anew(
    database: Database, keyring: Keyring, now: datetime, saved: Path
) -> None:
    with database.writing() as session:
        session.execute(delete(DatabaseMark))
        session.add(DatabaseMark(id=1, mark=b"another database"))
        session.execute(delete(Work))
    work = _register(database, keyring, now, OTHER)
    followed = RegisteredPictures(saved.parent)
    assert _found(followed, database) == set()
    assert _found(followed, database, OTHER) == {work}
    assert NearestSet.open(saved).mark.database == b"another database"


def test_a_database_that_was_set_back_makes_the_file_anew(
    database: Database, keyring: Keyring, now: datetime, saved: Path
) -> None:
    """Restored from a backup: the file knows what the database does not (any more)."""
    _register(database, keyring, now, OTHER)
    RegisteredPictures(saved.parent).follow(database)
    with database.writing() as session:
        session.execute(delete(Work).where(Work.id == select(FingerprintOfWork.work_id).limit(1).scalar_subquery()))
        session.execute(delete(FingerprintChange))
    followed = RegisteredPictures(saved.parent)
    found = _found(followed, database) | _found(followed, database, OTHER)
    with database.reading() as session:
        assert found == set(session.scalars(select(Work.id)))


def test_many_changes_end_in_a_new_file_from_which_others_go_on(
    database: Database, keyring: Keyring, now: datetime, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "FEW", 5)
    monkeypatch.setattr(pictures, "PAUSE", 0.0)
    one, other = RegisteredPictures(saved.parent), RegisteredPictures(saved.parent)
    for followed in (one, other):
        followed.follow(database)
    before = saved.stat().st_ino
    for _ in range(8):
        _register(database, keyring, now, OTHER)
    assert len(_found(one, database, OTHER)) == 8
    assert saved.stat().st_ino != before
    assert len(NearestSet.open(saved)) == 9
    assert len(_found(other, database, OTHER)) == 8
    assert other._held.nearest.added == 0, "it goes on from the new file"


def test_a_folder_that_cannot_be_written_stops_nobody(
    database: Database, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    work = _register(database, keyring, now)
    (tmp_path / "file").write_text("no folder")
    assert _found(RegisteredPictures(tmp_path / "file" / "nearest"), database) == {work}
