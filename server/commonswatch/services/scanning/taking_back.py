"""A list is taken back, since it was the wrong one or of another dataset: what rests only on it goes.

What people were told stays told, and the scan stays as a row, so that everybody sees what happened. Its files are for
the caller to delete once this is committed (``folder.forget_all``).
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, delete, func, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.states import Basis, CaseState, DecisionVerdict
from commonswatch.models import (
    Account,
    Case,
    Copy,
    Decision,
    Evidence,
    Membership,
    Notification,
    PersonMembership,
    Scan,
    Sighting,
)
from commonswatch.services.deciding import audit
from commonswatch.services.reporting import listed_here
from commonswatch.services.scanning import scans, spreading

LONGEST_REASON = 2000
_STRONGEST_FIRST = (Basis.SHA256, Basis.KEY, Basis.PDQ, Basis.MEMBERSHIP)
_DECIDED = {DecisionVerdict.CONFIRM: CaseState.CONFIRMED, DecisionVerdict.DISMISS: CaseState.DISMISSED}
_AT_ONCE = 5000


def take_back(session: Session, scan_id: int, account: Account, reason: str, now: datetime) -> Scan:
    """Undo what a scan said. Raise InvalidInput without a reason, and Conflict while it is read or when it was undone.

    Other lists that name the same works go on saying so; a case whose works change is in its next version, and one that
    was decided before this list opened it again is decided as it was.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(f"Give a reason, in at most {LONGEST_REASON} letters.", ("reason",))
    scan = scans.get(session, scan_id, lock=True)
    if scan.taken_back_at is not None:
        raise Conflict("This list was taken back already.")
    if scans.is_being_read(session, scan):
        raise Conflict("It is being read. Stop it first, and try again in a moment.")
    facts = {"reason": reason, "dataset": scan.dataset or "", "works": scan.matches}
    audit.record(session, f"account:{account.id}", "scan.take-back", f"scan:{scan.id}", facts, now)
    scan.taken_back_at, scan.matches, scan.index_file = now, 0, None
    session.flush()
    _forget(session, scan, now)
    return scan


def _forget(session: Session, scan: Scan, now: datetime) -> None:
    """First all that rests on it goes, then other lists say again what they know, then what is left with nothing."""
    sightings, works = _concerned(session, scan)
    for some in _chunks(sightings):
        _forget_evidence(session, scan, some)
    session.execute(delete(Membership).where(Membership.scan_id == scan.id))
    session.execute(delete(PersonMembership).where(PersonMembership.scan_id == scan.id))
    _say_again(session, scan, works, now)
    changed: set[int] = set()
    for some in _chunks(sightings):
        changed |= _forget_sightings(session, some)
    for some in _chunks(sorted(changed)):
        still_open = update(Case).where(Case.id.in_(some), Case.state == CaseState.OPEN)
        session.execute(still_open.values(version=Case.version + 1), execution_options=_UNSEEN)
        session.expire_all()
        _close_again(session, scan, some, now)
        _forget_empty(session, scan, some, now)
    session.expire_all()


def _concerned(session: Session, scan: Scan) -> tuple[list[int], set[int]]:
    """The sightings whose evidence names the scan, and their works."""
    listed = select(Membership.work_id).where(Membership.scan_id == scan.id)
    rests = Evidence.facts["scan"].as_integer() == scan.id
    query = select(Sighting.id, Sighting.work_id).join(Evidence, Evidence.sighting_id == Sighting.id)
    rows = session.execute(query.where(Sighting.work_id.in_(listed), rests).distinct()).all()
    return sorted({row.id for row in rows}), {row.work_id for row in rows}


def _forget_evidence(session: Session, scan: Scan, sightings: Collection[int]) -> None:
    """What a watcher had named before the list did goes back to being named by the watcher."""
    rests = (Evidence.sighting_id.in_(sightings), Evidence.facts["scan"].as_integer() == scan.id)
    named = update(Evidence).where(*rests, Evidence.media_url.is_not(None))
    session.execute(named.values(facts={"where": "stated", "how": "exact", "claimed": True}), execution_options=_UNSEEN)
    session.execute(delete(Evidence).where(*rests), execution_options=_UNSEEN)


def _say_again(session: Session, scan: Scan, works: Collection[int], now: datetime) -> None:
    """What other lists know of these works, at the same place and of the same or related datasets."""
    if scan.location_id is not None and works:
        there = select(Scan).where(Scan.location_id == scan.location_id, Scan.taken_back_at.is_(None))
        for other in session.scalars(there.order_by(Scan.id)).all():
            listed_here.add(session, other, now, works)
    if scan.dataset:
        spreading.spread(session, {scan.dataset}, now)


def _forget_sightings(session: Session, sightings: Collection[int]) -> set[int]:
    """Sightings without evidence go, the others rest on their strongest; return the cases some went from."""
    order = case({basis: rank for rank, basis in enumerate(_STRONGEST_FIRST)}, value=Evidence.basis)
    strongest: Select[Basis] = select(Evidence.basis).where(Evidence.sighting_id == Sighting.id).order_by(order)
    has_some = select(Evidence.id).where(Evidence.sighting_id == Sighting.id).exists()
    these = Sighting.id.in_(sightings)
    gone = set(session.scalars(select(Sighting.case_id).where(these, ~has_some)))
    session.execute(delete(Sighting).where(these, ~has_some), execution_options=_UNSEEN)
    best = strongest.limit(1).scalar_subquery()
    session.execute(update(Sighting).where(these).values(basis=best), execution_options=_UNSEEN)
    return gone


def _close_again(session: Session, scan: Scan, case_ids: Collection[int], now: datetime) -> None:
    """Cases that only this list had opened once more are what was last decided about them."""
    reopened = select(Case).where(Case.id.in_(case_ids), Case.state == CaseState.OPEN, ~_has_news())
    for one in session.scalars(reopened).all():
        last = one.decisions[-1] if one.decisions else None
        if last is None or last.verdict not in _DECIDED:
            continue
        one.state, one.decided_at = _DECIDED[last.verdict], last.at
        facts = {"scan": scan.id, "state": one.state.value}
        audit.record(session, "system", "case.close-again", f"case:{one.id}", facts, now)


def _forget_empty(session: Session, scan: Scan, case_ids: Collection[int], now: datetime) -> None:
    """Cases that were only there because of this list: nobody decided about them, and nothing is left in them."""
    left = (
        select(Sighting.id).where(Sighting.case_id == Case.id).exists(),
        select(Copy.id).where(Copy.page_id == Case.location_id).exists(),
        select(Decision.id).where(Decision.case_id == Case.id).exists(),
        select(Notification.id).where(Notification.case_id == Case.id).exists(),
    )
    empty = select(Case.id).where(Case.id.in_(case_ids), *(~one for one in left))
    for number in session.scalars(empty).all():
        session.execute(delete(Case).where(Case.id == number), execution_options=_UNSEEN)
        audit.record(session, "system", "case.forget", f"case:{number}", {"scan": scan.id}, now)


def _has_news() -> ColumnElement[bool]:
    """Whether anything was first seen at a case's place since the last decision."""
    decided = select(func.max(Decision.at)).where(Decision.case_id == Case.id).correlate(Case).scalar_subquery()
    works = select(Sighting.id).where(Sighting.case_id == Case.id, Sighting.first_seen > decided)
    copies = select(Copy.id).where(Copy.page_id == Case.location_id, Copy.first_seen > decided, ~Copy.claimed)
    return works.exists() | copies.exists()


def _chunks(numbers: list[int]) -> list[list[int]]:
    return [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]


_UNSEEN = {"synchronize_session": False}
"""Rows are changed behind the session's back, which forgets all it knows in the end."""
