"""How 256 bits are cut into bands, so that everything within 31 bits is met in one of them.

Band *b* is searched for values that differ in at most *r_b* bits. If two fingerprints differed more in every band,
they would differ in at least the sum of all (r_b + 1) bits. That sum is 32, so nothing within 31 is missed.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

BITS = 256
FARTHEST = 31
LARGEST_LOW = 6
_FEW, _FEW_FOR_TWIN = 1_500_000, 500_000  # up to here 16 bands are fastest,
_MANY = 5_000_000  # up to here 12, above 11


class Band(NamedTuple):
    """Bits ``offset`` to ``offset + width`` of a fingerprint, searched with up to ``radius`` bits turned over."""

    offset: int
    width: int
    radius: int


@dataclass(frozen=True)
class Bands:
    """A cut. Values that agree but for their ``low`` lowest bits share a block, so that tables stay small."""

    many: int
    low: int

    @cached_property
    def each(self) -> tuple[Band, ...]:
        """The bands; the wider ones get the smaller radius, since a radius of 2 asks for width² / 2 values."""
        width, wider = divmod(BITS, self.many)
        radius, left = divmod(FARTHEST + 1 - self.many, self.many)
        bands, offset = [], 0
        for number in range(self.many):
            own = width + (number < wider)
            bands.append(Band(offset, own, radius + (number >= self.many - left)))
            offset += own
        return tuple(bands)

    def blocks(self, band: Band) -> int:
        """How many blocks a band has."""
        return 1 << (band.width - self.low)


def bands_for(count: int, *, compiled: bool) -> Bands:
    """The cut that is fastest for so many fingerprints, as measured (docs/nearest.md)."""
    many = 16 if count <= (_FEW if compiled else _FEW_FOR_TWIN) else 12 if count <= _MANY else 11
    blocks = max(count // (4 if compiled else 2), 1).bit_length()  # so many entries share a block
    return Bands(many, min(LARGEST_LOW, max(0, BITS // many - blocks)))
