"""Noting which works changed in a way that may change the watch list. Whoever changes a work says so here."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from commonswatch.domain.states import Listing, WorkState
from commonswatch.models import ListChange, Work
from commonswatch.services.upkeep import bulk


def note(session: Session, work_ids: Iterable[int], now: datetime) -> None:
    """These works changed: the next version looks at them."""
    bulk.insert_many(session, ListChange, [{"work_id": work_id, "at": now} for work_id in work_ids])


def note_if_public(session: Session, work: Work, now: datetime) -> None:
    """A work changed. While it is server-only that changes nothing in the list."""
    if work.listing == Listing.PUBLIC:
        note(session, [work.id], now)


def is_listed(now: datetime) -> ColumnElement[bool]:
    """Whether a work belongs into the list: its creator said so, did not withdraw it, and no end has come."""
    return and_(
        Work.listing == Listing.PUBLIC,
        Work.state != WorkState.WITHDRAWN,
        or_(Work.listed_until.is_(None), Work.listed_until > now),
    )
