"""One pass over a manifest that writes the rows nobody objects to, byte for byte, or all of them with a word of mark.

Text keeps its form and encoding, without its compression. What is no text (documents of JSON, Parquet, archives)
becomes a table with tabs (or commas) of the columns that were read; lists inside an archive follow each other as they
are.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.cleaning.objections import Objections, Reason, is_telling
from commonswatch.manifests.opening import Manifest
from commonswatch.manifests.readers.shapes import Block, Problem
from commonswatch.manifests.rows import row_of
from commonswatch.manifests.sniffing import Encoding

MARK = "commonswatch"
"""The column that says why, where rows are marked instead of left out."""
_TEXT = ("table", "list", "json-lines")


@dataclass
class Cleaned:
    """What was done: rows read, rows objected to by reason, and why it ended early, if it did."""

    rows: int = 0
    by: Counter[Reason] = field(default_factory=Counter)
    problem: Problem | None = None
    comparable: bool = False  # whether any column has addresses, file names, numbers of pictures, digests or marks

    @property
    def objected(self) -> int:
        """Rows that were left out, or marked."""
        return self.by.total()


def clean(
    manifest: Manifest,
    objections: Objections,
    out: BinaryIO,
    *,
    mark: bool = False,
    commas: bool = False,
    note: Callable[[int, Reason], object] | None = None,
) -> Iterator[Cleaned]:
    """Write the clean rows to ``out``; what was done so far comes after each block, to show progress.

    ``mark`` keeps all rows and adds a column. ``commas``: what is no text becomes a table with commas.
    ``note`` hears of each row that is objected to (rows count from 0).
    Raises InvalidInput for a manifest whose rows cannot carry a mark.
    """
    done, paper, head = Cleaned(), _Paper(out, manifest.encoding), None
    for block in manifest.blocks():
        if head is None:
            commas = commas and manifest.kind not in _TEXT and block.reader.syntax != "json"
            head = _head(manifest, block, mark=mark)
            head = _with_commas(column.name for column in block.reader.columns) if commas else head
            paper.write(head)
        found = _objected(block, objections)
        if note:
            for index, why in found.items():
                note(block.first_row + index, why)
        done.rows += block.rows
        done.comparable = done.comparable or any(map(is_telling, block.reader.columns))
        done.by.update(found.values())
        for piece in _marked(block, found) if mark else _left(block, found, commas=commas):
            paper.write(piece)
        yield done
    if head is None:
        paper.write(manifest.head)
    done.problem = manifest.problem
    yield done


class _Paper:
    """What the rows are written on: in the encoding of the manifest, with the mark of its byte order."""

    def __init__(self, out: BinaryIO, encoding: Encoding | None) -> None:
        self._out, self._encoding = out, encoding
        self._out.write(encoding.mark if encoding else b"")
        self._end = b"\n"

    def write(self, rows: bytes | memoryview) -> None:
        """Write whole rows. One without a line break at its end was the last of a list; another list may follow."""
        if not rows:
            return
        if self._end != b"\n":
            self._out.write(b"\n")
        self._out.write(self._encoding.written(bytes(rows)) if self._encoding else rows)
        self._end = bytes(rows[-1:])


def _objected(block: Block, objections: Objections) -> dict[int, Reason]:
    reasons = ((int(index), objections.why(row_of(block, int(index)))) for index in objections.among(block))
    return {index: why for index, why in reasons if why is not None}


def _head(manifest: Manifest, block: Block, *, mark: bool) -> bytes:
    is_text = manifest.kind in _TEXT
    delimiter = block.reader.delimiter or b"\t"
    if block.reader.syntax == "json":
        return b""
    if mark and not (is_text and delimiter in (b"\t", b",", b";", b"|")):
        raise InvalidInput("The rows of this manifest cannot carry a mark: leave --mark out.")
    head = manifest.head if is_text else b"\t".join(column.name.encode() for column in block.reader.columns) + b"\n"
    if not mark or not head.strip():
        return head
    line = head.rstrip(b"\r\n")
    return line + delimiter + MARK.encode() + head[len(line) :]


def _left(block: Block, found: Mapping[int, Reason], *, commas: bool) -> Iterator[bytes | memoryview]:
    """The rows nobody objects to: whole stretches between those that are left out, or one by one with ``commas``."""
    if commas:
        kept = (block.record(index) for index in range(block.rows) if index not in found)
        yield from (_with_commas(block.reader.cells(record).texts) for record in kept)
        return
    start = 0
    for index in sorted(found):
        yield block.buffer[start : int(block.starts[index])]
        start = int(block.starts[index + 1]) if index + 1 < block.rows else len(block.buffer)
    yield block.buffer[start:]


def _marked(block: Block, found: Mapping[int, Reason]) -> Iterator[bytes]:
    """All rows, each with its mark, which is empty for most, and the line break it had."""
    starts = [*map(int, block.starts), len(block.buffer)]
    delimiter = block.reader.delimiter or b"\t"
    for index in range(block.rows):
        record, why = block.record(index), found.get(index, "")
        line_break = bytes(block.buffer[int(block.ends[index]) : starts[index + 1]])
        is_json = block.reader.syntax == "json"
        marked = _with_mark(record, why) if is_json else record + delimiter + why.encode()
        yield marked + (line_break if line_break.strip(b"\r\n") == b"" else b"\n")


def _with_commas(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode("utf-8", "replace")


def _with_mark(record: bytes, why: str) -> bytes:
    try:
        told = json.loads(record)
    except (ValueError, RecursionError):
        return record
    return json.dumps({**told, MARK: why}).encode() if isinstance(told, dict) and why else record
