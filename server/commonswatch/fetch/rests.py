"""A rest for hosts in trouble: who failed several times in a row, or asks for patience, is left alone for a while.

Counted per origin (scheme, host and port) and not per site: a stranger who hands in names that do not exist below a
well-known domain, or ``https://…:80/``, where nobody speaks TLS, must not be able to stop us from reading that domain.
"""

import threading
import time
from dataclasses import dataclass

from commonswatch.fetch.refusals import FetchFailed

TROUBLES_BEFORE_REST = 5
REST = 300.0
LONGEST_REST = 3600.0
_REMEMBERED = 4096


@dataclass
class _Record:
    troubles: int = 0
    until: float = 0.0


class Rests:
    """Shared by all threads of one fetcher; times are in seconds."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}
        self._lock = threading.Lock()

    def check(self, origin: str) -> None:
        """FetchFailed (paused) while this origin has its rest."""
        with self._lock:
            record = self._records.get(origin)
            if record and record.until > time.monotonic():
                raise FetchFailed("paused")

    def went_well(self, origin: str) -> None:
        """Forget earlier troubles."""
        with self._lock:
            self._records.pop(origin, None)

    def had_trouble(self, origin: str, retry_after: float | None = None) -> None:
        """Count a failure; several in a row, or the host's own word (``retry_after``), give it a rest."""
        with self._lock:
            record = self._records.pop(origin, _Record())
            record.troubles += 1
            rest = REST if record.troubles >= TROUBLES_BEFORE_REST else 0.0
            record.until = time.monotonic() + max(rest, min(retry_after or 0.0, LONGEST_REST))
            if len(self._records) >= _REMEMBERED:
                self._records.pop(next(iter(self._records)))
            self._records[origin] = record
