"""Two scans of lists of one dataset compared: how many registered works came, went and stayed. Numbers only."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from commonswatch.domain.states import ScanState, WorkState
from commonswatch.models import Membership, Scan, Work


@dataclass(frozen=True)
class Difference:
    """Works in the newer list only, in both, in the older only; and how many rows the newer has more (or fewer)."""

    added: int
    kept: int
    removed: int
    rows: int


def compare(session: Session, older: Scan, newer: Scan) -> Difference:
    """What changed from an older list to a newer one."""
    kept = _count(session, newer, older, there=True)
    return Difference(
        added=_count(session, newer, older, there=False),
        kept=kept,
        removed=_count(session, older, newer, there=False),
        rows=newer.rows - older.rows,
    )


def _count(session: Session, of: Scan, other: Scan, *, there: bool) -> int:
    also = aliased(Membership)
    in_other = exists().where(also.scan_id == other.id, also.work_id == Membership.work_id)
    query = (
        select(func.count())
        .select_from(Membership)
        .join(Work, Work.id == Membership.work_id)
        .where(Membership.scan_id == of.id, Work.state != WorkState.WITHDRAWN, in_other if there else ~in_other)
    )
    return session.scalar(query) or 0


def before(session: Session, scan: Scan) -> Scan | None:
    """The scan before this one of the same list (dataset and name), read to its end; None for the first."""
    if scan.dataset is None or scan.taken_back_at is not None:
        return None
    same = (Scan.dataset == scan.dataset, Scan.name == scan.name)
    read = (Scan.state == ScanState.DONE, Scan.taken_back_at.is_(None))
    return session.scalars(
        select(Scan).where(*same, *read, Scan.id < scan.id).order_by(Scan.id.desc()).limit(1)
    ).first()
