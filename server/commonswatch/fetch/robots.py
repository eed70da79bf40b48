"""What a site asks of automatic visitors (RFC 9309): a small memory of parsed robots.txt files. Fetches nothing."""

import threading
import time
from dataclasses import dataclass

from protego import Protego

from commonswatch.fetch.refusals import FetchFailed, FetchRefused

MAX_BYTES = 500 * 1024  # RFC 9309 §2.5: at least 500 KiB must be read
_KEEP = 3600.0
_KEEP_UNKNOWN = 300.0
_REMEMBERED = 500


@dataclass(frozen=True)
class Wishes:
    """One origin's rules; ``rules`` is None while they cannot be read, which forbids everything for now."""

    rules: Protego | None
    until: float

    def check(self, url: str, visitor: str) -> None:
        """FetchRefused (robots) when the rules forbid this URL; FetchFailed (robots-unknown) without rules."""
        if self.rules is None:
            raise FetchFailed("robots-unknown")
        if not self.rules.can_fetch(url, visitor):
            raise FetchRefused("robots")

    def delay(self, visitor: str) -> float | None:
        """Seconds the site asks for between two requests."""
        return self.rules.crawl_delay(visitor) if self.rules else None


def read_wishes(body: bytes | None) -> Wishes:
    """Rules from the bytes of a robots.txt. An empty file allows everything; None: it could not be read."""
    keep = _KEEP_UNKNOWN if body is None else _KEEP
    rules = None if body is None else Protego.parse(body.decode("utf-8", "replace"))
    return Wishes(rules, time.monotonic() + keep)


class RobotsMemory:
    """Origin → wishes, for an hour; the oldest are forgotten first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._known: dict[str, Wishes] = {}
        self._lock = threading.Lock()

    def recall(self, origin: str) -> Wishes | None:
        """What is known and still fresh."""
        with self._lock:
            wishes = self._known.get(origin)
            return wishes if wishes and wishes.until > time.monotonic() else None

    def remember(self, origin: str, wishes: Wishes) -> None:
        """Keep these wishes until they are no longer fresh."""
        with self._lock:
            self._known.pop(origin, None)
            if len(self._known) >= _REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[origin] = wishes
