"""Kind ``scan``: read one manifest and note the works in it. In one process: the web has the other cores.

Killed or stopped, it goes on from its last checkpoint. Each batch of matches is written as it comes; the end, in the
transaction that ends the job.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.domain.errors import RemoteError
from commonswatch.fetch.connectors import RemoteFile, save
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.manifests.scanning import FileSource, Match, Options, Progress, Scan, Summary
from commonswatch.services.scanning import checking, folder, person_members, scans
from commonswatch.services.scanning.keeping import keep
from commonswatch.services.scanning.looking import look_for
from commonswatch.services.upkeep.queue import ClaimedJob

NOTE_EVERY = 2.0  # seconds
AT_ONCE = 2000  # matches that are written together
_LONGEST_FETCHING = 6 * 3600.0  # seconds
_GONE = "Its manifest was deleted meanwhile. Upload it once more."


class Cancelled(Exception):  # a person wanted it so
    """Somebody stopped the scan; what it found stays, and it can be taken up again."""


def _run(context: Context, job: ClaimedJob) -> Record:
    scan_id = int(job.payload["scan"])
    with context.database.writing() as session:
        task = scans.begin(session, scan_id, context.now())
    if task is None:
        return nothing_to_record
    path = folder.manifest(context.settings.home, scan_id)
    try:
        if not path.exists() and not (task.url and _fetch(context, task, path)):
            return partial(_failed, scan_id, _GONE)
    except RemoteError as error:
        if not error.permanent and job.attempts < SCAN.max_attempts:
            raise
        return partial(_failed, scan_id, error.detail)
    try:
        summary = _read(context, task, path)
    except Cancelled:
        return nothing_to_record
    if summary.problem and not summary.rows:
        return partial(_failed, scan_id, summary.problem.detail)
    return partial(_finished, context, scan_id, summary)


def _fetch(context: Context, task: scans.Task, path: Path) -> bool:
    """Keep what the address answers; not under its name before it is whole."""
    aside = path.with_name(f"{path.name}.part")
    try:
        with aside.open("w+b") as into:
            file = RemoteFile(task.url, task.name)
            save(file, context.fetcher, into, max_bytes=task.most_bytes, seconds=_LONGEST_FETCHING)
        aside.replace(path)
    finally:
        with suppress(FileNotFoundError):
            aside.unlink()
    return True


def _read(context: Context, task: scans.Task, path: Path) -> Summary:
    home, secret = context.settings.home, checking.index_secret(context.keyring)
    with context.database.reading() as session:
        known = person_members.load(session, context.keyring)
        looking = look_for(session, secret, known)
    options = Options(folder.checkpoint(home, task.scan_id), folder.index(home, task.scan_id))
    noting = _Noting(context, task.scan_id)
    scan = Scan(FileSource(path, name=task.name), looking, options, noting.note)
    for found in batched(scan, AT_ONCE):
        with context.database.writing() as session:
            keep(session, task.scan_id, found, known, context.now())
    return scan.summary


def batched(matches: Iterable[Match], size: int) -> Iterator[list[Match]]:
    """Some matches at a time."""
    left = iter(matches)
    while some := list(islice(left, size)):
        yield some


class _Noting:
    """Notes how far it has come every two seconds; raises Cancelled when somebody stopped it."""

    def __init__(self, context: Context, scan_id: int) -> None:
        self._context, self._scan_id, self._noted = context, scan_id, 0.0

    def note(self, told: Progress) -> None:
        if time.monotonic() - self._noted < NOTE_EVERY:
            return
        self._noted = time.monotonic()
        progress = scans.Progress(told.rows, told.read, told.total)
        with self._context.database.writing() as session:
            wanted = scans.note(session, self._scan_id, progress, self._context.now())
        if not wanted:
            raise Cancelled


def _finished(context: Context, scan_id: int, summary: Summary, session: Session, now: datetime) -> None:
    """The manifest goes once its end is written down."""
    home = context.settings.home
    index = folder.index(home, scan_id).name
    partly = summary.problem.detail if summary.problem else None
    scans.finish(session, scan_id, summary.rows, now, partial=partly, index_file=index)
    event.listen(session, "after_commit", lambda _session: folder.forget_manifest(home, scan_id), once=True)


def _failed(scan_id: int, reason: str, session: Session, now: datetime) -> None:
    scans.fail(session, scan_id, reason, now)


SCAN = Handler(_run)
