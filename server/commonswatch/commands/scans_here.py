"""Scans on this machine, for the command: where a manifest comes from, what is looked for, what is told of it."""

import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from commonswatch.commands.lines import Row, counted, shown
from commonswatch.commands.scan_progress import ScanBar
from commonswatch.commands.scans_kept import Kept
from commonswatch.context import Context
from commonswatch.domain.errors import RemoteError
from commonswatch.fetch.connectors import RemoteFile, broke_off, choose, files_behind, save
from commonswatch.fingerprints import PicturePool
from commonswatch.manifests.scanning import FileSource, Match, Options, Progress, Scan, StreamSource, Summary
from commonswatch.rules import page_location
from commonswatch.services.scanning import folder
from commonswatch.services.scanning.looking import look_for, look_inside

_LARGEST_FETCHED = 64 * 2**30  # bytes
_LONGEST_FETCHING = 12 * 3600.0  # seconds
_MOST_WORKS = 20  # told in the summary of one manifest


class Here:
    """One call of the command: what is registered is read once, then manifests one after the other."""

    def __init__(self, context: Context, dataset: str | None, cores: int, *, deep: bool, as_json: bool) -> None:
        self._context, self._cores, self._as_json = context, cores, as_json
        self._deep = deep
        self._kept = Kept(context, dataset)
        self._bar, self._stack = ScanBar(), ExitStack()
        self.read_anything = False

    def __enter__(self) -> Self:
        with self._context.database.reading() as session:
            self._looking = look_for(session, self._kept.secret, self._kept.persons)
        if self._deep:
            pool = self._stack.enter_context(PicturePool(self._cores))
            self._looking = look_inside(self._looking, self._context.database, pool)
        self._stack.enter_context(self._bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def sources(self, name: str) -> Iterator[tuple[str, FileSource | StreamSource]]:
        """What is to be read under this name: one file, those of a folder or behind an address, standard input."""
        if name == "-":
            yield "standard input", StreamSource(sys.stdin.buffer)
        elif name.lower().startswith(("https://", "http://")):
            yield from self._behind(name)
        else:
            yield from _at(Path(name))

    def scan(self, name: str, source: FileSource | StreamSource) -> Iterator[Row]:
        """Its matches as rows, and at the end the summary: as a row, or as words on the error stream."""
        self._bar.begin(name)
        with closing(self._kept.take_up(name, source)) as keeping:
            options = Options(
                folder=self._folder(source),
                index=keeping.index,
                cores=self._cores,
                identity={
                    "registered": len(self._looking.registry),
                    "deep": self._deep,
                    "kept": keeping.index is not None,
                },
            )

            def watch(told: Progress) -> None:
                self._bar.watch(told)
                keeping.note(told)

            scan = Scan(source, self._looking, options, watch)
            for match in keeping.taken(scan):
                if match.how == "person":
                    continue  # who is meant is for a moderator to see, not for a terminal
                yield _json_row(match) if self._as_json else _shown_row(match)
        self.read_anything |= scan.summary.rows > 0 or scan.summary.problem is None
        yield from self._told(name, scan.summary)

    def _behind(self, url: str) -> Iterator[tuple[str, FileSource]]:
        where = page_location(url)
        if where is None:
            raise click.ClickException(
                "This address leads nowhere. It must be whole and begin with https:// or http://."
            )
        files = files_behind(where, self._context.fetcher).files
        chosen = choose(files) if len(files) > 1 else list(files)
        if not chosen:
            raise click.ClickException("There is no file behind this address that could list pictures.")
        for file in chosen:
            path = folder.incoming(self._context.settings.home, secrets.token_hex(16))  # purged, should we be killed
            try:
                yield file.name, FileSource(path, name=file.name, cut=self._fetch(file, path))
            finally:
                path.unlink()

    def _fetch(self, file: RemoteFile, path: Path) -> str:
        """Write it down; return why only its start came, if that is so."""
        with path.open("w+b") as into:
            try:
                save(file, self._context.fetcher, into, max_bytes=_LARGEST_FETCHED, seconds=_LONGEST_FETCHING)
            except RemoteError as error:
                if not (broke_off(error) and into.tell()):
                    raise
                return error.detail
        return ""

    def _folder(self, source: FileSource | StreamSource) -> Path | None:
        """Where to go on after a kill: known by the file's path."""
        home = self._context.settings.home
        if not isinstance(source, FileSource) or source.path.parent == folder.of(home):
            return None
        return folder.checkpoint_here(home, source.path)

    def _told(self, name: str, summary: Summary) -> Iterator[Row]:
        if self._as_json:
            yield {"summary": True, "manifest": name, **summary.as_json()}
            return
        for line in _words(name, summary):
            click.echo(line, err=True)


def _at(path: Path) -> Iterator[tuple[str, FileSource | StreamSource]]:
    """A file, those of a folder, or what comes out of a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise click.ClickException(f"{shown(str(path))} cannot be read: {error.strerror}.") from error
    if stat.S_ISDIR(mode):
        yield from ((one.name, FileSource(one)) for one in sorted(path.rglob("*")) if one.is_file())
    elif stat.S_ISREG(mode):
        yield path.name, FileSource(path)
    else:
        with path.open("rb") as stream:
            yield path.name, StreamSource(stream)


def _json_row(match: Match) -> Row:
    row = {"row": match.row, "place": str(match.place), "how": match.how, "work": match.work_id}
    if match.distance is not None:
        return {**row, "distance": match.distance, "picture": match.what}
    return {**row, "digest" if match.how == "digest" else "key": match.what}


def _shown_row(match: Match) -> Row:
    what = match.what if match.distance is None else f"{match.distance} bits: {match.what}"
    return {"row": match.row, "place": str(match.place), "how": match.how, "work": match.work_id, "what": what}


def _words(name: str, summary: Summary) -> Iterator[str]:
    if summary.problem and not summary.rows:
        yield f"{shown(name)} was not read: {summary.problem.detail}"
        return
    packed = f", {summary.compression}" if summary.compression else ""
    yield (
        f"{shown(name)} ({summary.kind}{packed}): {counted(summary.rows, 'row')}, {summary.matches:,} with registered "
        f"works ({counted(len(summary.works), 'work')}), {summary.seconds:,.1f} s"
        f"{', taken up again' if summary.resumed else ''}"
    )
    if summary.ways:
        yield "  found by " + ", ".join(f"{way} {count:,}" for way, count in sorted(summary.ways.items()))
    for work, count in summary.works.most_common(_MOST_WORKS):
        yield f"  work {work}: {counted(count, 'row')}"
    if (more := len(summary.works) - _MOST_WORKS) > 0:
        yield f"  … and {counted(more, 'more work')}"
    if summary.pictures or summary.unread_pictures:
        looked = counted(summary.pictures, "picture")
        yield f"  {looked} looked at, {summary.unread_pictures:,} of them could not be read"
    if summary.problem:
        yield f"  Only a part was read: {summary.problem.detail}"
