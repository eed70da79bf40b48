"""Versions of the watch list: one at a time, whatever happens; files stay as long as somebody needs them."""

import os
import threading
import time
from datetime import timedelta

from commonswatch.domain.errors import Conflict
from commonswatch.models import ListedRow, ListVersion
from commonswatch.services.watching import versions
from sqlalchemy import func, select

from tests.list_stage import Stage, holds


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
