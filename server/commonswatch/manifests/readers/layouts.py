"""How a list or a table is written: what stands before its first row, its delimiter, its columns."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from commonswatch.manifests.readers import roles
from commonswatch.manifests.readers.anywhere import works_in
from commonswatch.manifests.readers.columns import columns_of
from commonswatch.manifests.readers.delimiters import MOST_COLUMNS, delimited, is_quoted
from commonswatch.manifests.readers.headers import names_of
from commonswatch.manifests.readers.json_lines import JsonLinesReader
from commonswatch.manifests.readers.shapes import Column
from commonswatch.manifests.readers.text import Syntax, TextReader, decoded, split
from commonswatch.manifests.rows import read_keys

_COMMENT = "#"
_LOOKED_AT = 2**13  # characters of a line
_LONG_LINE = 2048  # bytes; such lines hold pictures, of which the start tells enough
_PAYLOAD = re.compile(rb"([A-Za-z0-9+/]{512})[A-Za-z0-9+/]+")
_TRIED = 100  # lines that are read in both ways
_LEAST_SHOWN = 0.8  # of the lines that name works must do so when they are cut
_KEPT = {"person", "mid", "qid"}  # what only columns tell
_IN_PROSE = (",", ";", "|")  # which stand in captions as well, so that what follows comes to stand further back
_SPARE = (Column("", "address"),) * 3
_ANYTHING = TextReader((Column("", "address", pattern=roles.ANYWHERE),))


class Table(NamedTuple):
    """How a list or a table is written: the bytes and lines before its first row, and its reader."""

    skipped: int
    lines: int
    reader: TextReader | JsonLinesReader


def table_of(head: bytes, *, whole: bool) -> Table:
    """How a list or a table is written. ``whole``: the head is all there is."""
    lines = _lines(head, whole=whole)
    comments = next((at for at, line in enumerate(lines) if not line.startswith(_COMMENT)), len(lines))
    delimiter, body = delimited(lines[comments : comments + roles.SAMPLE])
    quoted = bool(delimiter) and is_quoted(body, delimiter)
    rows = [split(line, delimiter, quoted=quoted, most=MOST_COLUMNS) for line in body if line.strip()]
    names, header = names_of(lines[:comments], rows, _width(rows, delimiter), delimiter)
    syntax: Syntax = "quoted" if quoted else "plain"
    columns = columns_of(names, rows[header:])
    spare = _SPARE if delimiter in _IN_PROSE and not quoted else ()
    reader = TextReader(columns + spare, delimiter, syntax)
    if _is_no_table(reader, body[header:]):
        reader, header = _ANYTHING, 0
    before = comments + sum(line.count("\n") + 1 for line in body[:header])
    return Table(_bytes_of(head, before), before, reader)


def _is_no_table(reader: TextReader, lines: Sequence[str]) -> bool:
    """Whether cutting lines like this hides works that stand in them, as in markup, scripts and logs."""
    if {column.role for column in reader.columns} & _KEPT:
        return False
    tried = [line[:_LOOKED_AT] for line in lines if line.strip()][:_TRIED]
    cut = sum(any(read_keys(reader, line.encode())) for line in tried)
    held = sum(bool(works_in(line)) for line in tried)
    return cut < _LEAST_SHOWN * held


def _width(rows: Sequence[Sequence[str]], delimiter: str) -> int:
    widths = Counter(map(len, rows))
    if delimiter == " " and widths:
        return max(widths, key=lambda width: (widths[width], -width))
    return max(widths, default=1)


def _bytes_of(head: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = head.find(b"\n", at) + 1
        if not at:
            return len(head)
    return at


def _lines(head: bytes, *, whole: bool) -> list[str]:
    if head.count(b"\n") * _LONG_LINE < len(head):
        head = _PAYLOAD.sub(rb"\1", head)
    lines = head.split(b"\n", 4 * roles.SAMPLE)
    cut = lines[: 4 * roles.SAMPLE]
    if len(cut) == len(lines) and len(cut) > 1 and (not whole or not cut[-1]):
        cut = cut[:-1]
    return [decoded(line[: 2**16]) for line in cut]
