"""The moderators' queue: which cases wait, what one case holds, deciding it. ``notifications`` tells people.

A decision names the version of the case the moderator saw; when anything changed meanwhile it is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, func, select, union, update
from sqlalchemy.orm import Session, selectinload

from commonswatch.domain.errors import Conflict, InvalidInput, NotFound
from commonswatch.domain.states import CaseState, DecisionVerdict, PersonState, WorkState
from commonswatch.models import (
    Account,
    Case,
    Decision,
    Depiction,
    Location,
    Person,
    PersonAnswer,
    Sighting,
    Work,
)
from commonswatch.services.deciding import audit
from commonswatch.services.upkeep import queue

PAGE_SIZE = 25
LONGEST_REASON = 2000
_NEXT_STATE = {
    DecisionVerdict.CONFIRM: CaseState.CONFIRMED,
    DecisionVerdict.DISMISS: CaseState.DISMISSED,
    DecisionVerdict.REOPEN: CaseState.OPEN,
}


@dataclass(frozen=True)
class CaseLine:
    """One line of the queue."""

    id: int
    state: CaseState
    version: int
    opened_at: datetime
    url: str
    kind: str
    site: str
    works: int
    people: int


@dataclass(frozen=True)
class CasePage:
    """One page of the queue; pages count from 1."""

    lines: tuple[CaseLine, ...]
    page: int
    pages: int
    total: int


def queue_page(
    session: Session, *, site: str | None = None, state: CaseState = CaseState.OPEN, page: int = 1
) -> CasePage:
    """Cases in a state, those that affect most people first and among them the oldest; by registered domain."""
    wanted = [Case.state == state, *([Location.site == site] if site else [])]
    total = session.scalar(select(func.count()).select_from(Case).join(Case.location).where(*wanted)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = session.execute(_lines(state).where(*wanted).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return CasePage(tuple(CaseLine(*row) for row in rows), page, pages, total)


def sites(session: Session, state: CaseState = CaseState.OPEN) -> list[tuple[str, int]]:
    """The registered domains of cases in a state, with how many cases each has, most first."""
    count = func.count(Case.id)
    rows = session.execute(
        select(Location.site, count)
        .join(Case, Case.location_id == Location.id)
        .where(Case.state == state)
        .group_by(Location.site)
        .order_by(count.desc(), Location.site)
        .limit(200)
    )
    return [(site, cases) for site, cases in rows]


def counts(session: Session) -> dict[CaseState, int]:
    """How many cases are in which state."""
    rows = session.execute(select(Case.state, func.count()).group_by(Case.state))
    found = dict.fromkeys(CaseState, 0)
    found.update((state, number) for state, number in rows)
    return found


def get(session: Session, case_id: int) -> Case:
    """A case with its location, sightings, works, evidence and decisions; raise NotFound."""
    case = session.scalars(
        select(Case)
        .where(Case.id == case_id)
        .options(
            selectinload(Case.location),
            selectinload(Case.sightings).selectinload(Sighting.evidence),
            selectinload(Case.sightings).selectinload(Sighting.work).selectinload(Work.depictions),
            selectinload(Case.decisions),
        )
    ).first()
    if case is None:
        raise NotFound("There is no such case.")
    return case


def people_affected(session: Session, case_id: int) -> int:
    """How many people would be told about a case, or were."""
    affected = affected_people(Sighting.case_id == case_id).subquery()
    return session.scalar(select(func.count()).select_from(affected)) or 0


def decide(
    session: Session,
    case_id: int,
    account: Account,
    verdict: DecisionVerdict,
    reason: str,
    version: int,
    now: datetime,
) -> None:
    """Decide a case as the moderator saw it (``version``); a confirmed case is queued for telling people.

    Raise InvalidInput without a reason, NotFound, or Conflict when the case changed since it was opened.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(f"Give a reason, in at most {LONGEST_REASON} letters.", ("reason",))
    _move(session, case_id, verdict, version, now)
    session.add(Decision(case_id=case_id, moderator_id=account.id, verdict=verdict, reason=reason, at=now))
    facts = {"reason": reason, "version": version}
    audit.record(session, f"account:{account.id}", f"case.{verdict}", f"case:{case_id}", facts, now)
    if verdict is DecisionVerdict.CONFIRM:
        queue.enqueue(session, "notify", f"{case_id}:{version + 1}", {"case": case_id}, now=now)


def _move(session: Session, case_id: int, verdict: DecisionVerdict, version: int, now: datetime) -> None:
    open_now = verdict is DecisionVerdict.REOPEN
    moved = session.execute(
        update(Case)
        .where(Case.id == case_id, Case.version == version)
        .where(Case.state != CaseState.OPEN if open_now else Case.state == CaseState.OPEN)
        .values(state=_NEXT_STATE[verdict], version=version + 1, decided_at=None if open_now else now)
        .returning(Case.id)
        .execution_options(synchronize_session="fetch")
    ).first()
    if moved is None:
        raise _why_not(session, case_id, open_now)


def _why_not(session: Session, case_id: int, open_now: bool) -> NotFound | Conflict:
    state = session.scalar(select(Case.state).where(Case.id == case_id))
    if state is None:
        return NotFound("There is no such case.")
    if (state == CaseState.OPEN) != open_now:
        return Conflict("Something new was found here meanwhile. Look at the case again.")
    return Conflict("Another moderator decided this case meanwhile.")


def affected_people(*which: ColumnElement[bool]) -> CompoundSelect[int, int]:
    """(case, person) for everybody to be told: creators of the works and confirmed people shown in them.

    ``which`` are conditions on the sightings. Leaves out withdrawn works, closed accounts, and works about which the
    person has answered at that location.
    """
    return union(_creators().where(*which), _shown().where(*which))


def _creators() -> Select[int, int]:
    return (
        select(Sighting.case_id, Account.person_id)
        .join(Work, Work.id == Sighting.work_id)
        .join(Account, Account.id == Work.creator_id)
        .where(Account.active, *_still_asked(Account.person_id))
    )


def _shown() -> Select[int, int]:
    return (
        select(Sighting.case_id, Person.id.label("person_id"))
        .join(Work, Work.id == Sighting.work_id)
        .join(Depiction, Depiction.work_id == Work.id)
        .join(Person, Person.id == Depiction.person_id)
        .where(Person.state == PersonState.CONFIRMED, *_still_asked(Person.id))
    )


def _still_asked(person: Any) -> tuple[Any, ...]:
    answered = exists().where(
        PersonAnswer.person_id == person,
        PersonAnswer.work_id == Sighting.work_id,
        PersonAnswer.location_id == Sighting.location_id,
    )
    return (Work.state != WorkState.WITHDRAWN, ~answered)


def _lines(state: CaseState) -> Any:
    in_state = Sighting.case_id.in_(select(Case.id).where(Case.state == state))
    affected = affected_people(in_state).subquery()
    people = select(affected.c.case_id, func.count().label("people")).group_by(affected.c.case_id).subquery("people_of")
    works = (
        select(Sighting.case_id, func.count().label("works"))
        .where(in_state)
        .group_by(Sighting.case_id)
        .subquery("works_of")
    )
    number, size = func.coalesce(people.c.people, 0), func.coalesce(works.c.works, 0)
    return (
        select(
            Case.id,
            Case.state,
            Case.version,
            Case.opened_at,
            Location.url,
            Location.kind,
            Location.site,
            size,
            number,
        )
        .join(Location, Location.id == Case.location_id)
        .outerjoin(people, people.c.case_id == Case.id)
        .outerjoin(works, works.c.case_id == Case.id)
        .order_by(number.desc(), Case.opened_at, Case.id)
    )
