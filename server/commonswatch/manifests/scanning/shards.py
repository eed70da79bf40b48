"""Ranges of one large file, all but the first in processes of their own: their parts are put in order here."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, cast

from commonswatch.manifests.scanning.findings import Match, Progress
from commonswatch.manifests.scanning.passes import Looking, Pass, ended_by
from commonswatch.manifests.scanning.source import Source
from commonswatch.manifests.scanning.state import Folder, Part

TELL_EVERY = 0.2  # seconds
Watched = Callable[[Progress], None]
_fork = multiprocessing.get_context("fork")  # what is looked for is shared, not copied


class RangeFailed(Exception):
    """The process of a range ended without having done its work; the scan can be taken up again."""


def run(
    source: Source, looking: Looking, folder: Folder, ranges: Sequence[Any], watched: Watched
) -> Iterator[Sequence[Match]]:
    """Read all ranges at once; their matches in the order of the rows, up to the first range that broke off."""
    if len(ranges) > 1:
        looking.sieve.prepare()
    with _started(source, looking, folder, ranges) as others:
        part = folder.part(0)
        yield from _here(source, looking, part, ranges[0], lambda progress: watched(others.with_them(progress)))
        if len(ranges) > 1 and not ended_by(part.state):
            yield from _in_order(folder, part, others, watched)


def _here(source: Source, looking: Looking, part: Part, start: Any, watched: Watched) -> Iterator[Sequence[Match]]:
    """The first range, in this process: what was found before a kill, then the rest."""
    yield from part.matches()
    told = 0.0
    with source.open() as manifest, closing(part):
        for progress, matches in Pass(manifest, looking, part, start).run():
            if progress.seconds - told > TELL_EVERY:
                told = progress.seconds
                watched(progress)
            yield matches


class _Others:
    """The processes of the other ranges, and how far each has come."""

    def __init__(self, readers: list[Connection], processes: list[BaseProcess]) -> None:
        self.processes = processes
        self._readers, self._working = readers, list(readers)
        self._progress = [Progress() for _ in readers]

    def with_them(self, progress: Progress, seconds: float = 0) -> Progress:
        """How far all ranges have come together, as far as they tell within so many seconds."""
        for reader in cast("list[Connection]", wait(self._working, seconds)):
            try:
                self._progress[self._readers.index(reader)] = reader.recv()
            except EOFError:  # it has ended
                self._working.remove(reader)
        return sum(self._progress, progress)

    def is_working(self, number: int) -> bool:
        """Whether one of them may still tell something."""
        return self._readers[number] in self._working


@contextmanager
def _started(source: Source, looking: Looking, folder: Folder, ranges: Sequence[Any]) -> Iterator[_Others]:
    readers, processes = list[Connection](), list[BaseProcess]()
    try:
        for number, start in enumerate(ranges[1:], 1):
            reader, writer = _fork.Pipe(duplex=False)
            process: BaseProcess = _fork.Process(target=_read, args=(source, looking, folder, number, start, writer))
            process.start()
            writer.close()
            readers.append(reader)
            processes.append(process)
        yield _Others(readers, processes)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _read(source: Source, looking: Looking, folder: Folder, number: int, start: Any, told: Connection) -> None:
    """The process of one range. It ends when the one that started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it ends it
    parent, last = os.getppid(), -1.0
    with source.open() as manifest, closing(folder.part(number)) as part:
        reading = Pass(manifest, looking, part, start)
        for progress, _ in reading.run():
            if os.getppid() != parent:
                return
            if progress.seconds - last > TELL_EVERY:
                told.send(progress)
                last = progress.seconds
        told.send(reading.progress)


def _in_order(folder: Folder, first: Part, others: _Others, watched: Watched) -> Iterator[Sequence[Match]]:
    """The matches of the other ranges, with the rows before them counted on."""
    rows, line = int(first.state["rows"]), int(first.state["first"] or 0)
    before = Progress(rows, first.state["read"], None, first.state["matches"])
    for number, process in enumerate(others.processes):
        while others.is_working(number):
            watched(others.with_them(before, TELL_EVERY))
        watched(others.with_them(before))
        process.join()
        part = folder.part(number + 1)
        if not part.state.get("done"):
            raise RangeFailed("A part of this manifest could not be read. Start the scan again to go on.")
        yield from part.matches(rows, rows + line - int(part.state["first"] or 0))
        if ended_by(part.state):
            return
        rows += part.state["rows"]
