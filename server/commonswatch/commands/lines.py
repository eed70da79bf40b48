"""Lines in, rows out: files of any size and any bytes, one row for each line, as a table or as JSON lines."""

import codecs
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, cast

import click

LONGEST_LINE = 16 * 2**20  # bytes that are kept of one line
_MOST_SHOWN = 200  # characters of one value in a table
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = Mapping[str, Any]

file_argument = click.argument("file", type=click.File("rb"))
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")


def read_lines(stream: BinaryIO) -> Iterator[str]:
    """The lines without their ends; what is not UTF-8 becomes U+FFFD, and of an endless line the start is kept.

    UTF-16, as Windows writes lists, is known by its first two bytes.
    """
    if stream.peek(2)[:2] in _UTF_16:  # type: ignore[attr-defined]  # a file or standard input: both are buffered
        stream = cast("BinaryIO", codecs.EncodedFile(stream, "utf-8", "utf-16", "replace"))
    first = True
    while piece := stream.readline(LONGEST_LINE):
        line = piece
        while not piece.endswith(b"\n") and (piece := stream.readline(LONGEST_LINE)):
            pass
        line = line.removeprefix(_BOM) if first else line
        first = False
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def print_rows(rows: Iterable[Row], as_json: bool, columns: Mapping[str, int]) -> None:
    """Print rows while they come: all of each as JSON (ASCII), or these columns, at least so wide, as a table."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if not as_json:
        sys.stdout.write(_aligned({name: name.upper() for name in columns}, columns))
    for row in rows:
        sys.stdout.write(f"{json.dumps(row)}\n" if as_json else _aligned(row, columns))
    sys.stdout.flush()


def _aligned(row: Row, columns: Mapping[str, int]) -> str:
    return "  ".join(shown(row[name]).ljust(width) for name, width in columns.items()).rstrip() + "\n"


def shown(value: Any) -> str:
    """A value for people: short, and without what would steer a terminal."""
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str("" if value is None else value)
    text = text.replace("\t", " ")
    cut = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut) or "-"


def counted(number: int, one: str, more: str = "") -> str:
    """A number with its noun: `1 row`, `1,000 rows`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"
