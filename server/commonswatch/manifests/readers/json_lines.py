"""JSON Lines: one value a line, cut into cells when it is asked for, with names as in documents."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from commonswatch.manifests.readers import roles
from commonswatch.manifests.readers.columns import column_of, columns_of
from commonswatch.manifests.readers.shapes import Cells, Column
from commonswatch.manifests.readers.text import Syntax, decoded

_MOST_CELLS = 256  # of one row
_LONGEST_CELL = 5000  # characters
_DEPTH = 16
_THING = re.compile(r"[0-9]+|.*[/@:\s].*|.{41,}", re.DOTALL)  # a key that names a thing and not a property


class JsonLinesReader:
    """What the lines mean: the columns of the first rows, and more as they come."""

    syntax: Syntax = "json"
    delimiter = b""

    def __init__(self, head: bytes) -> None:
        rows = [_cells(line) for line in head.split(b"\n", roles.SAMPLE)[: roles.SAMPLE]]
        names = list(dict.fromkeys(name for row in rows for name, _ in row))[:_MOST_CELLS]
        firsts = [dict(reversed(row)) for row in rows]
        self.columns = columns_of(names, [[row.get(name, "") for name in names] for row in firsts])
        self._by_name = {column.name: column for column in self.columns}
        self._new = lru_cache(_MOST_CELLS)(column_of)

    def cells(self, record: bytes) -> Cells:
        """Every value of a line that is text or a number, with its column; several may stand in one."""
        cells = _cells(record)
        return Cells(tuple(text for _, text in cells), tuple(self._column(name, text) for name, text in cells))

    def _column(self, name: str, text: str) -> Column:
        return self._by_name.get(name) or self._new(name, () if roles.is_null(text) else (text[:512],))


def _cells(record: bytes) -> list[tuple[str, str]]:
    try:
        value = json.loads(decoded(record).rstrip(", "))
    except (ValueError, RecursionError):
        return []
    return walk(value)


def walk(value: Any) -> list[tuple[str, str]]:
    """The first values of a parsed JSON value that are text or numbers, each with its name."""
    return list(islice(_walk(value, "", 0), _MOST_CELLS))


def _walk(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEPTH or value is None or isinstance(value, bool):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            is_thing = _THING.fullmatch(key) is not None
            if is_thing and not key.isdecimal():
                yield "@", key[:_LONGEST_CELL]
            yield from _walk(inner, name if is_thing else f"{name}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            if not isinstance(inner, int | float):
                yield from _walk(inner, name, depth + 1)
    else:
        yield name or "*", re.sub("[\t\r\n]+", " ", str(value)[:_LONGEST_CELL])
