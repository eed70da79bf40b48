"""From a work key to its place in the watch list: the first 48 bits of a digest, and the decoded list of them."""

import hashlib
from collections.abc import Iterable

import numpy as np

from commonswatch.watch_list.rice import Numbers

PREFIX_BYTES = 6
PREFIXES = 2**48
"""How many there can be."""


def prefix_of(key: str) -> bytes:
    """The prefix of a work key, 6 bytes."""
    return hashlib.sha256(f"v1|{key}".encode("utf-8", "surrogatepass")).digest()[:PREFIX_BYTES]


def to_numbers(rows: bytes) -> Numbers:
    """Prefixes, one behind the other, as numbers."""
    wide = np.zeros((len(rows) // PREFIX_BYTES, 8), np.uint8)
    wide[:, 2:] = np.frombuffer(rows, np.uint8).reshape(-1, PREFIX_BYTES)
    return wide.view(">u8").ravel().astype(np.uint64)


def to_rows(numbers: Numbers) -> bytes:
    """Numbers as prefixes, one behind the other: a decoded list."""
    return np.ascontiguousarray(numbers.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 2:]).tobytes()


def sorted_prefixes(keys: Iterable[str]) -> Numbers:
    """The prefixes of work keys, ascending, each once."""
    return np.unique(to_numbers(b"".join(prefix_of(key) for key in keys)))
