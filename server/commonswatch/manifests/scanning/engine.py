"""A scan from its start, or from where a killed one had come, to its summary. Ranges are read by ``ranges``."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from commonswatch.manifests import index as key_index
from commonswatch.manifests.index.merging import NO_SECRET
from commonswatch.manifests.readers.shapes import Problem
from commonswatch.manifests.scanning import shards
from commonswatch.manifests.scanning.findings import Match, Summary
from commonswatch.manifests.scanning.passes import Looking, ended_by, left_out
from commonswatch.manifests.scanning.pictures import Looked, PicturePass
from commonswatch.manifests.scanning.source import Source
from commonswatch.manifests.scanning.state import Folder, Part

_CHANGED = Problem("changed", "The file changed while it was read.")


@dataclass(frozen=True)
class Options:
    """How to scan. ``folder`` keeps what is needed to go on after a kill; without it a scan starts anew each time."""

    folder: Path | None = None
    index: Path | None = None  # where the key index is to be put; None: none is wanted
    secret_id: bytes = NO_SECRET  # of the digests in it
    smallest_range: int = 16 * 2**20  # bytes that are worth a process of their own
    cores: int = 1  # processes; more than one only from a process without threads
    identity: Mapping[str, Any] = field(default_factory=dict)  # what must be the same for going on to make sense


class Scan:
    """Iterate once: matches in the order of their rows. Then there is a ``summary``, and an index where one is wanted.

    ``watched`` is called about five times a second with the progress; what it raises ends the scan, to go on later.
    """

    def __init__(self, source: Source, looking: Looking, options: Options, watched: shards.Watched) -> None:
        self._source, self._looking, self._options, self._watched = source, looking, options, watched
        self.summary = Summary()
        self._planned: Mapping[str, Any] = {}

    def __iter__(self) -> Iterator[Match]:
        """Go on, or start. Raises InvalidInput when there is nothing that could be read."""
        began = time.monotonic()
        with TemporaryDirectory(prefix="commonswatch-scan-") as scratch:
            folder = Folder(self._options.folder or Path(scratch) / "state")
            try:
                yield from self._scanned(folder)
                self.summary.seconds = time.monotonic() - began
            except BaseException:
                folder.close()
                raise
            folder.remove()

    def _scanned(self, folder: Folder) -> Iterator[Match]:
        ranges = self._ranges(folder)
        yield from self._counted(shards.run(self._source, self._looking, folder, ranges, self._watched))
        self._end(folder, len(ranges))
        if self._looking.looked is not None:
            yield from self._counted(self._in_pictures(folder.part(len(ranges)), self._looking.looked))

    def _counted(self, lots: Iterable[Sequence[Match]]) -> Iterator[Match]:
        for matches in lots:
            self.summary.count(matches)
            yield from matches

    def _ranges(self, folder: Folder) -> list[Any]:
        """Where each range begins; those of the earlier run, if there was one of this very manifest."""
        self._planned = {**self._source.identity}
        identity = {**self._options.identity, **self._planned}
        ranges = folder.plan(identity)
        self.summary.resumed = ranges is not None
        if ranges is None:
            ranges = [None]
            if self._options.cores > 1 and self._source.divisible:
                with self._source.open() as manifest:
                    parts = min(self._options.cores, (manifest.position()[1] or 0) // self._options.smallest_range)
                    ranges = list(manifest.divided(parts)) if parts > 1 else ranges
                ranges = ranges or [None]
            folder.keep_plan(identity, ranges)
        return ranges

    def _has_changed(self) -> bool:
        """Whether it is another file than was divided: each range knows only what it was when it opened it."""
        try:
            return {**self._source.identity} != self._planned
        except FileNotFoundError:  # whoever reads it still has it
            return False

    def _in_pictures(self, part: Part, looked: Looked) -> Iterator[Sequence[Match]]:
        """The works that pictures inside the manifest show."""
        yield from part.matches()
        with self._source.open() as manifest, closing(part):
            for progress, matches in PicturePass(manifest, looked, part).run():
                self._watched(progress)
                yield matches
            self.summary.problem = self.summary.problem or manifest.ended_by or manifest.left_out
        self.summary.pictures = part.state["pictures"]
        self.summary.unread_pictures = part.state["unread"]

    def _end(self, folder: Folder, ranges: int) -> None:
        """Rows of all ranges, why it is partial, and the index."""
        runs: list[key_index.Part] = []
        guessed = True
        for number in range(ranges):
            state = folder.part(number).state
            if self._options.index is not None:
                runs += key_index.Runs(folder.part(number).runs, state["runs"]).runs(self.summary.rows)
            self.summary.rows += int(state["rows"])
            guessed = guessed and bool(state["guessed"])
            self.summary.kind, self.summary.compression = state["kind"], state["compression"]
            ended = ended_by(state)
            self.summary.problem = ended or self.summary.problem or left_out(state)
            if ended:
                break
        if ranges > 1 and self._has_changed():
            self.summary.problem = self.summary.problem or _CHANGED
        if self._source.cut:
            self.summary.problem = Problem("broken", self._source.cut)
        if self._options.index is not None:
            rows, secret_id = self.summary.rows, self._options.secret_id
            key_index.build(self._options.index, runs, rows, secret_id, guessed=guessed)
