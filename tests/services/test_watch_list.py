"""What creators listed publicly is in the watch list, and nothing else; clients can follow it."""

import os
from hashlib import sha256

import numpy as np
import pytest
from commonswatch.domain.states import Listing, WorkState
from commonswatch.models import FingerprintOfWork, KeyOfWork, ListedRow, Work
from commonswatch.services.registering import works
from commonswatch.services.watching import changes, changing, rows, versions
from sqlalchemy import delete, func, select, update

from tests.list_stage import Stage, creator_of, holds

HASH = sha256(b"a picture").digest()


def test_only_publicly_listed_works_are_in_the_list(stage: Stage) -> None:
    stage.work("flickr:photo:1")
    stage.work("flickr:photo:2", Listing.SERVER_ONLY)
    made = stage.make()
    assert made is not None
    assert (made.version, made.keys.count, made.previous) == (1, 1, "")
    assert holds(stage.follow(), "flickr:photo:1")


def test_an_empty_server_publishes_an_empty_list(stage: Stage) -> None:
    assert stage.make() is not None
    held = stage.follow()
    assert (len(held.lists.keys), len(held.lists.pictures)) == (0, 0)


def test_nothing_changed_is_no_new_version(stage: Stage) -> None:
    stage.work("flickr:photo:1")
    stage.make()
    assert stage.make() is None
    stage.work("flickr:photo:2", Listing.SERVER_ONLY)
    assert stage.make() is None


def test_a_client_ten_versions_behind_gets_there_by_deltas(stage: Stage) -> None:
    numbers = {key: stage.work(key, pdq=os.urandom(32)) for key in (f"flickr:photo:{n}" for n in range(300))}
    stage.make()
    held = stage.follow()
    assert len(stage.fetched) == 2  # whole files
    kept = dict(numbers)
    for n in range(10):
        kept[f"wikimedia:commons:New{n}.jpg"] = stage.work(f"wikimedia:commons:New{n}.jpg", pdq=os.urandom(32))
        stage.withdraw(kept.pop(f"flickr:photo:{n * 7}"))
        stage.make()
    after = stage.follow(held)
    assert after.manifest.version == 11
    assert len(stage.fetched) == 10
    assert set(stage.fetched) == {step.sha256 for step in after.manifest.deltas}
    assert holds(after, *kept)
    assert len(after.lists.pictures) == len(kept)
    assert holds(stage.follow(None), *kept)


def test_a_withdrawn_work_leaves_with_the_next_version_and_comes_back_when_taken_back(stage: Stage) -> None:
    number = stage.work("flickr:photo:1", pdq=HASH)
    stage.work("flickr:photo:2")
    stage.make()
    stage.withdraw(number)
    stage.make()
    held = stage.follow()
    assert holds(held, "flickr:photo:2")
    assert len(held.lists.pictures) == 0
    with stage.database.writing() as session:
        works.take_back(session, creator_of(session, number), number, stage.now)
    stage.make()
    assert holds(stage.follow(held), "flickr:photo:1", "flickr:photo:2")


def test_a_row_that_two_works_bring_stays_until_the_second_leaves(stage: Stage) -> None:
    near = bytes([HASH[0] ^ 128]) + HASH[1:]  # differs in the first bit, which is not shipped
    assert np.array_equal(versions.SHIPPING.cut([HASH]), versions.SHIPPING.cut([near]))
    first, second = stage.work("flickr:photo:1", pdq=HASH), stage.work("flickr:photo:1", pdq=near)
    stage.make()
    stage.withdraw(first)
    assert stage.make() is None
    held = stage.follow()
    assert (len(held.lists.keys), len(held.lists.pictures)) == (1, 1)
    stage.withdraw(second)
    stage.make()
    held = stage.follow()
    assert (len(held.lists.keys), len(held.lists.pictures)) == (0, 0)


def test_pictures_without_enough_quality_are_not_shipped(stage: Stage) -> None:
    stage.work("flickr:photo:1", pdq=HASH, quality=49)
    stage.work("flickr:photo:2", pdq=HASH[::-1], quality=50)
    stage.make()
    assert stage.follow().lists.pictures.tobytes() == versions.SHIPPING.cut([HASH[::-1]]).tobytes()


def test_all_renditions_of_a_work_are_shipped(stage: Stage) -> None:
    number = stage.work("flickr:photo:1", pdq=HASH)
    with stage.database.writing() as session:
        other = FingerprintOfWork(work_id=number, algorithm="pdq", rendition="640", bits=HASH[::-1], quality=90)
        session.add_all((other, KeyOfWork(work_id=number, key="url:example.org/1.jpg", how="exact")))
    stage.make()
    held = stage.follow()
    assert len(held.lists.pictures) == 2
    assert holds(held, "flickr:photo:1", "url:example.org/1.jpg")


def test_new_fingerprints_replace_the_old_ones(stage: Stage) -> None:
    number = stage.work("flickr:photo:1", pdq=HASH)
    stage.make()
    with stage.database.writing() as session:
        session.execute(update(FingerprintOfWork).values(bits=HASH[::-1]))
        changes.note(session, [number], stage.now)
    stage.make()
    assert stage.follow().lists.pictures.tobytes() == versions.SHIPPING.cut([HASH[::-1]]).tobytes()


def test_deleted_works_leave_when_everything_is_looked_at(stage: Stage) -> None:
    stage.work("flickr:photo:1")
    stage.make()
    with stage.database.writing() as session:
        session.execute(delete(Work))
    assert stage.make() is None
    made = stage.make(everything=True)
    assert made is not None
    assert made.keys.count == 0


def test_a_change_nobody_noted_is_found_when_everything_is_looked_at(stage: Stage) -> None:
    stage.work("flickr:photo:1", Listing.SERVER_ONLY)
    stage.make()
    with stage.database.writing() as session:
        session.execute(update(Work).values(listing=Listing.PUBLIC))
    assert stage.make() is None
    assert stage.make(everything=True) is not None
    assert holds(stage.follow(), "flickr:photo:1")


def test_a_full_list_takes_what_fits_and_takes_the_rest_when_there_is_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing.Room, "of", classmethod(lambda cls, _shipping: cls(keys=2, pictures=1)))
    numbers = [stage.work(f"flickr:photo:{n}", pdq=os.urandom(32)) for n in range(4)]
    made = stage.make()
    assert made is not None
    assert (made.keys.count, made.pictures.count) == (2, 1)
    with stage.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ListedRow)) == 3
        there = set(session.scalars(select(ListedRow.work_id).where(ListedRow.kind == rows.KEY)))
    for number in there:
        stage.withdraw(number)
    stage.make(everything=True)
    with stage.database.reading() as session:
        now_there = set(session.scalars(select(ListedRow.work_id).where(ListedRow.kind == rows.KEY)))
    assert now_there == set(numbers) - there
    assert stage.follow().manifest.keys.count == 2


def test_works_that_are_withdrawn_and_server_only_ones_bring_nothing(stage: Stage) -> None:
    number = stage.work("flickr:photo:1")
    with stage.database.writing() as session:
        session.get_one(Work, number).state = WorkState.WITHDRAWN
    stage.make()
    assert len(stage.follow().lists.keys) == 0
