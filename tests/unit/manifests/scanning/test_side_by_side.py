"""Blocks that are sifted in two threads come in their order, and what goes wrong in the other one is heard of."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from commonswatch.manifests.readers.shapes import Block, Column, Place
from commonswatch.manifests.readers.text import TextReader
from commonswatch.manifests.scanning.side_by_side import sifted
from commonswatch.manifests.scanning.sieves import Sifted

NOTHING = np.empty(0, np.uint64)


class Failed(Exception):
    pass


class Slow:
    """Takes as long as a block's number says, and remembers which threads it ran in."""

    def __init__(self, fails_at: int = -1) -> None:
        self.fails_at, self.threads, self.begun = fails_at, set[int](), 0

    def __call__(self, block: Block) -> Sifted:
        self.threads.add(threading.get_ident())
        self.begun += 1
        if block.first_row == self.fails_at:
            raise Failed
        time.sleep(0.001 * (block.first_row % 5))
        return Sifted([block.first_row], [False], NOTHING, NOTHING)


def _blocks(count: int, syntax: str = "plain") -> Iterator[Block]:
    reader = TextReader((Column("", "address"),), syntax=syntax)
    for row in range(count):
        yield Block(memoryview(b"a\n"), row, reader, Place, dict)


def test_every_block_comes_once_and_in_order() -> None:
    sieve = Slow()
    told = [(block.first_row, sift.rows) for block, sift in sifted(_blocks(100), sieve, together=True)]
    assert told == [(row, [row]) for row in range(100)]
    assert len(sieve.threads) == 2


def test_json_is_sifted_by_the_one_that_reads_it() -> None:
    sieve = Slow()
    assert len(list(sifted(_blocks(20, "json"), sieve, together=True))) == 20
    assert sieve.threads == {threading.get_ident()}


@pytest.mark.parametrize("at", [0, 1, 30])
def test_a_failure_is_heard_of_behind_what_came_before_it(at: int) -> None:
    seen = []
    with pytest.raises(Failed):
        seen.extend(block.first_row for block, _ in sifted(_blocks(100), Slow(at), together=True))
    assert seen == list(range(len(seen)))
    assert len(seen) <= at


def test_few_blocks_are_kept_and_no_thread_is_left() -> None:
    sieve, before = Slow(), threading.active_count()
    told = sifted(_blocks(10_000), sieve, together=True)
    next(told)
    assert sieve.begun < 10
    told.close()
    assert threading.active_count() == before
