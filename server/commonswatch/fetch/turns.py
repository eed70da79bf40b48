"""Politeness: one request at a time per site, and a pause between two. All in memory.

A site is a registered domain, so that a hundred subdomains of one small server are still one small server.
"""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from commonswatch.fetch.refusals import FetchFailed

LONGEST_DELAY = 10.0
_REMEMBERED = 4096


@dataclass
class _Site:
    delay: float
    taken: bool = False
    ready: float = 0.0

    @property
    def wait(self) -> float:
        return 60.0 if self.taken else self.ready - time.monotonic()


class Turns:
    """Who may ask which site when; shared by all threads of one fetcher. ``delay`` is in seconds."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._sites: dict[str, _Site] = {}
        self._changed = threading.Condition()

    def take(self, name: str, patience: float) -> None:
        """Wait for a turn, at most ``patience`` seconds; FetchFailed (busy)."""
        end = time.monotonic() + patience
        with self._changed:
            while (wait := self._site(name).wait) > 0:
                left = end - time.monotonic()
                if left <= 0:
                    raise FetchFailed("busy")
                self._changed.wait(min(wait, left))
            self._site(name).taken = True

    def give_back(self, name: str) -> None:
        """Let the next one ask, after the site's delay."""
        with self._changed:
            site = self._site(name)
            site.taken, site.ready = False, time.monotonic() + site.delay
            self._changed.notify_all()

    def slow_down(self, name: str, delay: float) -> None:
        """Wait longer between two requests to this site, because it asked for it."""
        with self._changed:
            self._site(name).delay = max(self._delay, min(delay, LONGEST_DELAY))

    def _site(self, name: str) -> _Site:
        if name not in self._sites:
            if len(self._sites) >= _REMEMBERED:
                self._forget()
            self._sites[name] = _Site(self._delay)
        return self._sites[name]

    def _forget(self) -> None:
        """Drop sites about which nothing needs to be remembered."""
        now = time.monotonic()
        for name, site in list(self._sites.items()):
            if not site.taken and site.ready <= now:
                del self._sites[name]


class Visit:
    """The turn one request holds. It moves along with redirects and never holds two, so none can block."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.site: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def move_to(self, site: str, patience: float) -> None:
        """Give back the turn held and wait for one at ``site``; nothing to do when already there."""
        if site != self.site:
            self._leave()
            self._turns.take(site, patience)
            self.site = site

    def _leave(self) -> None:
        if self.site is not None:
            self._turns.give_back(self.site)
            self.site = None
