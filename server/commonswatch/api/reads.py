"""How often somebody may ask: a limit for reading, counted in the database so that all processes share it.

A write for each read would make reading as dear as reporting. So a process takes reads out of the database in
portions and counts within them; when it ends it loses a part of one portion, and never gives one away.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from commonswatch.db import Database
from commonswatch.domain.errors import TooMany
from commonswatch.services.upkeep import limits

WINDOW = timedelta(minutes=10)
PORTION = 20
PORTIONS = 30  # 600 reads in ten minutes from one device or network
MOST_CALLERS = 10_000  # that one process remembers

_NONE = -1  # nothing is left in this window, and the database need not be asked again


class Reads:
    """The reads that are left to each caller. ``count`` may be called from any thread."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._left: dict[str, int] = {}  # by counter, whose key names its window
        self._change = threading.Lock()

    def count(self, who: bytes) -> None:
        """Count one read of ``who`` (a keyed digest); raise TooMany above the limit."""
        now = self._now()
        key = limits.counter_key("read", who, WINDOW, now)
        left = self._use(key)
        if left == 0:
            left = self._take_portion(key, who, now)
        if left == _NONE:
            wait = limits.seconds_left(WINDOW, now)
            raise TooMany("Too many requests within ten minutes. Try again later.", wait)

    def _use(self, key: str) -> int:
        """What was left before this read; one less is left now."""
        with self._change:
            left = self._left.get(key, 0)
            if left > 0:
                self._left[key] = left - 1
            return left

    def _take_portion(self, key: str, who: bytes, now: datetime) -> int:
        with self._database.writing() as session:
            refused = limits.take(session, "read", who, PORTIONS, WINDOW, now)
        with self._change:
            if len(self._left) >= MOST_CALLERS:
                self._left.clear()  # mostly windows that are over; the others take a new portion
            self._left[key] = _NONE if refused else PORTION - 1
            return _NONE if refused else PORTION
