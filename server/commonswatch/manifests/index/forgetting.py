"""Taking keys out of an index: a consent that was withdrawn, or a work that is no longer registered."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from commonswatch.manifests.index.merging import IndexPart, build
from commonswatch.manifests.index.reading import KeyIndex


def forget(path: Path, digests: Iterable[int]) -> int:
    """Write the index anew without these digests and put it in place; how many entries are gone.

    Nothing of them is left, not even that there was something. With a chance of one in 2^(bits kept) each, another
    key's entry goes too.
    """
    with KeyIndex.open(path) as index:
        before = index.entries
        wanted = np.fromiter(digests, np.uint64)
        if not index.rows_of_many(wanted):
            return 0
        build(path, [IndexPart(index)], index.rows, index.secret_id, without=wanted, guessed=index.guessed)
    with KeyIndex.open(path) as index:
        return before - index.entries
