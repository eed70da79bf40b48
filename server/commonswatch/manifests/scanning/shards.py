"""Ranges of one large file, each in a process of its own. They write to their parts; here they are put in order."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, cast

from commonswatch.manifests.scanning.findings import Match, Progress
from commonswatch.manifests.scanning.passes import Looking, Pass, ended_by
from commonswatch.manifests.scanning.source import Source
from commonswatch.manifests.scanning.state import Folder

TELL_EVERY = 0.2  # seconds
_fork = multiprocessing.get_context("fork")  # what is looked for is shared, not copied


class RangeFailed(Exception):
    """The process of a range ended without having done its work; the scan can be taken up again."""


def run(
    source: Source, looking: Looking, folder: Folder, ranges: Sequence[Any], watched: Callable[[Progress], None]
) -> Iterator[Match]:
    """Read all ranges at once; their matches in the order of the rows, up to the first range that broke off."""
    looking.sieve.prepare()
    readers, processes = list[Connection](), list[BaseProcess]()
    try:
        for number, start in enumerate(ranges):
            reader, writer = _fork.Pipe(duplex=False)
            process: BaseProcess = _fork.Process(target=_read, args=(source, looking, folder, number, start, writer))
            process.start()
            writer.close()
            readers.append(reader)
            processes.append(process)
        yield from _in_order(folder, readers, processes, watched)
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


def _in_order(
    folder: Folder, readers: list[Connection], processes: list[BaseProcess], watched: Callable[[Progress], None]
) -> Iterator[Match]:
    progress = [Progress() for _ in readers]
    waiting, rows, first = list(readers), 0, 0
    for number, process in enumerate(processes):
        while readers[number] in waiting:
            _listen(readers, waiting, progress)
            watched(sum(progress[1:], progress[0]))
        process.join()
        part = folder.part(number)
        if not part.state.get("done"):
            raise RangeFailed("A part of this manifest could not be read. Start the scan again to go on.")
        first = first if number else part.state["first"] or 0
        lines = rows + first - (part.state["first"] or 0)
        yield from (match.shifted(rows, lines) for match in part.matches())
        if ended_by(part.state):
            return
        rows += part.state["rows"]


def _listen(readers: list[Connection], waiting: list[Connection], progress: list[Progress]) -> None:
    """Take what ranges tell; one that has ended is waited for no longer."""
    for reader in cast("list[Connection]", wait(waiting, TELL_EVERY)):
        try:
            progress[readers.index(reader)] = reader.recv()
        except EOFError:
            waiting.remove(reader)
