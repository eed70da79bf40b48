"""How the child that reads Parquet and its parent talk: a word of one letter, a length, then the bytes."""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HEAD = struct.Struct("<cQ")
COLUMNS = b"C"  # a JSON list of columns
BATCH = b"B"  # rows
TROUBLE = b"T"  # a JSON list: what it is, and a sentence
END = b"E"
LARGEST = 2**30  # bytes of one frame
_BATCH_HEAD = struct.Struct("<QQ")


class Batch(NamedTuple):
    """Rows of one row group, their cells joined by tabs; offsets are one more than rows."""

    group: int
    offsets: NDArray[np.uint64]
    data: memoryview

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.offsets) - 1

    @staticmethod
    def read(body: memoryview) -> "Batch":
        """From a frame. The sender is our own program, but what it read is not trusted: offsets stay inside."""
        group, rows = _BATCH_HEAD.unpack(body[: _BATCH_HEAD.size])
        end = _BATCH_HEAD.size + 8 * (rows + 1)
        offsets = np.frombuffer(body[_BATCH_HEAD.size : end], np.uint64)
        data = body[end:]
        return Batch(group, np.minimum(offsets, len(data)).astype(np.uint64), data)

    @staticmethod
    def head(group: int, rows: int) -> bytes:
        """What stands before offsets and data."""
        return _BATCH_HEAD.pack(group, rows)
