"""Entries, pairs of a digest and a row, put in order: by the kernel in C, or by its twin here where there is none.

A table of entries has a line for each: its digest, its row.
"""

import numpy as np
import numpy.typing as npt

from commonswatch.native import entries as native

Numbers = npt.NDArray[np.uint64]
Entries = npt.NDArray[np.uint64]

FENCE_BITS = 12
ROWS_OF_A_KEY = 4096  # of a key that stands in more rows the first are kept; as in entries.c


def pairs(digests: Numbers, rows: Numbers) -> Entries:
    """A table of these."""
    return np.stack((digests, rows), axis=1)


def taken(digests: Numbers, rows: Numbers, into: Entries, held: int) -> int:
    """Put entries behind the ``held`` ones of a table that has room; how many it holds then.

    The key of one row is often told twice running, by a picture's address and its page's: it is taken once.
    """
    kernel = native.kernel()
    if kernel is not None:
        return native.take(kernel, digests, rows, into, held)
    last = max(0, held - 1)
    told = np.concatenate((into[last:held], pairs(digests, rows)))
    told = told[np.append(True, (told[1:] != told[:-1]).any(axis=1))[: len(told)]]
    into[last : last + len(told)] = told
    return last + len(told)


def parted(entries: Entries) -> tuple[Entries, Numbers]:
    """Entries by the leading 12 bits of their digests; 4,097 fences say how many lie below each of these parts.

    Where one key fills a part, no more than its first 4,096 rows are left.
    """
    kernel = native.kernel()
    entries, fences = native.part(kernel, entries) if kernel is not None else _parted(entries)
    full = np.flatnonzero(np.diff(fences) > ROWS_OF_A_KEY)
    if not len(full):
        return entries, fences
    parts = np.split(entries, fences[1:-1].astype(np.int64))
    for number in full:
        parts[number] = tidied(parts[number])
    return np.concatenate(parts), np.cumsum([0, *map(len, parts)], dtype=np.uint64)


def tidied(entries: Entries, cut: int = 0) -> Entries:
    """Entries in order of digest, whose lowest ``cut`` bits go, then row; each once, and the first 4,096 rows of a key.

    The table itself is changed, and the answer a part of it.
    """
    kernel = native.kernel()
    return native.tidy(kernel, entries, cut) if kernel is not None else _tidied(entries, np.uint64(cut))


def _parted(entries: Entries) -> tuple[Entries, Numbers]:
    parts = (entries[:, 0] >> np.uint64(64 - FENCE_BITS)).astype(np.uint16)
    order = np.argsort(parts, kind="stable")
    return entries[order], np.searchsorted(parts[order], np.arange((1 << FENCE_BITS) + 1)).astype(np.uint64)


def _tidied(entries: Entries, cut: np.uint64) -> Entries:
    entries[:, 0] = entries[:, 0] >> cut << cut
    entries[:] = entries[np.argsort(entries[:, 0])]
    digests, rows = entries[:, 0], entries[:, 1]
    same = digests[1:] == digests[:-1]
    if not same.any():
        return entries
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    rows[tied] = rows[tied][np.lexsort((rows[tied], digests[tied]))]
    return _first_rows(entries[np.append(True, ~same | (rows[1:] != rows[:-1]))])


def _first_rows(entries: Entries) -> Entries:
    digests, place = entries[:, 0], np.arange(len(entries))
    begins = np.append(True, digests[1:] != digests[:-1])
    return entries[place - np.maximum.accumulate(np.where(begins, place, 0)) < ROWS_OF_A_KEY]
