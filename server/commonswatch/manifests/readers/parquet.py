"""Parquet, from the parent's side: a child reads the file and sends batches of joined rows, never Python strings."""

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from commonswatch.manifests.readers.joined import JoinedReader
from commonswatch.manifests.readers.parquet_frames import BATCH, COLUMNS, END, HEAD, LARGEST, TROUBLE, Batch
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Place, Reading, Trouble
from commonswatch.manifests.readers.unknown import Unknown
from commonswatch.manifests.readers.unwrapping import Unwrapped

_CHILD = "commonswatch.manifests.readers.parquet_child"


class Parquet(Unknown):
    """The rows of a Parquet file: of the columns that say something about works or people, and of no others."""

    kind = "parquet"

    def __init__(self, inside: Unwrapped, reading: Reading) -> None:
        self._file, self._reading = inside.file(), reading
        self._reader = JoinedReader()
        self._child: _Child | None = None

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those that are read; none before the first block."""
        return self._reader.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:
        """Its rows, in batches."""
        start = int(checkpoint["row"]) if checkpoint else 0
        self._reading.row += start
        self._child = _Child(self._file, start, self._reading)
        try:
            for word, body in self._child.frames():
                if word == COLUMNS:
                    self._reader.columns = tuple(Column(*column) for column in json.loads(bytes(body)))
                elif word == BATCH:
                    yield self._block(Batch.read(body))
                else:
                    raise Trouble(*json.loads(bytes(body)))
        finally:
            self.close()

    def _block(self, batch: Batch) -> Block:
        first, member = self._reading.row, self._reading.member
        self._reading.row += batch.rows

        def place(number: int) -> Place:
            return Place(first + number, group=batch.group, member=member)

        def after() -> Checkpoint:
            return {"row": first + batch.rows}

        bounds = (batch.offsets[:-1], batch.offsets[1:])
        return Block(batch.data, first, self._reader, place, after, bounds, is_lines=False)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()


class _Child:
    """The program that reads the file: pyarrow is native code, and the file may be made to harm it."""

    def __init__(self, file: Any, start: int, reading: Reading) -> None:
        file.seek(0)
        self._wait = max(reading.limits.wait, 1.0)
        order = json.dumps({"start": start, "columns": reading.limits.columns, "seconds": reading.limits.seconds})
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", _CHILD, order],
            stdin=file.fileno(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"},
            bufsize=0,
        )
        self._out: Any = self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout or 0, selectors.EVENT_READ)

    def frames(self) -> Iterator[tuple[bytes, memoryview]]:
        """What it sends, to its last word."""
        while True:
            head = bytes(self._read(HEAD.size))
            word, length = HEAD.unpack(head)
            if word == END:
                return
            if length > LARGEST or word not in (COLUMNS, BATCH, TROUBLE):
                raise _damaged()
            yield word, self._read(length)

    def _read(self, length: int) -> memoryview:
        view = np.empty(length, np.uint8).data
        at = 0
        while at < length:
            if not self._selector.select(self._wait):
                raise Trouble("stalled", "Reading the Parquet file took too long.")
            read = self._out.readinto(view[at:])
            if not read:
                raise _damaged()
            at += read
        return view.toreadonly()

    def end(self) -> None:
        """Kill it, if it has not ended."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._selector.close()
        self._out.close()


def _damaged() -> Trouble:
    return Trouble("broken", "The Parquet file is damaged, or needs more memory than it may have.")
