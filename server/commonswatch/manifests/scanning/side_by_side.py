"""Blocks sifted in threads while the next ones are unpacked, and handed on in their order."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from commonswatch.manifests.readers.shapes import Block
from commonswatch.manifests.scanning.sieves import Sieve, Sifted

_MOST = 2  # threads: two kernels are faster than what unpacks for them


def threads_for(compression: tuple[str, ...]) -> int:
    """How many threads are worth their while: none where nothing is unpacked, or on one processor."""
    return min(_MOST, len(os.sched_getaffinity(0)) - 1) if compression else 0


def sifted(blocks: Iterable[Block], sieve: Sieve, threads: int) -> Iterator[tuple[Block, Sifted]]:
    """Each block with what the sieve says of it, so many at once; without threads one after the other."""
    if not threads:
        yield from ((block, sieve(block)) for block in blocks)
        return
    pool = ThreadPoolExecutor(threads, "manifest-sieve")
    waiting: deque[tuple[Block, Future[Sifted]]] = deque()
    try:
        for block in blocks:
            waiting.append((block, _sifting(block, sieve, pool)))
            if len(waiting) > threads:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _sifting(block: Block, sieve: Sieve, pool: ThreadPoolExecutor) -> "Future[Sifted]":
    """Rows of JSON are sifted at once: what is known of their columns grows with each of them."""
    if block.reader.syntax != "json":
        return pool.submit(sieve, block)
    done: Future[Sifted] = Future()
    done.set_result(sieve(block))
    return done


def _first(waiting: "deque[tuple[Block, Future[Sifted]]]") -> tuple[Block, Sifted]:
    block, future = waiting.popleft()
    return block, future.result()
