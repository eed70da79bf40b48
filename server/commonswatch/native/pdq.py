"""Calling the PDQ kernel. What is hashed, with which weights, and the twin without C are in fingerprints/pdq.py."""

import ctypes
import functools

import numpy as np
import numpy.typing as npt

from commonswatch import native

_SCRATCH = 6  # bytes for each column
_SAMPLES = 64
_BYTES = 32
_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_int64


@functools.cache
def _function() -> "ctypes._NamedFuncPointer | None":
    library = native.library()
    if library is None or not hasattr(library, "pdq_hashes"):
        return None
    found = library.pdq_hashes
    found.restype = ctypes.c_int32
    found.argtypes = [
        *(_POINTER, _SIZE, _SIZE, _SIZE),
        *(_POINTER, _POINTER, _SIZE),
        *(_POINTER, _POINTER, _SIZE),
        *(_POINTER, _POINTER, _POINTER, _SIZE, _POINTER, _POINTER),
    ]
    return found


def is_there() -> bool:
    """Whether the kernel can be called."""
    return _function() is not None


def hashes(
    grey: npt.NDArray[np.uint8],
    rows: tuple[npt.NDArray[np.int32], npt.NDArray[np.int16]],
    columns: tuple[npt.NDArray[np.int32], npt.NDArray[np.int16]],
    basis: npt.NDArray[np.int16],
    turns: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.uint16], bytes, int]:
    """64 x 64 samples, 32 bytes for each row of ``turns``, and the quality. ValueError when the sizes do not fit.

    ``rows`` and ``columns`` are where the weights of each of the 64 samples start, and the weights; all arrays are
    contiguous, but for rows of ``grey`` that may be further apart than they are long.
    """
    function = _function()
    if function is None:
        raise RuntimeError("the kernels are not there")
    height, width = grey.shape
    if grey.strides[1] != 1:
        raise ValueError("the pixels of a row must be side by side")
    samples = np.empty((_SAMPLES, _SAMPLES), np.uint16)
    made = np.empty((len(turns), _BYTES), np.uint8)
    scratch = np.empty(_SCRATCH * width, np.uint8)
    quality = function(
        *(grey.ctypes.data, width, height, grey.strides[0]),
        *(rows[0].ctypes.data, rows[1].ctypes.data, rows[1].shape[1]),
        *(columns[0].ctypes.data, columns[1].ctypes.data, columns[1].shape[1]),
        *(basis.ctypes.data, scratch.ctypes.data, turns.ctypes.data, len(turns), samples.ctypes.data, made.ctypes.data),
    )
    if quality < 0:
        raise ValueError("the weights do not fit the picture")
    return samples, made.tobytes(), quality
