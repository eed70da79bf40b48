"""A file that a command writes: whole or not at all, packed as its name says, or standard output."""

import bz2
import gzip
import lzma
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import click

_UNKNOWN = (".zst", ".zip", ".tar", ".tgz", ".7z", ".lz4", ".parquet")


def is_stream(path: Path) -> bool:
    """Whether standard input or output is meant."""
    return str(path) == "-"


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """What to write into. A file is written aside and gets its name in the end; after an error there is none.

    Raises OSError, and ClickException for what is no file or a form nobody here can pack.
    """
    if is_stream(path):
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not path.is_file():
        raise click.ClickException(f"{path} is no file. For standard output write -.")
    if path.suffix.lower() in _UNKNOWN:
        raise click.ClickException(
            f"Files that end in {path.suffix} cannot be written: only text, also .gz, .bz2, .xz."
        )
    path = path.resolve()  # behind a link, so that it stays one
    aside = path.with_name(path.name + ".part")
    try:
        with aside.open("wb") as plain, _packed(plain, path.suffix.lower()) as file:
            yield file
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _packed(plain: BinaryIO, suffix: str) -> BinaryIO:
    """Without a name or time inside, so that the same rows are the same bytes."""
    if suffix == ".gz":
        return cast("BinaryIO", gzip.GzipFile("", "wb", fileobj=plain, mtime=0))
    if suffix == ".bz2":
        return cast("BinaryIO", bz2.BZ2File(plain, "wb"))
    return cast("BinaryIO", lzma.LZMAFile(plain, "wb")) if suffix == ".xz" else plain
