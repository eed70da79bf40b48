"""How fast a scan goes and how long it will take. Needs no database."""

from dataclasses import dataclass

from commonswatch.domain.states import ScanState
from commonswatch.models import Scan

_SHORTEST = 2.0
"""Seconds after which a pace says something."""


@dataclass(frozen=True)
class Pace:
    """Rows a second, the part done (0 to 1) and seconds left; None where nobody can know."""

    rows_a_second: float | None
    done: float | None
    seconds_left: float | None


def of(scan: Scan) -> Pace:
    """The pace since the scan began; by bytes, since nobody knows how many rows there are.

    Nobody knows it of a scan that was stopped in between, nor of one that was over at once.
    """
    if scan.started_at is None or scan.noted_at is None or scan.state is ScanState.WAITING:
        return Pace(None, None, None)
    seconds = ((scan.finished_at or scan.noted_at) - scan.started_at).total_seconds()
    is_known = scan.tries == 1 and seconds >= _SHORTEST
    rate = scan.rows / seconds if is_known else None
    if not scan.bytes_total or scan.finished_at is not None:
        return Pace(rate, None, None)
    done = min(1.0, scan.bytes_read / scan.bytes_total)
    left = seconds / done - seconds if is_known and done > 0 else None
    return Pace(rate, done, left)
