"""Which rows of a block may hold something registered, and the digests of all its keys."""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from commonswatch.manifests.kernel.digests import key_digest
from commonswatch.manifests.kernel.registry import Registry as Registered
from commonswatch.manifests.kernel.scanner import Scanner, kernel
from commonswatch.manifests.readers.shapes import Block
from commonswatch.manifests.scanning.findings import How, Match
from commonswatch.manifests.scanning.matching import Registry, matches_in, texts_in
from commonswatch.native import scan
from commonswatch.native.scan_kernel import Matched

_HOWS: tuple[How, ...] = ("digest", "key", "guessed")  # as the kernel numbers them
_CHECKED = 2000  # of so many rows that the kernel alone has read, the engine reads one again
FEW = 2000  # rows that the exact engine reads in less time than the kernel needs to get ready


class Sifted(NamedTuple):
    """What a sieve says of a block. Row numbers of ``rows`` count within the block, ``digest_rows`` in the manifest.

    Those of ``rows`` are still to be read by the exact engine; of such as are ``unsure`` no digests are among
    ``digests``. ``matches`` are those of all other rows.
    """

    rows: list[int]
    unsure: list[bool]
    digests: npt.NDArray[np.uint64]
    digest_rows: npt.NDArray[np.uint64]
    matches: Sequence[Match] = ()


class Sieve(Protocol):
    """Finds the rows of a block that are worth the exact engine's time."""

    def __call__(self, block: Block) -> Sifted:
        """Every row that holds something registered is among those it names."""

    def digest(self, text: str) -> int:
        """The keyed digest of a work key, as the index has it."""

    def prepare(self) -> None:
        """Make ready what several processes will need."""


class RowByRow:
    """The exact engine on every row: slow, and what every faster sieve is held against."""

    def __init__(self, registry: Registry, digest: Callable[[str], int] | None = None) -> None:
        self._registry, self._digest = registry, digest

    def __call__(self, block: Block) -> Sifted:
        """Name the rows that match, with the digests of all keys of all rows if there is a secret for them."""
        rows, digests, digest_rows = [], [], []
        for number in range(block.rows):
            texts = texts_in(block, number)
            if any(self._registry.works(text) for _, text in texts):
                rows.append(number)
            if self._digest:
                digests += [self._digest(text) for _, text in texts]
                digest_rows += [block.first_row + number] * len(texts)
        return Sifted(rows, [False] * len(rows), np.array(digests, np.uint64), np.array(digest_rows, np.uint64))

    def digest(self, text: str) -> int:
        """As given."""
        return self._digest(text) if self._digest else 0

    def prepare(self) -> None:
        """Nothing to do."""


class Kernel:
    """The scan kernel, or its twin where it is not compiled. Short lists are read row by row until it is ready."""

    def __init__(self, registry: Registered, secret: bytes | None = None, *, is_trusted: bool = True) -> None:
        """With a ``secret`` (16 bytes) the digests of all keys of all rows are made, too.

        Without trust every row it finds is read by the exact engine.
        """
        self._secret, self._registry = secret, registry
        self._is_trusted, self._read_alone = is_trusted, 0
        self._scanner, self._is_ready = Scanner(registry, secret), False
        self._row_by_row = RowByRow(registry, self.digest if secret else None)

    def __call__(self, block: Block) -> Sifted:
        """Name the rows that the exact engine has to look at."""
        if not self._is_ready and block.rows <= FEW:
            return self._row_by_row(block)
        self._is_ready = True
        found = self._scanner.scan(block)
        if not len(found.rows):  # as in most blocks of long rows
            return Sifted([], [], found.digests, found.digest_rows)
        sure = found.rows[~found.asked]
        matches, rest = self._read_by_kernel(block, sure) if self._is_trusted else ([], sure.tolist())
        asked = dict.fromkeys(found.rows[found.asked].tolist(), True) | dict.fromkeys(rest, False)
        rows = sorted(asked)
        return Sifted(rows, [asked[row] for row in rows], found.digests, found.digest_rows, matches)

    def _read_by_kernel(self, block: Block, sure: npt.NDArray[np.uint64]) -> tuple[list[Match], list[int]]:
        """What rows hold, and those that the engine is to read: all, if it finds something else in one of them."""
        found, rest = self._scanner.matched(block, sure)
        rows = list(dict.fromkeys(found.rows))
        checked = rows[-self._read_alone % _CHECKED :: _CHECKED]
        self._read_alone += len(rows)
        matches = _matches(block, found)
        if all(self._is_right(block, row, matches) for row in checked):
            return matches, rest
        self._is_trusted = False
        logging.getLogger(__name__).error("The scan kernel reads a row otherwise than the engine: it is not used.")
        return [], sure.tolist()

    def _is_right(self, block: Block, row: int, matches: list[Match]) -> bool:
        by_engine = matches_in(block, row, texts_in(block, row), self._registry)
        return by_engine == [match for match in matches if match.row == block.first_row + row]

    def digest(self, text: str) -> int:
        """As the kernel makes them."""
        return key_digest(self._secret, text) if self._secret else 0

    def prepare(self) -> None:
        """Have the rules of hosts compiled now, which takes a second, and not in each of many processes."""
        if scan.available():
            kernel()
        self._is_ready = True


def _matches(block: Block, found: Matched) -> list[Match]:
    first, place = block.first_row, block.place
    return [
        Match(first + row, place(row), _HOWS[how], text, work)
        for row, how, text, work in zip(found.rows, found.hows, found.texts, found.works, strict=True)
    ]
