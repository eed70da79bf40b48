"""What was found for somebody, and what they say about it. For creators and for people shown who said yes.

Only what a moderator confirmed is shown, also while the case waits again because something new was found there. An
answer ends repeats for good.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session, selectinload

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Answer, Basis, CaseState, Certainty, PersonState, WorkState
from commonswatch.models import (
    Account,
    Case,
    Depiction,
    Evidence,
    Location,
    Person,
    PersonAnswer,
    Sighting,
    Suppression,
    Work,
)
from commonswatch.rules.licences import conditions
from commonswatch.services.deciding import audit
from commonswatch.services.registering.works import licence_of
from commonswatch.services.reporting import copies
from commonswatch.services.upkeep.queue import insert_of

MOST_SHOWN = 200

# As in copies.py: a confirmation goes on standing, but only for what was there when it was made.
_CONFIRMED: tuple[ColumnElement[bool], ...] = (
    Case.state != CaseState.DISMISSED,
    Case.decided_at.is_not(None),
    Sighting.first_seen <= Case.decided_at,
)


@dataclass(frozen=True)
class Why:
    """One reason to believe that a work is at a location."""

    basis: Basis
    observed: str
    distance: int | None
    quality: int | None
    rendition: str | None
    copies: tuple[tuple[str, Certainty], ...] = ()  # with ``membership``: datasets offered there, and how sure it is
    listed_in: str = ""  # the dataset whose list names the work


@dataclass(frozen=True)
class FoundWork:
    """One work at a location, why we believe so, and what the person said about it; ``mine``: they are its creator.

    ``questions`` are the conditions to check of its licence, never findings.
    """

    work_id: int
    title: str
    url: str
    since: datetime
    why: tuple[Why, ...]
    answer: Answer | None
    mine: bool
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """One location where works of somebody, or works showing them, were found. ``site``: its registered domain.

    ``datasets`` are the ids of those it offers copies of, as a moderator confirmed.
    """

    location_id: int
    url: str
    site: str
    since: datetime
    works: tuple[FoundWork, ...]
    datasets: tuple[str, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether a list says of some of them that a copy here holds them, or may hold them."""
        return any(reason.copies for work in self.works for reason in work.why)

    @property
    def questions(self) -> tuple[str, ...]:
        """The conditions to check of all licences here, each once."""
        return tuple(dict.fromkeys(question for work in self.works for question in work.questions))


def found_for(session: Session, person: Person) -> list[Found]:
    """What was found for a person, newest location first: their own works, and works they are shown in."""
    query = (
        select(Sighting)
        .join(Case, Case.id == Sighting.case_id)
        .join(Work, Work.id == Sighting.work_id)
        .where(*_CONFIRMED, _concerns(person))
        .options(
            selectinload(Sighting.work),
            selectinload(Sighting.evidence),
            selectinload(Sighting.case).selectinload(Case.location),
        )
        .order_by(Sighting.first_seen.desc(), Sighting.id.desc())
        .limit(MOST_SHOWN)
    )
    answers = _answers_of(session, person)
    accounts = set(session.scalars(select(Account.id).where(Account.person_id == person.id)))
    by_location: dict[int, list[Sighting]] = defaultdict(list)
    for sighting in session.scalars(query):
        by_location[sighting.location_id].append(sighting)
    datasets = copies.confirmed_at(session, by_location)
    return [_found(some, answers, accounts, tuple(datasets[place])) for place, some in by_location.items()]


def answer(session: Session, person: Person, work_id: int, location_id: int, said: Answer, now: datetime) -> None:
    """Keep what somebody says about a work at a location; a second answer replaces the first.

    “Not mine” also stops the match itself: all of it when the creator says so, and what was only similar (PDQ) when
    a person shown does, since an equal key or digest does show that the work is there.
    Raise NotFound for a sighting that is not about this person.
    """
    sighting, by_creator = _sighting(session, person, work_id, location_id)
    take_back(session, person, work_id, location_id)
    row = {"person_id": person.id, "work_id": work_id, "location_id": location_id, "answer": said, "at": now}
    statement = insert_of(session, PersonAnswer)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "work_id", "location_id"],
            set_={"answer": statement.excluded.answer, "at": statement.excluded.at},
        ),
        [row],
    )
    if said == Answer.NOT_MINE:
        _suppress(session, _deniable(sighting, by_creator), work_id, now)
    facts = {"answer": said.value, "work": work_id, "by": "creator" if by_creator else "person shown"}
    audit.record(session, f"person:{person.id}", "sighting.answer", f"location:{location_id}", facts, now)


def take_back(session: Session, person: Person, work_id: int, location_id: int) -> None:
    """Undo an answer, and the suppression it brought unless somebody else said the same."""
    sighting, by_creator = _sighting(session, person, work_id, location_id)
    session.execute(
        delete(PersonAnswer).where(
            PersonAnswer.person_id == person.id,
            PersonAnswer.work_id == work_id,
            PersonAnswer.location_id == location_id,
        )
    )
    others = select(PersonAnswer.id).where(PersonAnswer.work_id == work_id, PersonAnswer.answer == Answer.NOT_MINE)
    if session.scalars(others.limit(1)).first() is None:
        observed = [evidence.observed for evidence in _deniable(sighting, by_creator)]
        session.execute(delete(Suppression).where(Suppression.work_id == work_id, Suppression.observed.in_(observed)))


def _concerns(person: Person) -> ColumnElement[bool]:
    """The works this person is told about."""
    mine = Work.creator_id.in_(select(Account.id).where(Account.person_id == person.id))
    shown = Work.id.in_(select(Depiction.work_id).where(Depiction.person_id == person.id))
    told = or_(mine, shown) if person.state == PersonState.CONFIRMED else mine
    return and_(told, Work.state != WorkState.WITHDRAWN)


def _answers_of(session: Session, person: Person) -> dict[tuple[int, int], Answer]:
    query = select(PersonAnswer).where(PersonAnswer.person_id == person.id)
    return {(one.work_id, one.location_id): one.answer for one in session.scalars(query)}


def _found(
    sightings: Sequence[Sighting],
    answers: dict[tuple[int, int], Answer],
    accounts: set[int],
    datasets: tuple[str, ...],
) -> Found:
    location: Location = sightings[0].case.location
    works = tuple(
        _found_work(sighting, answers.get((sighting.work_id, location.id)), accounts) for sighting in sightings
    )
    return Found(location.id, location.url, location.site, min(work.since for work in works), works, datasets)


def _found_work(sighting: Sighting, said: Answer | None, accounts: set[int]) -> FoundWork:
    work, licence = sighting.work, licence_of(sighting.work)
    return FoundWork(
        work_id=work.id,
        title=work.title,
        url=work.url,
        since=sighting.first_seen,
        why=tuple(_why(evidence) for evidence in sighting.evidence[:5]),
        answer=said,
        mine=work.creator_id in accounts,
        questions=conditions(licence) if licence else (),
    )


def _why(evidence: Evidence) -> Why:
    facts = evidence.facts if evidence.basis is Basis.MEMBERSHIP else {}
    said = tuple((dataset, Certainty(word)) for dataset, word in facts.get("copies", {}).items())
    listed_in = facts.get("listed_in", "")
    return Why(
        evidence.basis, evidence.observed, evidence.distance, evidence.quality, evidence.rendition, said, listed_in
    )


def _sighting(session: Session, person: Person, work_id: int, location_id: int) -> tuple[Sighting, bool]:
    query = (
        select(Sighting, Account.person_id)
        .join(Case, Case.id == Sighting.case_id)
        .join(Work, Work.id == Sighting.work_id)
        .join(Account, Account.id == Work.creator_id)
        .where(Sighting.work_id == work_id, Sighting.location_id == location_id)
        .where(*_CONFIRMED, _concerns(person))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound("Nothing was found there for you.")
    return row[0], row[1] == person.id


def _deniable(sighting: Sighting, by_creator: bool) -> list[Evidence]:
    return [evidence for evidence in sighting.evidence if by_creator or evidence.basis == Basis.PDQ]


def _suppress(session: Session, evidence: Sequence[Evidence], work_id: int, now: datetime) -> None:
    rows = [{"work_id": work_id, "observed": one.observed, "created_at": now} for one in evidence]
    if rows:
        session.execute(insert_of(session, Suppression).on_conflict_do_nothing(), rows)
