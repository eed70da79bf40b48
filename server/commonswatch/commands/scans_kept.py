"""What a scan on this machine leaves behind when a dataset is named: memberships, and an index of all keys."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from commonswatch.context import Context
from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.scanning import FileSource, Match, Scan, StreamSource
from commonswatch.rules import dataset as find_dataset
from commonswatch.services.scanning import checking, folder, memberships, scans

_AT_ONCE = 2000


class Kept:
    """Keeps what is found, or nothing when no dataset is named. Raises InvalidInput for one nobody knows."""

    def __init__(self, context: Context, dataset: str | None) -> None:
        self._context, self._dataset = context, dataset
        if dataset is not None and find_dataset(dataset) is None:
            raise InvalidInput("The catalogue has no dataset of this name.", ("dataset",))
        self.secret = checking.index_secret(context.keyring) if dataset is not None else None

    def take_up(self, name: str, source: FileSource | StreamSource) -> "Keeping":
        """Begin to keep what is found in one manifest."""
        if self._dataset is None:
            return Keeping()
        size = source.path.stat().st_size if isinstance(source, FileSource) else None
        with self._context.database.writing() as session:
            scan_id = scans.open_here(session, name=name, dataset=self._dataset, size=size, now=self._context.now())
        return KeepingOf(self._context, scan_id)


class Keeping:
    """Of one manifest: nothing is kept."""

    index: Path | None = None

    def taken(self, scan: Scan) -> Iterable[Match]:
        """The matches, as they come."""
        return scan

    def close(self) -> None:
        """Nothing to do."""


class KeepingOf(Keeping):
    """Of one manifest: its matches as memberships, its keys in an index."""

    def __init__(self, context: Context, scan_id: int) -> None:
        self._context, self._scan_id = context, scan_id
        self.index = folder.index(context.settings.home, scan_id)

    def taken(self, scan: Scan) -> Iterator[Match]:
        """The matches, each kept before the next thousands are read."""
        waiting: list[Match] = []
        for match in scan:
            waiting.append(match)
            if len(waiting) >= _AT_ONCE:
                self._take(waiting)
            yield match
        self._take(waiting)
        summary, now = scan.summary, self._context.now()
        with self._context.database.writing() as session:
            scans.finish(
                session,
                self._scan_id,
                summary.rows,
                now,
                partial=summary.problem.detail if summary.problem else None,
                index_file=self.index.name if self.index else None,
            )

    def _take(self, waiting: list[Match]) -> None:
        with self._context.database.writing() as session:
            memberships.take(session, self._scan_id, waiting, self._context.now())
        waiting.clear()
