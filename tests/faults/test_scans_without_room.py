"""A full disk, two scans of one list at a time, a scan whose job gives up: words, and nobody waits for ever."""

import errno
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from commonswatch.context import Context, open_context
from commonswatch.domain.states import JobState, ScanState
from commonswatch.jobs.purge import PURGE
from commonswatch.manifests.index import IndexWriter
from commonswatch.manifests.scanning.state import Folder
from commonswatch.models import Job, Scan
from commonswatch.services.scanning import opening, scans
from commonswatch.services.upkeep import queue
from commonswatch.services.upkeep.queue import ClaimedJob
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories

_ROW = "{0}\thttps://live.staticflickr.com/65535/{1}_0123456789_b.jpg\n"


def _scan(home: Path, *words: str, most: str = "unlimited") -> "subprocess.CompletedProcess[bytes]":
    """``most``: the largest file it may write, in blocks of 512 bytes."""
    command = [sys.executable, "-m", "commonswatch", "scan", "--json", *words]
    return subprocess.run(
        ["sh", "-c", f'ulimit -f {most}; exec "$@"', "sh", *command],
        env={**os.environ, "COMMONSWATCH_HOME": str(home)},
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path) -> Path:
    home = tmp_path / "var"
    home.mkdir()
    (home / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    open_context(Settings(home=home))
    return home


def test_a_full_disk_is_told_in_words_and_the_scan_goes_on_when_there_is_room(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("id\turl\n" + "".join(_ROW.format(n, 52_000_000_000 + 7 * n) for n in range(60_000)))
    words = ("--dataset", "megaface", "--cores", "1", str(path))
    full = _scan(home, *words, most="1500")
    assert (full.returncode, b"Traceback" in full.stderr) == (1, False), full.stderr
    assert b"no room left on the disk" in full.stderr
    assert not list((home / "scans").glob("*.new"))
    whole = _scan(home, *words)
    summary = json.loads(whole.stdout.splitlines()[-1])
    assert (whole.returncode, summary["rows"], summary["partial"]) == (0, 60_000, None)
    assert [one.name for one in (home / "scans").iterdir()] == ["1.index"]


def test_an_index_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "index"
    for rows in (100, 200_000):
        writer = IndexWriter(path)
        writer.add(np.arange(rows, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15), np.arange(rows, dtype=np.uint64))
        if rows == 100:
            writer.commit(rows)
    before = path.read_bytes()
    told = multiprocessing.get_context("fork").Process(target=_commit_without_room, args=(writer, 200_000))
    told.start()
    told.join(30)
    assert told.exitcode == errno.EFBIG
    assert path.read_bytes() == before
    assert not path.with_name("index.new").exists()


def _commit_without_room(writer: IndexWriter, rows: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        writer.commit(rows)
    except OSError as error:
        sys.exit(error.errno)


def test_who_waited_for_a_folder_that_is_gone_makes_a_new_one(tmp_path: Path) -> None:
    path, waited = tmp_path / "state", list[Folder]()
    first = Folder(path)
    second = threading.Thread(target=lambda: waited.append(Folder(path)))
    second.start()
    second.join(0.2)
    assert waited == []
    first.remove()
    second.join(5)
    [folder] = waited
    assert folder.plan({}) is None
    folder.keep_plan({}, [None])
    assert path.is_dir()
    folder.remove()
    assert not path.exists()


def test_a_scan_whose_job_gives_up_has_failed_and_nobody_waits_for_it(context: Context) -> None:
    now = context.now()
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, now)
        made = [
            opening.open_scan(
                session, context.keyring, account, name="a.tsv", dataset=None, form_token=token, now=now, url=""
            )[0].id
            for token in ("one", "two")
        ]
    with context.database.writing() as session:
        scans.begin(session, made[0], now)
        [job] = queue.claim(session, "me", now + timedelta(seconds=1), 1, ["scan"])
        queue.give_up(session, job, "Unexpected: OSError", now)
    PURGE.run(context, ClaimedJob(99, "purge", "", {}, 1, "me", now))
    with context.database.reading() as session:
        states = {scan.id: scan.state for scan in session.scalars(select(Scan))}
        dead = [job.payload["scan"] for job in session.scalars(select(Job).where(Job.state == JobState.DEAD))]
    assert states == {number: ScanState.FAILED if number in dead else ScanState.WAITING for number in made}
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, now)
        scans.resume(session, dead[0], account, manifest_kept=True, now=now)
    with context.database.reading() as session:
        assert session.get_one(Scan, dead[0]).state is ScanState.WAITING
