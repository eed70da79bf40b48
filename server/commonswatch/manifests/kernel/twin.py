"""What the kernel does, without C: not written yet; every row is asked of the exact engine."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


class Twin:
    """Finds the rows that may hold a registered key."""

    def __init__(self, known: Mapping[bytes, Sequence[int]]) -> None:
        self._known = known

    def rows(self, buffer: memoryview, starts: NDArray[np.uint64], ends: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The numbers of those rows."""
        del buffer, ends
        return np.arange(len(starts), dtype=np.uint64)
