"""The moderators' queue: which cases wait, page by page. One case and its decision are in ``cases``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import CaseState
from commonswatch.models import Case, Copy, Location, Sighting
from commonswatch.services.deciding.cases import affected_people

PAGE_SIZE = 25


@dataclass(frozen=True)
class CaseLine:
    """One line of the queue."""

    id: int
    location_id: int
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
    session: Session,
    *,
    site: str | None = None,
    dataset: str | None = None,
    state: CaseState = CaseState.OPEN,
    page: int = 1,
) -> CasePage:
    """Cases in a state, those that affect most people first and among them the oldest.

    ``site`` is a registered domain; ``dataset`` the id of one that the place offers a copy of.
    """
    wanted = [Case.state == state, *([Location.site == site] if site else []), *([_offers(dataset)] if dataset else [])]
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


def datasets(session: Session, state: CaseState = CaseState.OPEN) -> list[tuple[str, int]]:
    """The datasets of which cases in a state offer copies, with how many cases each has, most first."""
    count = func.count(Case.id.distinct())
    rows = session.execute(
        select(Copy.dataset, count)
        .join(Case, Case.location_id == Copy.page_id)
        .where(Case.state == state)
        .group_by(Copy.dataset)
        .order_by(count.desc(), Copy.dataset)
    )
    return [(dataset, cases) for dataset, cases in rows]


def _offers(dataset: str) -> ColumnElement[bool]:
    return exists().where(Copy.page_id == Case.location_id, Copy.dataset == dataset)


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
            Case.location_id,
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
