"""One case: what it holds, who is affected, deciding it. ``case_queue`` lists cases, ``notifications`` tells people.

A decision names the version of the case the moderator saw; when anything changed meanwhile it is refused.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, func, select, union, update
from sqlalchemy.orm import Session, selectinload

from commonswatch.domain.errors import Conflict, InvalidInput, NotFound
from commonswatch.domain.states import CaseState, DecisionVerdict, PersonState, WorkState
from commonswatch.models import (
    Account,
    Case,
    Copy,
    Decision,
    Depiction,
    Notification,
    Person,
    PersonAnswer,
    Sighting,
    Work,
)
from commonswatch.services.deciding import audit
from commonswatch.services.scanning import person_members
from commonswatch.services.upkeep import queue

LONGEST_REASON = 2000
_NEXT_STATE = {
    DecisionVerdict.CONFIRM: CaseState.CONFIRMED,
    DecisionVerdict.DISMISS: CaseState.DISMISSED,
    DecisionVerdict.REOPEN: CaseState.OPEN,
}


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
    return len(_affected(session, case_id))


def people_told_before(session: Session, case_id: int) -> int:
    """How many of them were told about this place already: they get no second letter."""
    told = select(Notification.person_id).join(Case, Case.location_id == Notification.location_id)
    return len(_affected(session, case_id) & set(session.scalars(told.where(Case.id == case_id))))


def _affected(session: Session, case_id: int) -> set[int]:
    affected = affected_people(Sighting.case_id == case_id).subquery()
    return {*session.scalars(select(affected.c.person_id)), *named_people(session, case_id)}


def named_people(session: Session, case_id: int) -> dict[int, str]:
    """Whom lists of people of the datasets copied at a case's place, or of relatives, name; rows that were accepted."""
    here = select(Case.location_id).where(Case.id == case_id).scalar_subquery()
    offered = select(Copy.dataset).where(Copy.page_id == here, Copy.claimed.is_(False)).distinct()
    return person_members.accepted_for(session, list(session.scalars(offered)))


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
