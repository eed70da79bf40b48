"""One index from many sorted parts: runs of one scan, or indexes written before. Written aside, then put in place."""

import os
import secrets
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index import blocks
from commonswatch.manifests.index.blocks import Numbers
from commonswatch.manifests.index.layout import GROUP_BITS, HEADER_BYTES, MOST_ROW_BITS, Header, Widths, choose
from commonswatch.manifests.index.reading import KeyIndex
from commonswatch.manifests.index.runs import FENCE_BITS, tidied

NO_SECRET = bytes(8)
_AT_ONCE = 2**18  # entries that are merged at once


class Part(Protocol):
    """Entries in order of their digests."""

    @property
    def entries(self) -> int:
        """How many there are."""

    @property
    def digest_bits(self) -> int:
        """How many leading bits of each digest are known."""

    def span(self, number: int, bits: int) -> tuple[Numbers, Numbers]:
        """The entries whose digests begin with these bits (at most 12), in order of their digests."""


def merge(paths: Sequence[Path], into: Path, first_rows: Sequence[int] | None = None) -> None:
    """One index of several, whose rows are counted on: ``first_rows`` says where each begins (else all at 0).

    For parts of one manifest, or to compact it. NotAnIndex when one is damaged, InvalidInput when their digests were
    made with different secrets.
    """
    first_rows = first_rows or [0] * len(paths)
    indexes = [KeyIndex.open(path) for path in paths]
    try:
        if len({index.secret_id for index in indexes}) > 1:
            raise InvalidInput("The digests of these key indexes were made with different secrets.")
        parts = [index.as_part(first_row) for index, first_row in zip(indexes, first_rows, strict=True)]
        rows = max((index.rows + first for index, first in zip(indexes, first_rows, strict=True)), default=0)
        guessed = any(index.guessed for index in indexes)
        build(into, parts, rows, indexes[0].secret_id if indexes else NO_SECRET, guessed=guessed)
    finally:
        for index in indexes:
            index.close()


def build(
    path: Path,
    parts: Sequence[Part],
    rows: int,
    secret_id: bytes = NO_SECRET,
    without: Numbers | None = None,
    *,
    guessed: bool = False,
) -> None:
    """Write the index of these parts, whose row numbers are all below ``rows``, and put it at ``path``.

    What was at ``path`` stays until the new file is whole and on disk. ``without``: digests that are left out;
    ``guessed``: all keys were read from file names.
    """
    if rows > 2**MOST_ROW_BITS or len(secret_id) != len(NO_SECRET):
        raise InvalidInput("A key index counts up to 2^40 rows and names its secret with 8 bytes.")
    entries = sum(part.entries for part in parts)
    known = min((part.digest_bits for part in parts), default=64)
    widths = choose(entries, rows, known)
    header = Header(widths, 0, rows, 0, 0, secret_id, secrets.token_bytes(8), 0, guessed)
    aside = path.with_name(f"{path.name}.new")
    with aside.open("wb") as file:
        file.write(bytes(HEADER_BYTES))
        merged = _merged(parts, widths, entries, None if without is None else np.sort(without))
        header = _write(file, header, merged)
        file.seek(0)
        file.write(header.packed())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync_folder(path.parent)


_Span = tuple[int, int, Numbers, Numbers]  # first and last group, digests, rows


def _merged(parts: Sequence[Part], widths: Widths, entries: int, without: Numbers | None) -> Iterator[_Span]:
    """The entries of so many groups at a time, in order."""
    wanted = max(1, entries // _AT_ONCE)
    bits = min(FENCE_BITS, widths.bucket_bits - GROUP_BITS, (wanted - 1).bit_length())
    groups = widths.groups >> bits
    for span in range(1 << bits):
        digests, rows = _together([part.span(span, bits) for part in parts], widths, without)
        yield span * groups, (span + 1) * groups, digests, rows


def _together(
    pieces: Sequence[tuple[Numbers, Numbers]], widths: Widths, without: Numbers | None
) -> tuple[Numbers, Numbers]:
    if not pieces:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    digests, rows = (np.concatenate(column) for column in zip(*pieces, strict=True))
    cut = np.uint64(64 - widths.digest_bits)
    digests = digests >> cut << cut
    if without is not None:
        kept = ~np.isin(digests, without >> cut << cut)
        digests, rows = digests[kept], rows[kept]
    return tidied(digests, rows)


def _write(file: BinaryIO, header: Header, merged: Iterator[_Span]) -> Header:
    """Blocks and directory; the header that tells of them."""
    widths, entries = header.widths, 0
    sizes = np.zeros(widths.groups + 1, np.int64)
    sizes[0] = HEADER_BYTES
    for first, last, digests, rows in merged:
        if len(rows) and int(rows.max()) >= header.rows:
            raise InvalidInput("A row number is not below the number of rows.")
        made = blocks.encode(widths, header.seed, first, last, digests, rows)
        sizes[first + 1 : last + 1] = [len(block) for block in made]
        file.writelines(made)
        entries += len(digests)
    directory = np.cumsum(sizes).astype("<u8").tobytes()
    start = file.tell()
    file.write(directory)
    return replace(header, entries=entries, directory=start, length=file.tell(), directory_check=zlib.crc32(directory))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
