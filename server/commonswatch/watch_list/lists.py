"""The two lists of a version, decoded: prefixes of work keys, shipped bits of pictures. Sorted, each row once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from commonswatch.watch_list.prefixes import to_rows
from commonswatch.watch_list.refused import need
from commonswatch.watch_list.rice import Numbers

Rows: TypeAlias = npt.NDArray[Any]
"""An ascending row of numbers, or of strings of bytes of one width; numpy compares either as the document does."""

PDQ_BITS = 256


@dataclass(frozen=True)
class Shipping:
    """Which bits of a PDQ hash are shipped (0: the highest of the first byte) and how many of them may differ."""

    places: bytes
    threshold: int

    @property
    def width(self) -> int:
        """Bytes of a row."""
        return len(self.places) // 8

    def cut(self, hashes: Iterable[bytes]) -> Rows:
        """The shipped bits of hashes, in their order."""
        bits = np.unpackbits(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, PDQ_BITS // 8), axis=1)
        return self.rows(np.packbits(bits[:, list(self.places)], axis=1).tobytes())

    def rows(self, raw: bytes) -> Rows:
        """Rows, one behind the other, as one array."""
        return np.frombuffer(raw, f"S{self.width}")


@dataclass(frozen=True, eq=False)
class Lists:
    """What is in a version."""

    keys: Numbers
    pictures: Rows
    shipping: Shipping

    @cached_property
    def keys_digest(self) -> str:
        """SHA-256 of the decoded keys, in hexadecimal."""
        return sha256(to_rows(self.keys)).hexdigest()

    @cached_property
    def pictures_file(self) -> bytes:
        """The file ``pictures``, which is the decoded list as well."""
        head = len(self.shipping.places).to_bytes(2, "little") + self.shipping.threshold.to_bytes(2, "little")
        count = len(self.pictures).to_bytes(4, "little")
        return b"CWP1" + head + count + self.shipping.places + self.pictures.tobytes()

    @cached_property
    def pictures_digest(self) -> str:
        """SHA-256 of the decoded pictures, in hexadecimal."""
        return sha256(self.pictures_file).hexdigest()


def ascends(rows: Rows) -> bool:
    """Whether each row is above the one before."""
    return bool((rows[1:] > rows[:-1]).all())


def find(rows: Rows, wanted: Rows) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where each wanted row is or belongs, and whether it is there."""
    places = np.searchsorted(rows, wanted)
    if not len(rows):
        return places, np.zeros(len(wanted), np.bool_)
    return places, rows[np.minimum(places, len(rows) - 1)] == wanted


def change(rows: Rows, removed: npt.NDArray[Any], added: Rows) -> Rows:
    """The rows without those at some places and with others. Raise Refused (order) for one that is there already."""
    need(ascends(added) and not find(rows, added)[1].any(), "order")
    kept = np.delete(rows, removed.astype(np.intp))
    return np.insert(kept, np.searchsorted(kept, added), added)
