"""Fingerprints of files and pictures, how far apart two are, and what that says. Computing them is not done here.

Threshold and least quality are those of PDQ's authors (ThreatExchange, `hashing/hashing.pdf`): 31 of 256 bits,
and quality 50 on both sides, because a featureless picture is near to every other one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Algorithm = Literal["sha256", "md5", "pdq"]

PDQ_BITS = 256
PDQ_THRESHOLD = 31
PDQ_MIN_QUALITY = 50

_BYTES: dict[str, int] = {"sha256": 32, "md5": 16, "pdq": PDQ_BITS // 8}


class Verdict(StrEnum):
    """What the distance of two fingerprints says."""

    EXACT = "exact"  # the same file, or a picture with the same PDQ
    NEAR = "near"  # within the threshold: the same picture, most likely re-encoded or resized
    NONE = "none"  # nothing is proven, not even that they differ: crops never match


@dataclass(frozen=True)
class Fingerprint:
    """One fingerprint of one rendition: `original`, or the longest side in pixels, such as `640`."""

    algorithm: Algorithm
    rendition: str
    bits: bytes
    quality: int | None = None  # only PDQ has one: 0 to 100

    def __post_init__(self) -> None:
        if len(self.bits) != _BYTES[self.algorithm]:
            raise ValueError(f"a {self.algorithm} fingerprint has {_BYTES[self.algorithm]} bytes")
        if (self.quality is not None) != (self.algorithm == "pdq"):
            raise ValueError("PDQ fingerprints have a quality, others have none")

    @property
    def comparable(self) -> bool:
        """Whether a match with it proves anything: always for digests, for PDQ only with enough quality."""
        return self.quality is None or self.quality >= PDQ_MIN_QUALITY


def distance(a: Fingerprint, b: Fingerprint) -> int:
    """Count the bits in which two fingerprints of one algorithm differ; ValueError for different ones."""
    if a.algorithm != b.algorithm:
        raise ValueError("fingerprints of different algorithms have no distance")
    return (int.from_bytes(a.bits) ^ int.from_bytes(b.bits)).bit_count()


def verdict(a: Fingerprint, b: Fingerprint, threshold: int = PDQ_THRESHOLD) -> Verdict:
    """Say whether two fingerprints show the same file or picture. Digests are equal or they say nothing."""
    if a.algorithm != b.algorithm or not (a.comparable and b.comparable):
        return Verdict.NONE
    apart = distance(a, b)
    if apart == 0:
        return Verdict.EXACT
    return Verdict.NEAR if a.algorithm == "pdq" and apart <= threshold else Verdict.NONE
