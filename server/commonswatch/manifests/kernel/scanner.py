"""Blocks of rows → the rows that may hold a registered work, and keyed digests of all keys for an index."""

import threading
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.kernel.book import book
from commonswatch.manifests.kernel.lines import lines
from commonswatch.manifests.kernel.marks import marks
from commonswatch.manifests.kernel.plans import plan_of, tokens_tell
from commonswatch.manifests.kernel.registry import Registry
from commonswatch.manifests.kernel.twin import Twin
from commonswatch.manifests.readers.shapes import Block, Reads
from commonswatch.native.scan_kernel import Kernel, Matched, Plan

_NO_ROWS = np.empty(0, np.uint64)


class Found(NamedTuple):
    """What a block gave.

    ``rows`` count within the block. ``asked`` says which of them were not read here: the exact engine is to be asked,
    and their keys are not among the digests. The others may hold a registered key: `Scanner.matched` reads them.
    ``digest_rows`` count in the manifest; a key counts once in a row.
    """

    rows: NDArray[np.uint64]
    asked: NDArray[np.bool_]
    digests: NDArray[np.uint64]
    digest_rows: NDArray[np.uint64]


class Scanner:
    """Reads blocks, in any number of threads. With a secret of 16 bytes also the digests of all keys."""

    def __init__(self, registry: Registry, secret: bytes | None = None) -> None:
        self._registry, self._secret = registry, secret
        self._twin = None if registry.tables is not None else Twin(registry.known, marks())
        self._plans = threading.local()

    def scan(self, block: Block) -> Found:
        """Read one block."""
        starts, ends = bounds_of(block)
        tables = self._registry.tables
        if self._twin is not None or tables is None:
            return self._by_twin(block, starts, ends)
        plan = self._plan(block.reader)
        if plan is None:
            return _all(len(starts))
        result = kernel().rows(block.buffer, starts, ends, block.first_row, tables, plan, self._secret)
        return Found(result.rows - np.uint64(block.first_row), result.asked, result.digests, result.digest_rows)

    def matched(self, block: Block, rows: NDArray[np.uint64]) -> tuple[Matched, list[int]]:
        """What is registered of the keys in rows that were not asked about, and rows that the engine is to read.

        A key of another work is taken for a registered one in one of 2¹⁰⁸ cases.
        """
        tables = self._registry.tables
        plan = self._plan(block.reader) if tables is not None and len(rows) else None
        if tables is None or plan is None:
            return Matched([], [], [], []), rows.tolist()
        return kernel().matched(block.buffer, *bounds_of(block), rows, tables, plan)

    def _by_twin(self, block: Block, starts: NDArray[np.uint64], ends: NDArray[np.uint64]) -> Found:
        if self._twin is None or self._secret is not None or not tokens_tell(block.reader):
            return _all(len(starts))
        rows = self._twin.rows(block.buffer, starts, ends)
        return Found(rows, np.zeros(len(rows), np.bool_), _NO_ROWS, _NO_ROWS)

    def _plan(self, reader: Reads) -> Plan | None:
        known = getattr(self._plans, "last", None)
        if known is None or known[0] is not reader or known[1] is not reader.columns:
            self._plans.last = known = (reader, reader.columns, plan_of(reader))
        return known[2]


def bounds_of(block: Block) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Where the records of a block start and end."""
    if block.is_lines and block.bounds is None:
        block.bounds = lines(block.buffer)
        block.found(len(block.bounds[0]))
    return block.starts, block.ends


@cache
def kernel() -> Kernel:
    """The compiled kernel with the book of rules; made once in a process, before it forks if it can be."""
    rules = book()
    return Kernel(rules.arrays, rules.numbers, [(one.columns, one.steps) for one in rules.tails])


def _all(rows: int) -> Found:
    return Found(np.arange(rows, dtype=np.uint64), np.ones(rows, np.bool_), _NO_ROWS, _NO_ROWS)
