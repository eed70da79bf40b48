"""What is known of a picture after it was read, and how that is written between child and parent (as JSON)."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.domain.licences import Licence
from commonswatch.rules.licences import read_creative_commons

LONGEST_VALUE = 500
MOST_MARKS = 40

# Best first: a property made for the licence, then words that may hold its address.
_LICENCE_NAMES = (
    "cc:license",
    "xmpRights:WebStatement",
    "xmpRights:UsageTerms",
    "dc:rights",
    "exif:Copyright",
    "iptc:CopyrightNotice",
)


class Unreadable(InvalidInput):
    """The bytes cannot be used as a picture; ``detail`` says why, in words for the person who sent them."""


@dataclass(frozen=True)
class Mark:
    """Something a picture's file says about rights. Files lose their marks easily: absence proves nothing."""

    kind: Literal["licence", "opt-out", "credit"]
    name: str  # such as `xmpRights:WebStatement`
    value: str  # as written there, at most 500 characters


@dataclass(frozen=True)
class PictureFacts:
    """A picture or video that could be read. ``width`` and ``height`` are in pixels, after the EXIF rotation."""

    sha256: bytes
    md5: bytes
    media_type: str
    width: int
    height: int
    fingerprints: tuple[Fingerprint, ...]
    marks: tuple[Mark, ...]
    closed: str = ""  # why it is not matched by its looks, in words; empty when it is
    seconds: float | None = None  # how long a video is, as its file says

    @property
    def matchable(self) -> tuple[Fingerprint, ...]:
        """The fingerprints that prove something: the digests, and PDQ where there is enough to see."""
        return tuple(
            one for one in self.fingerprints if one.comparable and not (self.closed and one.algorithm == "pdq")
        )


class PictureHashes(NamedTuple):
    """PDQ of one picture of many: the hash itself first, then of the picture turned and mirrored (``pdq.TURNS``)."""

    quality: int
    dihedral: tuple[bytes, ...]

    @property
    def bits(self) -> bytes:
        """The hash of the picture as it is."""
        return self.dihedral[0]


def licence_of(marks: tuple[Mark, ...]) -> Licence | None:
    """The Creative Commons licence the marks name, from the most dependable one; None when they name none."""
    ranked = sorted((mark for mark in marks if mark.name in _LICENCE_NAMES), key=_rank)
    return next(filter(None, (read_creative_commons(mark.value) for mark in ranked)), None)


def to_json(facts: PictureFacts) -> bytes:
    """Write ``facts`` for the parent; bytes become hexadecimal."""
    return json.dumps(asdict(facts), default=bytes.hex).encode()


def from_json(told: dict[str, Any]) -> PictureFacts:
    """Read what a child wrote. The child is not trusted: anything out of shape raises ValueError or its kin."""
    return PictureFacts(
        sha256=bytes.fromhex(told["sha256"]),
        md5=bytes.fromhex(told["md5"]),
        media_type=str(told["media_type"])[:80],
        width=int(told["width"]),
        height=int(told["height"]),
        fingerprints=tuple(
            Fingerprint(one["algorithm"], str(one["rendition"])[:20], bytes.fromhex(one["bits"]), one["quality"])
            for one in told["fingerprints"]
        ),
        marks=tuple(
            Mark(one["kind"], str(one["name"])[:80], str(one["value"])[:LONGEST_VALUE])
            for one in told["marks"][:MOST_MARKS]
        ),
        closed=str(told["closed"])[:LONGEST_VALUE],
        seconds=None if told["seconds"] is None else float(told["seconds"]),
    )


def hashes_from_json(told: list[Any]) -> list[PictureHashes | Unreadable]:
    """Read a child's answer about several pictures; what is out of shape raises ValueError or its kin."""
    return [
        Unreadable(printable(one[0]))
        if len(one) == 1
        else PictureHashes(int(one[0]), tuple(bytes.fromhex(bits) for bits in one[1:9]))
        for one in told
    ]


def printable(text: str) -> str:
    """What a child says, as far as it can be shown."""
    return "".join(letter for letter in text[:200] if letter.isprintable())


def _rank(mark: Mark) -> int:
    return _LICENCE_NAMES.index(mark.name)
