"""Looking at what a report names: the page and up to twenty of its media, read from the web with all limits.

Needs no database. Whatever goes wrong is a fact about the report (why something was not read), never a failure of
the check; only ``trouble`` says that looking again later may show more.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from commonswatch.domain.errors import InvalidInput, RemoteError
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.fingerprints import PictureFacts
from commonswatch.services.reporting import listings, offers, pages
from commonswatch.services.reporting.offers import Offer
from commonswatch.services.reporting.pages import PageLook, Reader
from commonswatch.services.reporting.submissions import Media

MOST_MEDIA = 20
_SHORTEST_NAME = 6  # a file name like `1.jpg` stands on every page


@dataclass(frozen=True)
class ObservedKey:
    """A work key, how sure its reading is, and what it was read from: url, name, or stated by the watcher."""

    key: str
    how: str
    where: str


@dataclass(frozen=True)
class MediaLook:
    """What one picture or video turned out to be, or why it was not read."""

    sha256: bytes | None = None
    picture: Fingerprint | None = None
    fetched_at: datetime | None = None
    reason: str | None = None
    passing: bool = False
    frames: tuple[Fingerprint, ...] = ()  # of a video


@dataclass(frozen=True)
class Look:
    """Everything the server saw of one report. ``seen`` says of each of the media whether it stands on the page."""

    page: PageLook
    media: Mapping[int, MediaLook]
    seen: tuple[bool | None, ...]
    offers: tuple[Offer, ...] = ()
    lists: tuple[str, ...] = ()  # public addresses the page links to

    @property
    def trouble(self) -> str | None:
        """Why looking again later may show more."""
        every: list[PageLook | MediaLook] = [self.page, *self.media.values()]
        return next((one.reason for one in every if one.passing), None)

    @property
    def unread(self) -> int:
        """How many pictures we wanted to read and could not."""
        return sum(1 for one in self.media.values() if one.reason is not None)

    def digests(self) -> set[bytes]:
        """SHA-256 of the files we read."""
        return {one.sha256 for one in self.media.values() if one.sha256 is not None}

    def pictures(self) -> list[Fingerprint]:
        """PDQ of the pictures we read."""
        return [one.picture for one in self.media.values() if one.picture is not None]

    def frames(self, position: int) -> tuple[Fingerprint, ...]:
        """PDQ of the frames of one of the media, if it is a video."""
        return self.media.get(position, MediaLook()).frames

    def observed(self, position: int) -> tuple[str, ...]:
        """What we computed of one of the media ourselves, as ``Match.observed`` writes it."""
        one = self.media.get(position, MediaLook())
        digest = (f"sha256:{one.sha256.hex()}",) if one.sha256 else ()
        return (*digest, f"pdq:{one.picture.bits.hex()}") if one.picture else digest

    def page_facts(self, position: int) -> dict[str, Any]:
        """What evidence says about the page."""
        return {
            "seen_on_page": self.seen[position],
            "page_status": self.page.status,
            "page_fetched_at": _iso(self.page.fetched_at),
            "page_reason": self.page.reason,
        }

    def media_facts(self, position: int) -> dict[str, Any]:
        """What evidence says about the file."""
        one = self.media.get(position, MediaLook(reason="It was not needed: the address says enough."))
        return {"fetched_at": _iso(one.fetched_at), "reason": one.reason}


def look(
    page_url: str | None,
    media: tuple[Media, ...],
    skip: Iterable[int],
    reader: Reader,
    examine_picture: Callable[[bytes], PictureFacts],
    seconds: float,
) -> Look:
    """Read the page (``page_url`` is None when it needs an access code) and the media that are not in ``skip``.

    All of it takes at most ``seconds``.
    """
    deadline = time.monotonic() + seconds
    page = pages.read(page_url, reader, seconds)
    looks = {}
    for position in _to_read(media, set(skip)):
        looks[position] = _read_media(media[position].url or "", reader, examine_picture, deadline)
    text = page.plain
    return Look(page, looks, tuple(_stands_on(text, one) for one in media), offers.read(page), listings.named_on(page))


def _to_read(media: tuple[Media, ...], skip: set[int]) -> list[int]:
    """Positions of the first twenty different addresses worth reading."""
    addresses: dict[str, int] = {}
    for position, one in enumerate(media):
        if one.url and position not in skip:
            addresses.setdefault(one.url, position)
    return list(addresses.values())[:MOST_MEDIA]


def _read_media(
    url: str, reader: Reader, examine_picture: Callable[[bytes], PictureFacts], deadline: float
) -> MediaLook:
    left = deadline - time.monotonic()
    if left <= 0:
        return MediaLook(reason="There was no time left for it.")
    try:
        fetched = reader.get(url, accept="image/*, */*;q=0.1", seconds=left)
    except RemoteError as error:
        return MediaLook(reason=error.detail, passing=not error.permanent)
    digest = bytes.fromhex(fetched.sha256)
    try:
        facts = examine_picture(fetched.body)
    except InvalidInput as error:
        return MediaLook(sha256=digest, fetched_at=fetched.fetched_at, reason=error.detail)
    shown = [one for one in facts.matchable if one.algorithm == "pdq"]
    frames = tuple(one for one in shown if one.rendition.startswith("frame-"))
    original = next((one for one in shown if one.rendition == "original"), None)
    return MediaLook(digest, original, fetched.fetched_at, frames=frames)


def _stands_on(text: str | None, media: Media) -> bool | None:
    """Whether one of the media stands on the page: its address, its file name, or the number in its work key."""
    if text is None:
        return None
    names = [name for name in _names_of(media) if len(name) >= _SHORTEST_NAME]
    return any(name in text for name in names) if names else None


def _names_of(media: Media) -> list[str]:
    names = [media.name or ""]
    if media.url:
        try:
            path = urlsplit(media.url).path
        except ValueError:
            path = ""
        last = path.rpartition("/")[2]
        names += [media.url, last, unquote(last)]
    return [*names, media.key.rpartition(":")[2]] if media.key else names


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
