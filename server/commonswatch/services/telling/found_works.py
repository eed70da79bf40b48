"""The works of a confirmed case by the people they concern: their own, and those they are shown in. Reads only.

In a handful of statements for everybody at once, since one place may concern thousands.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import Session

from commonswatch.domain.licences import Licence
from commonswatch.domain.states import Basis, CaseState, Certainty, PersonState, WorkState
from commonswatch.models import Account, Case, Depiction, Evidence, Person, PersonAnswer, Sighting, Work
from commonswatch.services.reporting import copies
from commonswatch.services.scanning import lineage

_NO_COPIES: Mapping[str, Certainty] = {}


@dataclass(frozen=True)
class FoundWork:
    """A work somebody is told about, and the strongest reason why we believe it is there.

    ``copies``: the datasets offered there that hold it or may hold it, when lists say so, and how sure that is.
    """

    id: int
    title: str
    key: str
    why: Basis
    own: bool  # registered by this person; otherwise they are shown in it
    licence: Licence | None = None
    copies: Mapping[str, Certainty] = field(default_factory=dict)

    @property
    def certainty(self) -> Certainty | None:
        """How sure it is that a copy offered there holds the work; None when it was found there in another way."""
        if self.why is not Basis.MEMBERSHIP:
            return None
        return min(self.copies.values(), key=lineage.rank, default=Certainty.MAY_HOLD)


def is_confirmed(case: Case) -> bool:
    """Whether a confirmation stands, also while the case is open again because something new was found there."""
    return case.state != CaseState.DISMISSED and case.decided_at is not None


def by_person(session: Session, case: Case, people: Collection[int] | None = None) -> dict[int, list[FoundWork]]:
    """For each of some people (None: for all) the works they have not answered about, in the order of their numbers.

    Only what was there when the case was confirmed.
    """
    if not is_confirmed(case):
        return {}
    held = _held(session, case)
    found: dict[int, dict[int, FoundWork]] = defaultdict(dict)
    for query in (_own(case), _shown(case)):
        chosen = query if people is None else query.where(query.selected_columns.person_id.in_(people))
        for row in session.execute(chosen):
            found[row.person_id].setdefault(row.id, _found(row, held.get(row.id, _NO_COPIES)))
    return {person: [works[number] for number in sorted(works)] for person, works in found.items()}


def tally(works: Iterable[FoundWork]) -> list[tuple[str, Certainty, int]]:
    """For how many works each copy holds them, or may hold them: (dataset, certainty, works), the surest first."""
    counts = Counter((dataset, certainty) for work in works for dataset, certainty in work.copies.items())
    in_order = sorted(counts.items(), key=lambda one: (lineage.rank(one[0][1]), one[0][0]))
    return [(dataset, certainty, count) for (dataset, certainty), count in in_order]


def _held(session: Session, case: Case) -> dict[int, Mapping[str, Certainty]]:
    """By work, what lists say about the copies that were confirmed here."""
    confirmed = set(copies.confirmed_at(session, [case.location_id])[case.location_id])
    if not confirmed:
        return {}
    rows = session.execute(
        select(Sighting.work_id, Evidence.facts)
        .join(Evidence, Evidence.sighting_id == Sighting.id)
        .where(Sighting.case_id == case.id, Evidence.basis == Basis.MEMBERSHIP)
    )
    found: dict[int, dict[str, Certainty]] = defaultdict(dict)
    for work_id, facts in rows:
        for dataset, word in facts.get("copies", {}).items():
            if dataset in confirmed:
                found[work_id][dataset] = _surer(Certainty(word), found[work_id].get(dataset))
    return dict(found)


def _surer(one: Certainty, other: Certainty | None) -> Certainty:
    return one if other is None else min(one, other, key=lineage.rank)


def _own(case: Case) -> Select[Any]:
    return _works(case, Account.person_id, own=True).join(Account, Account.id == Work.creator_id).where(Account.active)


def _shown(case: Case) -> Select[Any]:
    return (
        _works(case, Depiction.person_id, own=False)
        .join(Depiction, Depiction.work_id == Work.id)
        .join(Person, Person.id == Depiction.person_id)
        .where(Person.state == PersonState.CONFIRMED)
    )


def _works(case: Case, person: Any, *, own: bool) -> Select[Any]:
    columns = (Work.id, Work.title, Work.key, Work.licence_code, Work.licence_version, Work.licence_jurisdiction)
    return (
        select(person.label("person_id"), *columns, Sighting.basis, literal(own).label("own"))
        .select_from(Sighting)
        .join(Work, Work.id == Sighting.work_id)
        .where(Sighting.case_id == case.id, Sighting.first_seen <= case.decided_at)
        .where(Work.state != WorkState.WITHDRAWN, ~_answered(person))
    )


def _answered(person: Any) -> ColumnElement[bool]:
    return exists().where(
        PersonAnswer.person_id == person,
        PersonAnswer.work_id == Sighting.work_id,
        PersonAnswer.location_id == Sighting.location_id,
    )


def _found(row: Any, held: Mapping[str, Certainty]) -> FoundWork:
    licence = None
    if row.licence_code and row.licence_version:
        licence = Licence(row.licence_code, row.licence_version, row.licence_jurisdiction or "")
    return FoundWork(row.id, row.title, row.key, row.basis, bool(row.own), licence, held)


def licences(works: Sequence[FoundWork]) -> list[Licence]:
    """The licences of some works, each once, in order."""
    found = {work.licence for work in works if work.licence is not None}
    return sorted(found, key=lambda one: (one.code, one.version, one.jurisdiction))
