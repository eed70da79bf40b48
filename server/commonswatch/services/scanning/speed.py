"""How fast a scan goes and how long it will take. Needs no database."""

from dataclasses import dataclass

from commonswatch.models import Scan


@dataclass(frozen=True)
class Pace:
    """Rows a second, the part done (0 to 1) and seconds left; None where nobody can know."""

    rows_a_second: float | None
    done: float | None
    seconds_left: float | None


def of(scan: Scan) -> Pace:
    """The pace since the scan began; by bytes, since nobody knows how many rows there are."""
    if scan.started_at is None or scan.noted_at is None:
        return Pace(None, None, None)
    seconds = ((scan.finished_at or scan.noted_at) - scan.started_at).total_seconds()
    rate = scan.rows / seconds if seconds > 0 else None
    if not scan.bytes_total or scan.finished_at is not None:
        return Pace(rate, None, None)
    done = min(1.0, scan.bytes_read / scan.bytes_total)
    left = seconds / done - seconds if done > 0 and seconds > 0 else None
    return Pace(rate, done, left)
