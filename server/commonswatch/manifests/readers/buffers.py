"""Memory for blocks that is used again: fresh memory from the system costs as much time as reading into it."""

import weakref
from collections import deque

import numpy as np
from numpy.typing import NDArray

_KEPT = 8  # of one size, for a reader and the threads that it reads for


class Buffers:
    """Lends memory of one size. What nobody looks at any more is lent again; larger pieces are made and let go."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free: deque[NDArray[np.uint8]] = deque(maxlen=_KEPT)

    def lend(self, size: int) -> memoryview:
        """So many bytes, whatever stands in them."""
        if size > self._size:
            return np.empty(size, np.uint8).data
        whole = self._free.pop() if self._free else np.empty(self._size, np.uint8)
        lent = whole[:size]  # of its own: it goes when the last view of it has gone, and then comes the memory back
        weakref.finalize(lent, self._free.append, whole).atexit = False
        return lent.data
