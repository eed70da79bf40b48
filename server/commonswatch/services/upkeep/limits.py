"""Rate limits kept in the database: how often somebody did something within a window of time.

A counter's key holds a keyed digest of who it was, never an address. Windows are fixed: they begin on the
full hour, ten minutes and so on, and a counter is purged when its window is over. A door that refuses somebody
because of a limit must commit the count first: a transaction that is rolled back has counted nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Insert, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from commonswatch.models import RateCounter

HOUR = timedelta(hours=1)
_READ = select(RateCounter.key, RateCounter.count).where(RateCounter.key.in_(bindparam("keys", expanding=True)))


def counter_key(action: str, who: bytes, window: timedelta, now: datetime) -> str:
    """The key of the counter for ``who`` (a keyed digest) doing ``action`` in the window that ``now`` is in."""
    return f"{action}:{who.hex()}:{int(_start(window, now).timestamp())}"


def add(session: Session, counts: Mapping[str, int], window: timedelta, now: datetime) -> None:
    """Add to many counters at once, making those that do not exist yet."""
    rows = [{"key": key, "count": count, "expires_at": _start(window, now) + window} for key, count in counts.items()]
    if rows:
        rows.sort(key=lambda row: str(row["key"]))  # one order for everybody: no deadlock
        session.connection().execute(_adding(session.get_bind().dialect.name), rows)


@lru_cache
def _adding(dialect: str) -> Insert:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(RateCounter)
    summed: Insert = statement.on_conflict_do_update(
        index_elements=["key"], set_={"count": RateCounter.count + statement.excluded.count}
    )
    return summed


def read(session: Session, keys: set[str]) -> dict[str, int]:
    """The counts so far; a counter that is not there is 0."""
    found = session.connection().execute(_READ, {"keys": list(keys)})
    counts = dict.fromkeys(keys, 0)
    counts.update(found.all())
    return counts


def take(session: Session, action: str, who: bytes, limit: int, window: timedelta, now: datetime) -> int:
    """Count one more; return the seconds to wait when that is above ``limit``, else 0. Commit either way."""
    key = counter_key(action, who, window, now)
    add(session, {key: 1}, window, now)
    return seconds_left(window, now) if read(session, {key})[key] > limit else 0


def seconds_left(window: timedelta, now: datetime) -> int:
    """Seconds until the window is over, at least 1."""
    return max(1, int((_start(window, now) + window - now).total_seconds()))


def purge(session: Session, now: datetime) -> None:
    """Forget the counters of windows that are over."""
    session.execute(delete(RateCounter).where(RateCounter.expires_at < now))


def _start(window: timedelta, now: datetime) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
