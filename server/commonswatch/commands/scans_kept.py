"""What a scan on this machine leaves behind when a dataset is named: memberships, and an index of all keys."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from commonswatch.context import Context
from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.manifests.scanning import FileSource, Match, Progress, Scan, StreamSource, Summary
from commonswatch.rules import dataset as find_dataset
from commonswatch.services.scanning import checking, folder, here, person_members, scans
from commonswatch.services.scanning.keeping import keep
from commonswatch.services.scanning.person_members import Known

_AT_ONCE = 2000
_NOTE_EVERY = 2.0  # seconds


class Kept:
    """Keeps what is found, or nothing when no dataset is named. Raises InvalidInput for one nobody knows."""

    def __init__(self, context: Context, dataset: str | None) -> None:
        self._context, self._dataset = context, dataset
        if dataset is not None and find_dataset(dataset) is None:
            raise InvalidInput(
                "The catalogue has no dataset of this name. `commonswatch datasets` lists them all.", ("dataset",)
            )
        with context.database.reading() as session:
            self._known = person_members.load(session, context.keyring)
        self.secret = checking.index_secret(context.keyring) if dataset is not None else None

    @property
    def persons(self) -> Known | None:
        """Whose rows are kept, too."""
        return self._known if self._dataset is not None else None

    def take_up(self, name: str, source: FileSource | StreamSource) -> "Keeping":
        """Begin to keep what is found in one manifest."""
        if self._dataset is None:
            return Keeping()
        size = source.path.stat().st_size if isinstance(source, FileSource) else None
        with self._context.database.writing() as session:
            scan_id = here.open_scan(session, name=name, dataset=self._dataset, size=size, now=self._context.now())
        return KeepingOf(self._context, scan_id, self._known)


class Keeping:
    """Of one manifest: nothing is kept."""

    index: Path | None = None

    def taken(self, scan: Scan) -> Iterable[Match]:
        """The matches, as they come."""
        return scan

    def note(self, told: Progress) -> None:
        """How far it has come; nobody asks."""

    def close(self) -> None:
        """Nothing to do."""


class KeepingOf(Keeping):
    """Of one manifest: its matches as memberships, its keys in an index."""

    def __init__(self, context: Context, scan_id: int, known: Known) -> None:
        self._context, self._scan_id, self._known = context, scan_id, known
        self.index = folder.index(context.settings.home, scan_id)
        self._noted = time.monotonic()
        self._waiting: list[Match] = []

    def taken(self, scan: Scan) -> Iterator[Match]:
        """The matches, each kept before the next thousands are read."""
        for match in scan:
            self._waiting.append(match)
            if len(self._waiting) >= _AT_ONCE:
                self._keep()
            yield match
        self._keep()
        self._finish(scan.summary)

    def note(self, told: Progress) -> None:
        """Have the site show how far it has come. Raise Conflict when a moderator stopped it there."""
        if time.monotonic() - self._noted < _NOTE_EVERY:
            return
        self._noted = time.monotonic()
        self._keep()
        progress = scans.Progress(told.rows, told.read, told.total)
        with self._context.database.writing() as session:
            goes_on = scans.note(session, self._scan_id, progress, self._context.now())
        if not goes_on:
            raise Conflict("A moderator stopped this scan on the site.")

    def close(self) -> None:
        """What was broken off is stopped on the site, too; the next call goes on with it."""
        self._keep()
        with self._context.database.writing() as session:
            here.leave(session, self._scan_id, self._context.now())

    def _keep(self) -> None:
        if self._waiting:
            with self._context.database.writing() as session:
                keep(session, self._scan_id, self._waiting, self._known, self._context.now())
            self._waiting.clear()

    def _finish(self, summary: Summary) -> None:
        now, partly = self._context.now(), summary.problem.detail if summary.problem else None
        with self._context.database.writing() as session:
            if partly and not summary.rows:
                scans.fail(session, self._scan_id, partly, now)
                return
            scans.finish(session, self._scan_id, summary.rows, now, partial=partly, index_file=f"{self._scan_id}.index")
