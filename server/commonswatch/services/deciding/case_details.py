"""A case as a moderator's page shows it: sightings in pages, answers people gave, access codes (looks are logged)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Answer, Basis, CaseState, Certainty, DecisionVerdict
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Case, Copy, Evidence, LocationSecret, PersonAnswer, Sighting, Work
from commonswatch.services.deciding import audit

MOST_ANSWERS = 200
MOST_CODES = 200
SIGHTINGS_PAGE = 20


@dataclass(frozen=True)
class GivenAnswer:
    """What somebody said about a work at this place; who they are stays hidden."""

    title: str
    by_creator: bool
    answer: Answer
    at: datetime


def load(session: Session, case_id: int) -> Case:
    """A case with its location and decisions, without its sightings; raise NotFound."""
    wanted = select(Case).where(Case.id == case_id)
    case = session.scalars(wanted.options(selectinload(Case.location), selectinload(Case.decisions))).first()
    if case is None:
        raise NotFound("There is no such case.")
    return case


def count_sightings(session: Session, case: Case) -> int:
    """How many works were found at the case's location."""
    return session.scalar(select(func.count()).where(Sighting.case_id == case.id)) or 0


def undecided_since(case: Case) -> datetime | None:
    """When a case that is open again was last confirmed or dismissed: what was first seen later is new to everybody."""
    if case.state is not CaseState.OPEN:
        return None
    decided = (decision.at for decision in case.decisions if decision.verdict is not DecisionVerdict.REOPEN)
    return max(decided, default=None)


def count_new(session: Session, case: Case) -> int:
    """How many works were found at the location of an open case since its last decision; 0 before any."""
    since = undecided_since(case)
    if since is None:
        return 0
    return session.scalar(select(func.count()).where(Sighting.case_id == case.id, Sighting.first_seen > since)) or 0


def sightings(session: Session, case: Case, page: int) -> Sequence[Sighting]:
    """One page of sightings with their works and evidence; pages count from 1.

    Those that are new since the last decision come first, else they stand in the order they were made.
    """
    since = undecided_since(case)
    new_first = [(Sighting.first_seen > since).desc()] if since else []
    in_order = select(Sighting).where(Sighting.case_id == case.id).order_by(*new_first, Sighting.id)
    return session.scalars(
        in_order.offset((page - 1) * SIGHTINGS_PAGE)
        .limit(SIGHTINGS_PAGE)
        .options(selectinload(Sighting.evidence), selectinload(Sighting.work).selectinload(Work.depictions))
    ).all()


def listed(session: Session, case: Case) -> list[tuple[str, Certainty, int]]:
    """For how many works lists say that a copy here holds them, or may hold them: (dataset, certainty, works)."""
    facts = session.scalars(
        select(Evidence.facts)
        .join(Sighting, Sighting.id == Evidence.sighting_id)
        .where(Sighting.case_id == case.id, Evidence.basis == Basis.MEMBERSHIP)
    )
    counts = Counter((dataset, word) for one in facts for dataset, word in one.get("copies", {}).items())
    found = [(dataset, Certainty(word), works) for (dataset, word), works in counts.items()]
    return sorted(found, key=lambda one: (one[0], list(Certainty).index(one[1])))


def answers(session: Session, case: Case) -> list[GivenAnswer]:
    """The answers about works at the case's location, newest first."""
    rows = session.execute(
        select(Work.title, Work.key, Account.person_id, PersonAnswer.person_id, PersonAnswer.answer, PersonAnswer.at)
        .join(Work, Work.id == PersonAnswer.work_id)
        .join(Account, Account.id == Work.creator_id)
        .where(PersonAnswer.location_id == case.location_id)
        .order_by(PersonAnswer.at.desc())
        .limit(MOST_ANSWERS)
    )
    return [
        GivenAnswer(title or key, creator == person, answer, at) for title, key, creator, person, answer, at in rows
    ]


def places_with_codes(session: Session, case: Case) -> set[int]:
    """The locations of a case somebody told an access code for: its own, and those of the copies it leads to."""
    led_to = select(Copy.location_id).where(Copy.page_id == case.location_id)
    of_case = or_(LocationSecret.location_id == case.location_id, LocationSecret.location_id.in_(led_to))
    return set(session.scalars(select(LocationSecret.location_id).where(of_case).distinct()))


def show_access_codes(
    session: Session, keyring: Keyring, case: Case, moderator: Account, now: datetime, place: int | None = None
) -> dict[int, list[str]]:
    """The access codes of a case's locations (or of one of them, ``place``), by location.

    Writes an audit entry; raise NotFound without any.
    """
    places = places_with_codes(session, case)
    rows = session.execute(
        select(LocationSecret.location_id, LocationSecret.secret_sealed)
        .where(LocationSecret.location_id.in_(places if place is None else places & {place}))
        .order_by(LocationSecret.first_seen)
        .limit(MOST_CODES)
    ).all()
    if not rows:
        raise NotFound("No access code was reported for this place.")
    facts = {"codes": len(rows), "location": place or case.location_id}
    audit.record(session, f"account:{moderator.id}", "access-code.show", f"case:{case.id}", facts, now)
    codes: dict[int, list[str]] = {}
    for location, sealed in rows:
        codes.setdefault(location, []).append(keyring.unseal_text(sealed))
    return codes
