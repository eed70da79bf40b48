"""Kind ``scan``: read one manifest and note the works in it. In one process: the web has the other cores.

Killed or stopped, it goes on from its last checkpoint. Matches are written every two seconds; the end, in the
transaction that ends the job.
"""

import time
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.domain.errors import RemoteError
from commonswatch.fetch.connectors import Closed, RemoteFile, broke_off, choose, files_behind, has_listing, save
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.manifests.scanning import FileSource, Match, Options, Progress, Scan, Summary
from commonswatch.rules import page_location
from commonswatch.services.scanning import checking, folder, opening, person_members, refetching, scans
from commonswatch.services.scanning.keeping import keep
from commonswatch.services.scanning.looking import look_for
from commonswatch.services.upkeep.queue import ClaimedJob

NOTE_EVERY = 2.0  # seconds
AT_ONCE = 2000  # matches that are written together
_LONGEST_FETCHING = 6 * 3600.0  # seconds
_NO_LIST = "No file behind this address could list pictures. If you have the list, upload it as a file."
_GONE = "The list was deleted meanwhile. Upload it once more."


class Cancelled(Exception):  # a person wanted it so
    """Somebody stopped the scan; what it found stays, and it can be taken up again."""


def _run(context: Context, job: ClaimedJob) -> Record:
    scan_id = int(job.payload["scan"])
    with context.database.writing() as session:
        task = scans.begin(session, scan_id, context.now())
    if task is None:
        return nothing_to_record
    path = folder.manifest(context.settings.home, scan_id)
    if not path.exists() and (instead := _fetch(context, task, path, job)):
        return instead
    try:
        summary = _read(context, task, path)
    except Cancelled:
        return nothing_to_record
    if summary.problem and not summary.rows:
        if _cut(context, scan_id):  # the address may give more the next time
            folder.forget_manifest(context.settings.home, scan_id)
        return partial(_failed, scan_id, summary.problem.detail)
    return partial(_finished, context, scan_id, summary)


def _fetch(context: Context, task: scans.Task, path: Path, job: ClaimedJob) -> Record | None:
    """Keep what the address answers; return how to end the scan where there is nothing to read.

    Not under its name before it is whole, or before it is certain that no more of it comes.
    """
    if not task.url:
        return partial(_failed, task.scan_id, _GONE)
    aside, cut = path.with_name(f"{path.name}.part"), folder.cut(context.settings.home, task.scan_id)
    cut.unlink(missing_ok=True)  # of an earlier try
    try:
        if known := _save(context, _first_behind(context, task), aside):
            return partial(_unchanged, task.scan_id, known)
        aside.replace(path)
    except RemoteError as error:
        if not error.permanent and job.attempts < SCAN.max_attempts:
            raise
        if not (broke_off(error) and aside.exists() and aside.stat().st_size):
            return partial(_failed, task.scan_id, error.detail)
        cut.write_text(error.detail, "utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return None


def _save(context: Context, task: scans.Task, path: Path) -> int | None:
    """Write the file; return the scan that read it before if it is the same."""
    with context.database.reading() as session:
        earlier = refetching.earlier(session, task.scan_id)
    file, known = RemoteFile(task.url, task.name), earlier.version if earlier else None
    with path.open("w+b") as into:
        most, longest = task.most_bytes, _LONGEST_FETCHING
        saved = save(file, context.fetcher, into, max_bytes=most, seconds=longest, known=known)
    if saved is None and earlier is not None:
        return earlier.scan_id
    if saved is not None:
        with context.database.writing() as session:
            refetching.keep_version(session, task.scan_id, saved.version)
    return None


def _cut(context: Context, scan_id: int) -> str:
    """Why only the start of the file came, if that is so."""
    path = folder.cut(context.settings.home, scan_id)
    return path.read_text("utf-8") if path.exists() else ""


def _first_behind(context: Context, task: scans.Task) -> scans.Task:
    """Of the page of a repository or dataset, the first of its lists; for each other a scan is opened."""
    where = page_location(task.url)
    if task.is_at_place or where is None or not has_listing(where):
        return task
    files = files_behind(where, context.fetcher).files
    lists = choose(files, opening.MOST_BEHIND) if len(files) > 1 else files
    if not lists:
        raise Closed(_NO_LIST)
    with context.database.writing() as session:
        return opening.spread_out(session, context.keyring, task.scan_id, lists, context.now())


def _read(context: Context, task: scans.Task, path: Path) -> Summary:
    home, secret = context.settings.home, checking.index_secret(context.keyring)
    with context.database.reading() as session:
        known = person_members.load(session, context.keyring)
        looking = look_for(session, secret, known)
    options = Options(folder.checkpoint(home, task.scan_id), folder.index(home, task.scan_id))
    noting = _Noting(context, task.scan_id, known)
    source = FileSource(path, name=task.name, cut=_cut(context, task.scan_id))
    scan = Scan(source, looking, options, noting.note)
    for match in scan:
        noting.take(match)
    noting.end()
    return scan.summary


class _Noting:
    """Writes what was found and how far it has come, every two seconds; raises Cancelled when somebody stopped it.

    Only at the next call: the engine tells of rows before it hands out what it found in them, and that stays, too.
    """

    def __init__(self, context: Context, scan_id: int, known: person_members.Known) -> None:
        self._context, self._scan_id, self._known = context, scan_id, known
        self._found: list[Match] = []
        self._noted, self._stopped = 0.0, False

    def take(self, match: Match) -> None:
        """Keep a match to be written soon."""
        self._found.append(match)
        if len(self._found) >= AT_ONCE:
            self._write()

    def note(self, told: Progress) -> None:
        """How far it has come."""
        if self._stopped:
            self.end()
        if time.monotonic() - self._noted < NOTE_EVERY:
            return
        self._noted = time.monotonic()
        self._write()
        progress = scans.Progress(told.rows, told.read, told.total)
        with self._context.database.writing() as session:
            self._stopped = not scans.note(session, self._scan_id, progress, self._context.now())

    def end(self) -> None:
        """Write what is left."""
        self._write()
        if self._stopped:
            raise Cancelled

    def _write(self) -> None:
        if self._found:
            with self._context.database.writing() as session:
                keep(session, self._scan_id, self._found, self._known, self._context.now())
            self._found.clear()


def _finished(context: Context, scan_id: int, summary: Summary, session: Session, now: datetime) -> None:
    """The manifest goes once its end is written down."""
    home = context.settings.home
    index = folder.index(home, scan_id).name
    partly = summary.problem.detail if summary.problem else None
    scans.finish(session, scan_id, summary.rows, now, partial=partly, index_file=index)
    event.listen(session, "after_commit", lambda _session: folder.forget_manifest(home, scan_id), once=True)


def _failed(scan_id: int, reason: str, session: Session, now: datetime) -> None:
    scans.fail(session, scan_id, reason, now)


def _unchanged(scan_id: int, known: int, session: Session, now: datetime) -> None:
    refetching.end_unchanged(session, scan_id, known, now)


SCAN = Handler(_run)
