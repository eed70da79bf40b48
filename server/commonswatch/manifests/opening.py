"""A file or a stream → a manifest: compression taken off, its kind found, its rows in blocks, its problem told."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from commonswatch.manifests.readers import formats
from commonswatch.manifests.readers.guards import Counted
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Limits, Problem, Reading, Trouble
from commonswatch.manifests.sniffing import Encoding

_NO_LIMITS = Limits()


class Manifest:
    """An open manifest. Read its blocks once, in order; then ``problem`` says whether that was all of it.

    ``kind`` and ``compression`` (outermost first) are what was found; ``about`` is what a dataset's description says.
    """

    def __init__(self, file: BinaryIO, limits: Limits, name: str) -> None:
        self.name = name
        self.ended_by: Problem | None = None
        self._reading = Reading(limits)
        self._raw = Counted(file, limits)
        self._state = _state(file)
        self._checkpoint: Checkpoint = {}
        self._from = 0
        self._unpacked = formats.Unwrapped(self._raw, limits, is_plain_file=self._state is not None)
        self._format: formats.Unknown = formats.Unknown("")
        self._open()

    def _open(self) -> None:
        try:
            self._unpacked.unwrap()
            self._format = formats.find(self._unpacked, self._reading)
        except Trouble as trouble:
            self.ended_by = trouble.problem
        self.kind = self._format.kind
        self.compression = tuple(self._unpacked.layers)
        self.about = self._format.about

    @property
    def left_out(self) -> Problem | None:
        """What was passed over on the way so far; its rows go on behind that."""
        return self._reading.problem

    @property
    def problem(self) -> Problem | None:
        """Why not everything was read: what ended it early, else what was passed over."""
        return self.ended_by or self.left_out

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns known so far."""
        return self._format.columns

    @property
    def head(self) -> bytes:
        """What stands before the first row of a list or table: comments and header, as the blocks are written."""
        return self._format.head

    @property
    def encoding(self) -> Encoding | None:
        """How a list or table is written; None for what is no text."""
        return self._format.encoding

    @property
    def rows(self) -> int:
        """How many rows were handed out."""
        return self._reading.row

    def blocks(self, checkpoint: Checkpoint | None = None) -> Iterator[Block]:
        """All rows, or those behind a checkpoint of the same file. What ends it early is told by ``problem``."""
        try:
            if self.ended_by is None:
                yield from self._blocks(checkpoint)
                self._check_unchanged()
        except Trouble as trouble:
            self.ended_by = trouble.problem

    def _blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:
        behind = int(checkpoint["row"]) if checkpoint else 0
        self._from = int(checkpoint.get("from", 0)) if checkpoint else 0
        for found in self._format.blocks(checkpoint):
            if found.first_row + 1 <= behind and found.first_row + found.rows <= behind:
                continue
            block = found.behind(behind - found.first_row) if found.first_row < behind else found
            yield block
            self._checkpoint = block.after()
            if self._reading.row > self._reading.limits.rows:
                raise Trouble("too-large", f"It has more than {self._reading.limits.rows:,} rows.")

    def _check_unchanged(self) -> None:
        if self._state is not None and _state(self._raw.below) != self._state:
            raise Trouble("changed", "The file changed while it was read.")

    def divided(self, parts: int) -> list[Checkpoint]:
        """Checkpoints at which about equal ranges of this file begin, each with its own end; none if it has to be read
        from its start. Rows of a range count from 0, lines as if it began behind the header.
        """
        return [] if self.ended_by else self._format.divided(parts)

    def checkpoint(self) -> Checkpoint:
        """Where to go on after the last block that was asked for and done with; empty before."""
        return self._checkpoint

    def position(self) -> tuple[int, int | None]:
        """How many bytes of the file, or of the range that is read, were passed; how many the file has, if known."""
        return max(0, self._raw.count - self._from), self._state[0] if self._state else None

    def pictures(self) -> Iterator["formats.Picture"]:
        """The pictures inside an archive, one after the other, instead of its rows; none for other kinds."""
        try:
            yield from self._format.pictures()
        except Trouble as trouble:
            self.ended_by = trouble.problem

    def close(self) -> None:
        """Close the file and whatever reads it."""
        self._format.close()
        self._unpacked.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_manifest(source: Path | str | BinaryIO, limits: Limits = _NO_LIMITS, name: str = "") -> Manifest:
    """Open a file by its path, or anything that has `read`. Its name is told to people and decides nothing.

    Raise OSError where there is no such file. All other trouble is in `Manifest.problem`.
    """
    if isinstance(source, str | Path):
        return Manifest(Path(source).open("rb", buffering=0), limits, name or Path(source).name)
    return Manifest(source, limits, name)


def _state(file: Any) -> tuple[int, int, int] | None:
    """Size, time of change and number of a file on disk; None for everything else."""
    try:
        told = os.fstat(file.fileno())
    except (OSError, AttributeError, ValueError):
        return None
    return (told.st_size, told.st_mtime_ns, told.st_ino) if stat.S_ISREG(told.st_mode) else None
