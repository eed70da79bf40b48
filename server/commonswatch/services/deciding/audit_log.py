"""Reading the audit log, newest first. Writing and checking it is in ``audit``."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.models import AuditEntry
from commonswatch.services.membership import members

PAGE = 50


def count(session: Session) -> int:
    """How many entries there are."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def read(session: Session, page: int) -> Sequence[AuditEntry]:
    """One page of entries, the newest first; pages count from 1."""
    newest = select(AuditEntry).order_by(AuditEntry.id.desc())
    return session.scalars(newest.offset((page - 1) * PAGE).limit(PAGE)).all()


def names_of_actors(session: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Who the actors ``account:<id>`` are: their name, or their address when they gave none."""
    numbers = {int(number) for kind, _, number in (e.actor.partition(":") for e in entries) if kind == "account"}
    return {f"account:{number}": name for number, name in members.names(session, numbers).items()}
