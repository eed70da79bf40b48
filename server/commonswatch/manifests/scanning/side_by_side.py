"""Blocks sifted by a second thread and by the one that wants them, while a third unpacks; handed on in their order."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from queue import SimpleQueue

from commonswatch.manifests.kernel.scanner import bounds_of
from commonswatch.manifests.readers.shapes import Block
from commonswatch.manifests.scanning.sieves import Sieve, Sifted

_ENOUGH = 2  # blocks for the second thread: one that it sifts, and the next
_MOST = 3  # blocks that are kept until the first of them is sifted


def is_worth_it(compression: tuple[str, ...]) -> bool:
    """Whether a second thread helps: not where nothing is unpacked, and not on one processor."""
    return bool(compression) and len(os.sched_getaffinity(0)) > 1


def sifted(blocks: Iterable[Block], sieve: Sieve, *, together: bool) -> Iterator[tuple[Block, Sifted]]:
    """Each block with what the sieve says of it. What the second thread has no time for is sifted by this one."""
    if not together:
        yield from ((block, sieve(block)) for block in blocks)
        return
    second, waiting = _Second(sieve), deque[tuple[Block, Sifted | None]]()
    try:
        for block in blocks:
            bounds_of(block)  # once: the next block can be had only when the rows of this one are counted
            waiting.append((block, _sifted_here(block, sieve, second)))
            while waiting and (waiting[0][1] or second.has_done or len(waiting) > _MOST):
                yield _first(waiting, second)
        while waiting:
            yield _first(waiting, second)
    finally:
        second.end()


def _sifted_here(block: Block, sieve: Sieve, second: "_Second") -> Sifted | None:
    """Nothing if the other thread takes it. Rows of JSON it gets never: what is known of their columns still grows."""
    if block.reader.syntax == "json" or second.behind >= _ENOUGH:
        return sieve(block)
    second.give(block)
    return None


def _first(waiting: deque[tuple[Block, Sifted | None]], second: "_Second") -> tuple[Block, Sifted]:
    block, told = waiting.popleft()
    return block, told or second.take()


class _Second:
    """A thread that sifts what it is given, in that order."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve, self._given = sieve, 0
        self._blocks = SimpleQueue[Block | None]()
        self._done = SimpleQueue[Sifted | BaseException]()
        self._thread = threading.Thread(target=self._run, name="manifest-sieve", daemon=True)
        self._thread.start()

    @property
    def has_done(self) -> bool:
        """Whether there is something to take at once."""
        return not self._done.empty()

    @property
    def behind(self) -> int:
        """How many blocks it still has to sift."""
        return self._given - self._done.qsize()

    def give(self, block: Block) -> None:
        """One more."""
        self._given += 1
        self._blocks.put(block)

    def take(self) -> Sifted:
        """What came of the first that was not taken yet; wait for it."""
        told = self._done.get()
        self._given -= 1
        if isinstance(told, BaseException):
            raise told
        return told

    def end(self) -> None:
        """Wait for what it is about; the rest is left."""
        while not self._blocks.empty():
            self._blocks.get()
        self._blocks.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (block := self._blocks.get()) is not None:
            try:
                self._done.put(self._sieve(block))
            except BaseException as failure:  # noqa: BLE001  # the one who waits shall hear of it
                self._done.put(failure)
