"""Where the lines of a block are."""

import numpy as np
from numpy.typing import NDArray

from commonswatch.manifests.readers.shapes import line_bounds
from commonswatch.native import scan

_USUAL_LINE = 64  # bytes: what room is made for at first
_RETURN = 13


def lines(buffer: memoryview) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Where the lines of a buffer start and end, without their breaks; the last one may have none."""
    if not scan.available():
        return line_bounds(buffer)
    most = len(buffer) // _USUAL_LINE + 1024
    starts, ends, read = scan.lines(buffer, most)
    while len(starts) == most:  # shorter lines than usual
        most *= 8
        starts, ends, read = scan.lines(buffer, most)
    if read == len(buffer):
        return starts, ends
    return np.append(starts, np.uint64(read)), np.append(ends, np.uint64(len(buffer) - (buffer[-1] == _RETURN)))
