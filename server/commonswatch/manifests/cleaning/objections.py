"""Which rows of a manifest somebody objects to: registered works, and rows that carry an opt-out mark themselves.

Who registers a work asks to be asked, so a registered work counts, unless it was withdrawn. Marks are columns as
builders of datasets write them (`opt_out`, `noai`, `tdm-reservation`, `data_mining`, `robots`, `tags`,
`training-mining`) from the IPTC/PLUS data mining property, the TDM Reservation Protocol, the `noai` directives of web
pages, the tag `no_cv` of Flickr and the training assertion of C2PA.
"""

import re
from collections.abc import Iterable
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from commonswatch.manifests.kernel import Registry, Scanner
from commonswatch.manifests.readers.shapes import Block, Cells, Column
from commonswatch.manifests.rows import Row, row_of
from commonswatch.watch_list.prefixes import prefix_of, to_numbers

_TELLING = ("address", "path", "key", "md5", "sha256")
Reason = Literal["registered", "opt-out"]

_YES = r"1|true|yes|y|reserved|no ?(?:image)?ai|opt(?:ed)?[-_ ]?out"
_OPTED_OUT = r"opt(?:ed)?[-_ ]?out|no[-_ ]?(?:image[-_ ]?)?ai|tdm[-_ ]?reserv\w*|no[-_ ]?data[-_ ]?mining"
_MARKS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"(?:.*[^a-z])?(?:{name})", re.IGNORECASE), re.compile(value, re.IGNORECASE))
    for name, value in (
        (_OPTED_OUT, _YES),
        (r"data[-_ ]?mining", r"(?:.*[^a-z])?prohibited.*"),
        (r"(?:x[-_ ])?robots(?:[-_ ]tag)?", r"(?:.*[^a-z])?no(?:image)?ai(?:[^a-z].*)?"),
        (r"(?:machine|user)?[-_ ]?(?:tags|keywords)", r"(?:.*[^a-z_-])?no[-_]?(?:cv|(?:image)?ai)(?:[^a-z_-].*)?"),
        (r"training[-_ ]mining(?:[^a-z].*)?", r"not[-_ ]?allowed|constrained"),
    )
)
"""Names of columns, and what stands in them when somebody objects."""


class Objections(Protocol):
    """Says which rows may be objected to, and why one is."""

    def among(self, block: Block) -> Iterable[int]:
        """The rows of a block, counted within it, that must be read; all others stay."""

    def why(self, row: Row) -> Reason | None:
        """Why a row is left out, None for those that stay."""


class Registered:
    """Objections by all works of an installation."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._scanner = Scanner(registry)

    def among(self, block: Block) -> Iterable[int]:
        """What the kernel proposes; every row where a column carries marks."""
        return range(block.rows) if any(map(_is_mark, block.reader.columns)) else self._scanner.scan(block).rows

    def why(self, row: Row) -> Reason | None:
        """By a work key or a file's digest, else by its own mark."""
        names = [key.key for key in row.keys] + [f"{one.algorithm}:{one.bits.hex()}" for one in row.digests]
        return "registered" if any(map(self._registry.works, names)) else marked(row.cells)


class Listed:
    """Objections by the works of a watch list: known by 48 bits of each key's digest, nothing else is in it."""

    def __init__(self, keys: npt.NDArray[np.uint64]) -> None:
        self._keys = keys

    def among(self, block: Block) -> Iterable[int]:
        """Rows with a key of the list; every row where a column carries marks."""
        if any(map(_is_mark, block.reader.columns)):
            return range(block.rows)
        rows = [[key.key for key in row_of(block, number).keys] for number in range(block.rows)]
        listed = self._listed({key for keys in rows for key in keys})
        return [number for number, keys in enumerate(rows) if not listed.isdisjoint(keys)]

    def why(self, row: Row) -> Reason | None:
        """By a work key, else by its own mark. Of a hundred million foreign keys one is taken for one of a million."""
        return "registered" if self._listed(key.key for key in row.keys) else marked(row.cells)

    def _listed(self, keys: Iterable[str]) -> set[str]:
        names = list(keys)
        prefixes = to_numbers(b"".join(map(prefix_of, names)))
        places = np.searchsorted(self._keys, prefixes)
        found = places < len(self._keys)
        found[found] = self._keys[places[found]] == prefixes[found]
        return {names[place] for place in np.flatnonzero(found)}


def marked(cells: Cells) -> Reason | None:
    """Whether the row itself says that it may not be used."""
    for column, text in zip(cells.columns, cells.texts, strict=True):
        if any(name.fullmatch(column.name) and value.fullmatch(text.strip()) for name, value in _MARKS):
            return "opt-out"
    return None


def is_telling(column: Column) -> bool:
    """Whether a column can say which work a row is about, or that somebody objects."""
    return column.role in _TELLING or _is_mark(column)


def _is_mark(column: Column) -> bool:
    return any(name.fullmatch(column.name) for name, _ in _MARKS)
