"""The entries kernel, typed: digests with their rows, put in order and packed. ``manifests.index`` tells what for."""

import ctypes
import functools
import mmap
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from commonswatch import native

FENCES = 2**12 + 1

Entries = npt.NDArray[np.uint64]  # a line for each: its digest, its row
Numbers = npt.NDArray[np.uint64]
_MOST_PLACE_BITS = 24  # as in entries.c
_A_BLOCK = 37  # bytes of a block beside its entries and their bits
_SPARE = 8
_DAMAGED, _DAMAGED_DIRECTORY = -2, -3

_pointer, _u64, _u32, _i64 = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_int64
_Widths = _u32 * 4  # digest_bits, bucket_bits, row_bits, entry_bytes


class _Index(ctypes.Structure):
    _fields_ = (
        ("bytes", _pointer),
        ("length", _u64),
        ("directory", _pointer),
        ("groups", _u64),
        ("widths", _Widths),
        ("seed", _u32),
    )


_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "entries_take": (_i64, (_pointer, _pointer, _u64, _pointer, _u64, _u64)),
    "entries_part": (None, (_pointer, _u64, _pointer, _pointer)),
    "entries_tidy": (_i64, (_pointer, _u64, _u32, _pointer, _pointer, _u32)),
    "entries_encode": (_i64, (_Widths, _u32, _u64, _u64, _pointer, _u64, _pointer, _u64, _pointer)),
    "entries_find": (_i64, (ctypes.POINTER(_Index), _pointer, _u64, _pointer, _pointer, _u64)),
}


class Asked(NamedTuple):
    """A whole index file as it lies in memory; where its directory starts, its widths, and the seed of its checks."""

    file: mmap.mmap
    directory: int
    widths: tuple[int, int, int, int]
    seed: int


class Damaged(Exception):
    """A block of an index is damaged, or else its directory."""

    def __init__(self, *, is_directory: bool) -> None:
        super().__init__()
        self.is_directory = is_directory


@functools.cache
def kernel() -> ctypes.CDLL | None:
    """The compiled kernel, or None: then the twin does the work."""
    library = native.library()
    if library is None or not hasattr(library, "entries_supported") or not library.entries_supported():
        return None
    declare(library)
    return library


def declare(library: ctypes.CDLL) -> None:
    """Say what the functions take and give."""
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


def take(library: ctypes.CDLL, digests: Numbers, rows: Numbers, into: Entries, held: int) -> int:
    """Put pairs behind what ``into`` holds, without repeats of the one before; how many it holds then."""
    digests, rows = np.ascontiguousarray(digests, np.uint64), np.ascontiguousarray(rows, np.uint64)
    if len(digests) != len(rows):
        raise ValueError("each digest has one row")
    taken = library.entries_take(_place(digests), _place(rows), len(digests), _place(into), held, len(into))
    return _sound(taken)


def part(library: ctypes.CDLL, entries: Entries) -> tuple[Entries, Numbers]:
    """Entries by the leading 12 bits of their digests, and how many lie below each of these 4,096 parts."""
    into, fences = np.empty_like(entries), np.empty(FENCES, np.uint64)
    library.entries_part(_place(entries), len(entries), _place(into), _place(fences))
    return into, fences


def tidy(library: ctypes.CDLL, entries: Entries, cut: int) -> Entries:
    """Put entries in order, without the lowest ``cut`` bits of their digests: what is left of them, where they were."""
    bits = min(_MOST_PLACE_BITS, max(1, len(entries).bit_length()))
    scratch, starts = np.empty_like(entries), np.empty((1 << bits) + 1, np.uint32)
    kept = library.entries_tidy(_place(entries), len(entries), cut, _place(scratch), _place(starts), bits)
    return entries[: _sound(kept)]


def encode(
    library: ctypes.CDLL, widths: tuple[int, int, int, int], seed: int, first: int, last: int, entries: Entries
) -> tuple[memoryview, Numbers]:
    """The blocks ``first`` to ``last`` (not included) that hold these entries, and the size of each."""
    room = (last - first) * _A_BLOCK + len(entries) * widths[3] + len(entries) // 8 + _SPARE
    into, sizes = np.empty(room, np.uint8), np.empty(last - first, np.uint64)
    asked = _Widths(*widths), seed, first, last, _place(entries), len(entries)
    written = library.entries_encode(*asked, _place(into), room, _place(sizes))
    return into[: _sound(written)].data, sizes


def find(library: ctypes.CDLL, asked: Asked, digests: Numbers) -> tuple[npt.NDArray[np.int64], Numbers]:
    """Pairs of a place in ``digests``, which are in order, and a row. Damaged when a block that is read is."""
    data, digests, room = np.frombuffer(asked.file, np.uint8), np.ascontiguousarray(digests, np.uint64), len(digests)
    groups = (len(data) - asked.directory) // 8 - 1
    base = _place(data)
    index = _Index(base, asked.directory, base + asked.directory, groups, _Widths(*asked.widths), asked.seed)
    while True:
        places, rows = np.empty(room, np.int64), np.empty(room, np.uint64)
        found = library.entries_find(
            ctypes.byref(index), _place(digests), len(digests), _place(places), _place(rows), room
        )
        if found in (_DAMAGED, _DAMAGED_DIRECTORY):
            raise Damaged(is_directory=found == _DAMAGED_DIRECTORY)
        if _sound(found) <= room:
            return places[:found], rows[:found]
        room = found


def _place(array: npt.NDArray[Any]) -> int:
    """Where an array is, whose lines follow each other."""
    if not array.flags.c_contiguous:
        raise ValueError("an array has gaps")
    return int(array.__array_interface__["data"][0])


def _sound(number: int) -> int:
    if number < 0:
        raise ValueError("not entries of these blocks")
    return number
