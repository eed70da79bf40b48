"""When there is a next version: soon after a change, at least daily, not so often that clients run out of deltas."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import Listing
from commonswatch.models import ListChange, Work
from commonswatch.services.upkeep import queue
from commonswatch.services.watching import history

JOB = "watch-list"
DAILY = timedelta(hours=23)  # "at least once a day", and an hour in hand
QUIET = timedelta(seconds=2)
"""So long nothing may have changed: what is registered together gets into one version."""
LONGEST_UNREST = timedelta(seconds=20)
QUICK_AN_HOUR = 10
"""So many versions an hour come at once; when more changes, one every ten minutes takes them together."""
PAUSE = timedelta(minutes=10)


def ask(session: Session, now: datetime) -> None:
    """Queue the job that makes the next version, once for each version."""
    last = history.newest_version(session)
    queue.enqueue(session, JOB, str(last.version + 1 if last else 1), now=now, again=True)


def is_daily(last: datetime | None, now: datetime) -> bool:
    """Whether there is a version even if nothing changed, the last one being from then."""
    return last is None or now - last >= DAILY


def is_due(session: Session, recipe: str, now: datetime) -> bool:
    """Whether it is time for the next version; ``recipe`` is what else makes a version, see ``versions``."""
    last = history.newest_version(session)
    if last is None or is_daily(last.made_at, now):
        return True
    if last.recipe == recipe and not _changed(session, last.made_at, now):
        return False
    lately = history.count_since(session, now - timedelta(hours=1))
    return lately < QUICK_AN_HOUR or now - last.made_at >= PAUSE


def _changed(session: Session, since: datetime, now: datetime) -> bool:
    first, last = session.execute(select(func.min(ListChange.at), func.max(ListChange.at))).one()
    if first is not None:
        return bool(now - last >= QUIET or now - first >= LONGEST_UNREST)
    ended = select(Work.id).where(Work.listed_until >= since, Work.listed_until <= now, Work.listing == Listing.PUBLIC)
    return session.scalar(ended.limit(1)) is not None
