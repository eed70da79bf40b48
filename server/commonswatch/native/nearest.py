"""The nearest kernel, typed. What a segment is and what the numbers mean is told in ``fingerprints.nearest``."""

import ctypes
import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from commonswatch import native

MOST_BANDS = 32

Bytes = npt.NDArray[np.uint8]
Ends = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.uint32]
Distances = npt.NDArray[np.uint16]
_PerBand = ctypes.c_uint32 * MOST_BANDS
_PlacePerBand = ctypes.c_uint64 * MOST_BANDS


class Segment(ctypes.Structure):
    """A segment as the kernel sees it: ``nearest.c`` says the same."""

    _fields_ = (
        ("base", ctypes.c_void_p),
        ("length", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
        ("dead", ctypes.c_void_p),
        ("bits_at", ctypes.c_uint64),
        ("bands", ctypes.c_uint32),
        ("low", ctypes.c_uint32),
        ("width", _PerBand),
        ("radius", _PerBand),
        ("offset", _PerBand),
        ("starts_at", _PlacePerBand),
        ("entries_at", _PlacePerBand),
    )


@functools.cache
def kernel() -> ctypes.CDLL | None:
    """The compiled kernel, or None: then the twin does the work."""
    library = native.library()
    if library is None or not hasattr(library, "nearest_supported") or not library.nearest_supported():
        return None
    declare(library)
    return library


def declare(library: ctypes.CDLL) -> None:
    """Say what the functions take and give."""
    segment, place, number = ctypes.POINTER(Segment), ctypes.c_void_p, ctypes.c_uint64
    asked = (place, number, ctypes.c_uint32, place, place, place, number)
    library.nearest_build.argtypes = (segment,)
    library.nearest_build.restype = ctypes.c_int
    library.nearest_search.argtypes = (segment, *asked)
    library.nearest_search.restype = ctypes.c_int64
    library.nearest_scan.argtypes = (place, number, *asked)
    library.nearest_scan.restype = ctypes.c_int64


def build(library: ctypes.CDLL, segment: Segment) -> None:
    """Fill the tables of a segment; ValueError for one that does not hold."""
    if library.nearest_build(ctypes.byref(segment)):
        raise ValueError("not a segment")


def search(library: ctypes.CDLL, segment: Segment, queries: Bytes, limit: int) -> tuple[Ends, Positions, Distances]:
    """Positions and distances of all finds, question after question, and where those of each question end."""
    asked = ctypes.byref(segment), _place(queries), len(queries), limit
    return _with_room(library.nearest_search, asked, len(queries))


def scan(library: ctypes.CDLL, bits: Bytes, queries: Bytes, limit: int) -> tuple[Ends, Positions, Distances]:
    """As ``search``, by comparing all of a short list."""
    asked = _place(bits), len(bits), _place(queries), len(queries), limit
    return _with_room(library.nearest_scan, asked, len(queries))


def _place(array: Bytes) -> int:
    """Where an array is; ``array.ctypes`` takes longer than a search of little."""
    return int(array.__array_interface__["data"][0])


def _with_room(function: Any, asked: tuple[Any, ...], many: int) -> tuple[Ends, Positions, Distances]:
    """Ask, and once more where there were more finds than room."""
    room, ends = 64 + 4 * many, (ctypes.c_uint64 * many)()
    while True:
        positions, distances = (ctypes.c_uint32 * room)(), (ctypes.c_uint16 * room)()
        total = function(*asked, ends, positions, distances, room)
        if total < 0:
            raise ValueError("not a segment")
        if total <= room:
            return (
                np.frombuffer(memoryview(ends), dtype=np.uint64),
                np.frombuffer(memoryview(positions), dtype=np.uint32, count=total),
                np.frombuffer(memoryview(distances), dtype=np.uint16, count=total),
            )
        room = total
