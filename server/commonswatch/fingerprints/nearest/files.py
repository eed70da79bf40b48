"""Segments in files: written aside, forced to the disk, moved into place; mapped read-only.

A kill at any byte leaves the old file, or none. The last 32 bytes are the SHA-256 of all before, and the size is known
from the head: what is torn, damaged, of another version or another database is refused.
"""

import contextlib
import ctypes
import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from commonswatch.fingerprints.nearest.bands import Bands
from commonswatch.fingerprints.nearest.segment import HEAD, Bits, Numbers, Places, Segment

_MAGIC = b"CWN1"
_HEAD = struct.Struct("<4sHBBQ16sQQQ")  # magic, bytes of the head, bands, low, count, then the mark
_DIGEST = 32
_MOST = 2**26  # fingerprints: 2^32 divided by the 2^6 patterns of low bits


class Refused(Exception):
    """This file is not (any more) what was written."""


class Mark(NamedTuple):
    """What a file holds: which database, all its changes below ``edge``, and one by which a restored one is known."""

    database: bytes  # 16 bytes
    edge: int
    work: int = 0  # changed at ``moment`` or later, unless the database was set back
    moment: int = 0


NO_MARK = Mark(bytes(16), 0)


def write(path: Path, numbers: Numbers, bits: Bits, bands: Bands, mark: Mark, library: ctypes.CDLL | None) -> None:
    """Write a segment to ``path``. OSError leaves the file that is there. One process at a time: ``only_writer``."""
    aside = path.with_name(path.name + ".new")
    size = Places(len(numbers), bands).end
    head = _HEAD.pack(_MAGIC, HEAD, bands.many, bands.low, len(numbers), *mark)
    with aside.open("wb+") as file:
        os.posix_fallocate(file.fileno(), 0, size + _DIGEST)  # a full disk is an error here, not a crash below
        with mmap.mmap(file.fileno(), size + _DIGEST) as mapped:
            _fill(mapped, size, head, numbers, bits, bands, library)
            mapped.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _settle(path.parent)


def _fill(
    mapped: mmap.mmap, size: int, head: bytes, numbers: Numbers, bits: Bits, bands: Bands, library: ctypes.CDLL | None
) -> None:
    memory = np.frombuffer(mapped, dtype=np.uint8)
    Segment(memory[:size], len(numbers), bands, library).fill(numbers, bits)
    memory[: len(head)] = np.frombuffer(head, dtype=np.uint8)
    memory[size:] = np.frombuffer(sha256(memory[:size].data).digest(), dtype=np.uint8)


def read(path: Path, library: ctypes.CDLL | None) -> tuple[Segment, Mark]:
    """Map the segment in a file; raise Refused, or what opening it raises."""
    with path.open("rb") as file:
        count, bands, mark = _read_head(file)
        size = Places(count, bands).end
        if os.fstat(file.fileno()).st_size != size + _DIGEST:
            raise Refused("the file has another size")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    memory = np.frombuffer(mapped, dtype=np.uint8)
    if sha256(memory[:size].data).digest() != memory[size:].tobytes():
        raise Refused("the file is damaged")
    if hasattr(mmap, "MADV_RANDOM"):
        mapped.madvise(mmap.MADV_RANDOM)
    return Segment(memory[:size], count, bands, library), mark


def _read_head(file: BinaryIO) -> tuple[int, Bands, Mark]:
    raw = file.read(_HEAD.size)
    if len(raw) < _HEAD.size:
        raise Refused("the file is too short")
    magic, length, many, low, count, *mark = _HEAD.unpack(raw)
    if magic != _MAGIC or length != HEAD or many not in (11, 12, 16) or low > 6 or count >= _MOST:
        raise Refused("the file is something else")
    return count, Bands(many, low), Mark(*mark)


def _settle(folder: Path) -> None:
    """Force the folder's own entry to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def only_writer(path: Path) -> Iterator[bool]:
    """Be the one process that writes ``path``; False where another one is. Ends with the process, also by a crash."""
    with path.with_name(path.name + ".lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
