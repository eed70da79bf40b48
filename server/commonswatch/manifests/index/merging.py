"""One index from many parts: runs of one scan, or indexes written before. Written aside, then put in place."""

import os
import secrets
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol

import numpy as np

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index import blocks
from commonswatch.manifests.index.entries import FENCE_BITS, Entries, Numbers, pairs, tidied
from commonswatch.manifests.index.layout import GROUP_BITS, HEADER_BYTES, MOST_ROW_BITS, Header, Widths, choose
from commonswatch.manifests.index.reading import KeyIndex

NO_SECRET = bytes(8)
_AT_ONCE = 2**17  # entries that are merged at once
_MOST = 2**18  # of them where digests are not spread evenly
_PIECE = 2**20  # bytes


class Part(Protocol):
    """Entries that can be read a span of digests at a time."""

    @property
    def entries(self) -> int:
        """How many there are."""

    @property
    def digest_bits(self) -> int:
        """How many leading bits of each digest are known."""

    def pieces(self, number: int, bits: int) -> Iterator[Entries]:
        """The entries whose digests begin with these bits (at most 12), in pieces and in any order, to be changed."""


@dataclass(frozen=True)
class IndexPart:
    """An index as a part of another; ``first_row`` is added to each of its row numbers."""

    index: KeyIndex
    first_row: int = 0

    @property
    def entries(self) -> int:
        """How many there are."""
        return self.index.entries

    @property
    def digest_bits(self) -> int:
        """How many leading bits of each digest are known."""
        return self.index.digest_bits

    def pieces(self, number: int, bits: int) -> Iterator[Entries]:
        """The entries whose digests begin with these bits."""
        digests, rows = self.index.span(number, bits)
        yield pairs(digests, rows + np.uint64(self.first_row))


def merge(paths: Sequence[Path], into: Path, first_rows: Sequence[int] | None = None) -> None:
    """One index of several, whose rows are counted on: ``first_rows`` says where each begins (else all at 0).

    For parts of one manifest, or to compact it. NotAnIndex when one is damaged, InvalidInput when their digests were
    made with different secrets.
    """
    first_rows = first_rows or [0] * len(paths)
    with ExitStack() as opened:
        indexes = [opened.enter_context(KeyIndex.open(path)) for path in paths]
        if len({index.secret_id for index in indexes}) > 1:
            raise InvalidInput("The digests of these key indexes were made with different secrets.")
        parts = [IndexPart(index, first_row) for index, first_row in zip(indexes, first_rows, strict=True)]
        rows = max((index.rows + first for index, first in zip(indexes, first_rows, strict=True)), default=0)
        guessed = any(index.guessed for index in indexes)
        build(into, parts, rows, indexes[0].secret_id if indexes else NO_SECRET, guessed=guessed)


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
    try:
        with aside.open("wb") as file:
            file.write(bytes(HEADER_BYTES))
            merged = _merged(parts, widths, entries, None if without is None else np.sort(without))
            header = _write(file, header, merged)
            file.seek(0)
            file.write(header.packed())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:  # no room: what there is of it would only take more
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


_Span = tuple[int, int, Entries]  # first and last group, what is in them


def _merged(parts: Sequence[Part], widths: Widths, entries: int, without: Numbers | None) -> Iterator[_Span]:
    """The entries of so many groups at a time, in order."""
    wanted = max(1, entries // _AT_ONCE)
    bits = min(FENCE_BITS, widths.bucket_bits - GROUP_BITS, (wanted - 1).bit_length())
    groups = widths.groups >> bits
    for span in range(1 << bits):
        pieces = (piece for part in parts for piece in part.pieces(span, bits))
        yield span * groups, (span + 1) * groups, _together(pieces, 64 - widths.digest_bits, without)


def _together(pieces: Iterator[Entries], cut: int, without: Numbers | None) -> Entries:
    """All pieces, tidied; on the way too where they grow: of a key that stands everywhere only some rows are kept."""
    waiting, count, most = list[Entries](), 0, _MOST
    for piece in pieces:
        kept = piece if without is None else piece[~np.isin(piece[:, 0] >> np.uint64(cut), without >> np.uint64(cut))]
        waiting.append(kept)
        count += len(kept)
        if count > most:
            waiting = [_tidied(waiting, cut)]
            count = len(waiting[0])
            most = max(most, 2 * count)
    return _tidied(waiting, cut)


def _tidied(waiting: list[Entries], cut: int) -> Entries:
    entries = waiting[0] if len(waiting) == 1 else np.concatenate([np.empty((0, 2), np.uint64), *waiting])
    waiting.clear()  # while they are sorted there are two of each, not three
    return tidied(entries, cut)


def _write(file: BinaryIO, header: Header, merged: Iterator[_Span]) -> Header:
    """Blocks and directory; the header that tells of them."""
    widths, count, end = header.widths, 0, np.array([HEADER_BYTES], np.uint64)
    with TemporaryFile(dir=Path(file.name).parent) as directory:  # of a large index it has hundreds of megabytes
        directory.write(end.astype("<u8").tobytes())
        for first, last, entries in merged:
            if len(entries) and int(entries[:, 1].max()) >= header.rows:
                raise InvalidInput("A row number is not below the number of rows.")
            made, sizes = blocks.encode(widths, header.seed, first, last, entries)
            file.write(made)
            ends = end + np.cumsum(sizes)
            directory.write(ends.astype("<u8").tobytes())
            count, end = count + len(entries), ends[-1:]
        check = _append(file, directory)
    return replace(header, entries=count, directory=int(end[0]), length=file.tell(), directory_check=check)


def _append(file: BinaryIO, other: BinaryIO) -> int:
    """Write another file behind this one; the CRC-32 of that."""
    check = 0
    other.seek(0)
    while piece := other.read(_PIECE):
        check = zlib.crc32(piece, check)
        file.write(piece)
    return check


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
