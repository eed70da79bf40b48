"""Memberships: which works a scan found, written in bulk. What they say about copies is in ``inheritance``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.states import Certainty, ScanState, WayWon, WorkState
from commonswatch.models import Membership, Scan, Suppression, Work
from commonswatch.services.scanning import lineage
from commonswatch.services.upkeep import bulk
from commonswatch.services.words import one_line

_AT_ONCE = 5000
_CERTAIN = {
    WayWon.KEY: Certainty.HOLDS,
    WayWon.DIGEST: Certainty.HOLDS,
    WayWon.GUESSED: Certainty.MAY_HOLD,
    WayWon.DISTANCE: Certainty.MAY_HOLD,
}


class RowMatch(Protocol):
    """A row in which a work was found: ``how`` is key, guessed, digest or distance; ``what`` the key or digest."""

    @property
    def row(self) -> int:
        """Its number in the manifest."""

    @property
    def place(self) -> object:
        """Where it stands, in words."""

    @property
    def how(self) -> str:
        """One of ``WayWon``."""

    @property
    def what(self) -> str:
        """The key or digest."""

    @property
    def work_id(self) -> int:
        """The work found."""


def take(session: Session, scan_id: int, matches: Iterable[RowMatch], now: datetime) -> int:
    """Keep the works that a scan found; return how many are new to it. The same again changes nothing.

    Of several rows with one work the surest is kept, and among those the first. Withdrawn works, and keys that
    somebody said are not of this work, are left out. A list that was taken back says nothing any more.
    """
    if not _speaks(session, scan_id):
        return 0
    best: dict[int, dict[str, Any]] = {}
    for row in (_row(one, scan_id, now) for one in matches):
        known = best.get(row["work_id"])
        if known is None or _order(row) < _order(known):
            best[row["work_id"]] = row
    new = sum(_keep(session, scan_id, some) for some in _chunks(list(best.values())))
    works = select(func.count()).where(Membership.scan_id == scan_id).scalar_subquery()
    session.execute(update(Scan).where(Scan.id == scan_id).values(matches=works))
    return new


def count_of(session: Session, dataset: str) -> int:
    """How many registered works are known to be in a dataset by its own lists."""
    query = (
        select(func.count(Membership.work_id.distinct()))
        .join(Scan, Scan.id == Membership.scan_id)
        .join(Work, Work.id == Membership.work_id)
        .where(Scan.dataset == dataset, Work.state != WorkState.WITHDRAWN)
    )
    return session.scalar(query) or 0


def scans_of(session: Session, dataset: str) -> Sequence[Scan]:
    """The scans of lists of a dataset that were read, wholly or in part; the newest first."""
    read = (Scan.state.in_((ScanState.DONE, ScanState.PARTIAL)), Scan.taken_back_at.is_(None))
    return session.scalars(select(Scan).where(Scan.dataset == dataset, *read).order_by(Scan.id.desc()).limit(200)).all()


def of_scan(session: Session, scan_id: int, page: int, page_size: int) -> Sequence[tuple[Membership, Work]]:
    """One page of the works found in a manifest, in the order of its rows; pages count from 1."""
    query = (
        select(Membership, Work)
        .join(Work, Work.id == Membership.work_id)
        .where(Membership.scan_id == scan_id, Work.state != WorkState.WITHDRAWN)
        .order_by(Membership.row, Membership.id)
    )
    rows = session.execute(query.offset((page - 1) * page_size).limit(page_size))
    return [(row[0], row[1]) for row in rows]


def of_work(session: Session, work_id: int) -> list[tuple[str, Certainty]]:
    """The datasets whose own lists name a work, with the best certainty; for its creator."""
    rows = session.execute(
        select(Scan.dataset, Membership.certainty)
        .join(Scan, Scan.id == Membership.scan_id)
        .where(Membership.work_id == work_id, Scan.dataset.is_not(None))
    )
    found: dict[str, Certainty] = {}
    for dataset, certainty in rows:
        if dataset is not None and lineage.rank(certainty) <= lineage.rank(found.get(dataset, Certainty.MAY_HOLD)):
            found[dataset] = certainty
    return sorted(found.items())


def of_registration(session: Session, registration_id: int) -> list[tuple[str, int]]:
    """The datasets whose own lists name works of a registration, and how many, the most first; for its creator."""
    works = func.count(Membership.work_id.distinct())
    rows = session.execute(
        select(Scan.dataset, works)
        .join(Scan, Scan.id == Membership.scan_id)
        .join(Work, Work.id == Membership.work_id)
        .where(Work.registration_id == registration_id, Work.state != WorkState.WITHDRAWN, Scan.dataset.is_not(None))
        .group_by(Scan.dataset)
        .order_by(works.desc(), Scan.dataset)
    )
    return [(dataset, count) for dataset, count in rows if dataset is not None]


def _speaks(session: Session, scan_id: int) -> bool:
    """Whether it was not taken back; locked, so that it is not meanwhile."""
    stands = select(Scan.id).where(Scan.id == scan_id, Scan.taken_back_at.is_(None))
    return session.scalar(stands.with_for_update()) is not None


def _row(match: RowMatch, scan_id: int, now: datetime) -> dict[str, Any]:
    how = WayWon(match.how)
    return {
        "scan_id": scan_id,
        "work_id": match.work_id,
        "row": match.row,
        "place": one_line(str(match.place), 300),
        "how": how,
        "observed": match.what[:300],
        "certainty": _CERTAIN[how],
        "at": now,
    }


def _order(row: dict[str, Any]) -> tuple[int, int]:
    return lineage.rank(row["certainty"]), row["row"]


def _keep(session: Session, scan_id: int, rows: list[dict[str, Any]]) -> int:
    """Insert what is new, and put a surer row in the place of one that was less sure."""
    rows = _of_willing(session, rows)
    unsure = set(
        session.scalars(
            select(Membership.work_id)
            .where(Membership.scan_id == scan_id, Membership.certainty != Certainty.HOLDS)
            .where(Membership.work_id.in_([row["work_id"] for row in rows]))
        )
    )
    for row in rows:
        if row["work_id"] in unsure and row["certainty"] is Certainty.HOLDS:
            same = (Membership.scan_id == scan_id, Membership.work_id == row["work_id"])
            session.execute(update(Membership).where(*same).values(**row))
    return bulk.insert_many(session, Membership, rows)


def _of_willing(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of works that are still registered, without what somebody said is not of them."""
    works = [row["work_id"] for row in rows]
    there = set(session.scalars(select(Work.id).where(Work.id.in_(works), Work.state != WorkState.WITHDRAWN)))
    said = session.execute(select(Suppression.work_id, Suppression.observed).where(Suppression.work_id.in_(works)))
    wrong = {(work_id, observed) for work_id, observed in said}
    return [row for row in rows if row["work_id"] in there and (row["work_id"], row["observed"]) not in wrong]


def _chunks(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
