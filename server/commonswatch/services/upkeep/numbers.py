"""Counts of how things stand, for whoever watches the installation. Numbers only, about nobody."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from commonswatch.models import Case, Delivery, Job, Report, Work


def by_state(session: Session) -> dict[str, dict[str, int]]:
    """How many jobs, cases, reports, works and deliveries are in which state."""
    return {
        "jobs": _count(session, Job.state),
        "cases": _count(session, Case.state),
        "reports": _count(session, Report.state),
        "works": _count(session, Work.state),
        "deliveries": _count(session, Delivery.state),
    }


def _count(session: Session, state: InstrumentedAttribute[Any]) -> dict[str, int]:
    return {word.value: number for word, number in session.execute(select(state, func.count()).group_by(state))}
