"""Versions of the watch list: one at a time, whatever happens; files stay as long as somebody needs them."""

import os
import threading
import time
from datetime import timedelta
from hashlib import sha256

import pytest
from commonswatch.domain.errors import Conflict
from commonswatch.models import ListedRow, ListVersion
from commonswatch.services.watching import verifying, versions
from commonswatch.watch_list.lists import Shipping
from sqlalchemy import delete, func, select

from tests.list_stage import Stage, holds

HASH = sha256(b"a picture").digest()


def test_two_processes_at_once_publish_one_version(stage: Stage) -> None:
    stage.work("flickr:photo:1")
    with stage.database.reading() as session:
        prepared = [versions.prepare(session, stage.folder, stage.keys, stage.now) for _ in range(2)]
    outcomes: list[str] = []

    def publish(one: versions.Prepared) -> None:
        try:
            with stage.database.writing() as session:
                versions.publish(session, one)
            outcomes.append("published")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=publish, args=(one,)) for one in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "published"]
    with stage.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ListVersion)) == 1
        assert session.scalar(select(func.count()).select_from(ListedRow)) == 1


def test_what_changes_while_a_version_is_made_is_in_the_next_one(stage: Stage) -> None:
    stage.work("flickr:photo:1")
    with stage.database.reading() as session:
        prepared = versions.prepare(session, stage.folder, stage.keys, stage.now)
    stage.work("flickr:photo:2")
    with stage.database.writing() as session:
        versions.publish(session, prepared)
    assert holds(stage.follow(), "flickr:photo:1")
    stage.make()
    assert holds(stage.follow(), "flickr:photo:1", "flickr:photo:2")


def test_files_of_old_versions_are_forgotten_but_not_at_once(stage: Stage) -> None:
    for n in range(8):
        stage.work(f"flickr:photo:{n}")
        stage.make()
    whole = {stage.folder.path / file.sha256 for file in stage.follow().manifest.files}
    before = set(stage.folder.path.iterdir())
    with stage.database.reading() as session:
        versions.tidy(session, stage.folder, stage.now)
    assert set(stage.folder.path.iterdir()) >= before  # younger than an hour
    old = time.time() - 7200
    for name in before:
        os.utime(name, (old, old))
    with stage.database.reading() as session:
        versions.tidy(session, stage.folder, stage.now + timedelta(hours=3))
    left = set(stage.folder.path.iterdir())
    assert whole < left
    assert len(left) < len(before)
    stage.follow()


def test_a_restored_database_goes_on_above_what_was_published(stage: Stage) -> None:
    for n in range(40):
        stage.work(f"flickr:photo:{n}", pdq=sha256(bytes([n])).digest())
        if n > 37 or n == 20:
            stage.make()
    held = stage.follow()
    stage.tidy()
    with stage.database.writing() as session:  # as if the backup was made after the first version
        session.execute(delete(ListVersion).where(ListVersion.version > 1))
        session.execute(delete(ListedRow).where(ListedRow.work_id > 21))
    made = stage.make()
    assert made is not None
    assert made.version == 4
    after = stage.follow(held)
    assert stage.fetched == [after.manifest.deltas[-1].sha256]
    assert holds(after, *(f"flickr:photo:{n}" for n in range(40)))
    stage.work("flickr:photo:90")
    stage.make()
    assert [step.start for step in stage.follow(after).manifest.deltas] == [3, 4]
    assert stage.verify().gaps == ["versions 2 to 3"]


def test_without_files_and_database_an_operator_names_the_last_version(stage: Stage) -> None:
    stage.work("flickr:photo:1")
    made = stage.make(above=41)
    assert made is not None
    assert (made.version, made.deltas) == (42, ())
    assert holds(stage.follow(), "flickr:photo:1")
    assert stage.verify().gaps == ["versions 1 to 41"]


@pytest.mark.parametrize("damage", ["lost", "cut off", "changed"])
def test_damaged_files_are_made_anew_from_the_database(stage: Stage, damage: str) -> None:
    stage.work("flickr:photo:1")
    stage.make()
    stage.work("flickr:photo:2")
    made = stage.make()
    assert made is not None
    path = stage.folder.path / made.keys.sha256
    raw = path.read_bytes()
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(raw[:-1] if damage == "cut off" else raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(verifying.Broken):
        stage.verify()
    stage.work("flickr:photo:3")
    made = stage.make()
    assert made is not None
    assert made.deltas == ()
    assert holds(stage.follow(), "flickr:photo:1", "flickr:photo:2", "flickr:photo:3")
    stage.verify()


def test_other_bits_to_ship_make_all_pictures_anew(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.work("flickr:photo:1", pdq=HASH)
    stage.make()
    held = stage.follow()
    monkeypatch.setattr(versions, "SHIPPING", Shipping(bytes(range(128)), 26))
    made = stage.make()
    assert made is not None
    assert made.deltas == ()
    after = stage.follow(held)
    assert after.lists.pictures.tobytes() == HASH[:16]
    stage.work("flickr:photo:2", pdq=HASH[::-1])
    stage.make()
    assert len(stage.follow(after).lists.pictures) == 2


def test_new_rules_make_a_new_version(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.make()
    before = stage.follow().manifest.rules
    monkeypatch.setattr(versions, "rules_file", lambda: b'{"format":1}')
    made = stage.make()
    assert made is not None
    assert made.rules != before
    assert stage.folder.get(made.rules.sha256) == b'{"format":1}'
