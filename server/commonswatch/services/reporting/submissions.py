"""What a report says, read back from the JSON it was kept as. The doors validated it; here it gets a shape."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from commonswatch.domain.errors import InvalidInput

ANONYMOUS = "anonymous"
"""The reporter of every report that came without a token."""
MAX_MEDIA = 500
MAX_LINKS = 200


@dataclass(frozen=True)
class Media:
    """One picture or video as a watcher observed it; fingerprints are the watcher's word, not ours."""

    url: str | None = None
    name: str | None = None
    key: str | None = None
    sha256: bytes | None = None
    pdq: bytes | None = None
    quality: int | None = None


@dataclass(frozen=True)
class ObservedLink:
    """A link on the page; ``dataset`` is the one whose data it hands out, by the watcher's word."""

    url: str = field(repr=False)
    dataset: str | None = None


@dataclass(frozen=True)
class Submission:
    """A report: the page, the media observed on it and the links that lead to data. May hold access codes."""

    page: str = field(repr=False)
    media: tuple[Media, ...] = field(default=(), repr=False)
    links: tuple[ObservedLink, ...] = field(default=(), repr=False)


def read(body: bytes) -> Submission:
    """Read a stored submission; raise InvalidInput when it is none (made by another version, or damaged)."""
    try:
        document = json.loads(body)
        media = tuple(_media(one) for one in document.get("media", ())[:MAX_MEDIA])
        links = tuple(_link(one) for one in document.get("links", ())[:MAX_LINKS] if _storable(one["url"]))
        return Submission(_storable(document["page"]) or "", media, links)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput("The report cannot be read.") from error


def _media(one: Mapping[str, Any]) -> Media:
    return Media(
        url=_storable(one.get("url")),
        name=_storable(one.get("name")),
        key=_storable(one.get("key")),
        sha256=_bits(one.get("sha256")),
        pdq=_bits(one.get("pdq")),
        quality=one.get("quality"),
    )


def _link(one: Mapping[str, Any]) -> ObservedLink:
    return ObservedLink(one["url"], one.get("dataset") if one.get("role") == "data" else None)


def _storable(text: str | None) -> str | None:
    """None for text that not every database can hold: with NUL, or half of a surrogate pair."""
    storable = text is not None and "\0" not in text and text.encode("utf-8", "ignore").decode() == text
    return text if storable else None


def _bits(text: str | None) -> bytes | None:
    bits = bytes.fromhex(text) if text else None
    if bits is not None and len(bits) != 32:
        raise ValueError("a fingerprint has 32 bytes")
    return bits
