"""Copies: which datasets a page hands out, and where their data are. Finding that out is in ``offers``.

What our server read on the page is told apart from what a watcher claims; a claim alone never makes a case, and
nothing is counted in public before a moderator confirmed the page.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from commonswatch.domain.states import CaseState
from commonswatch.models import Case, Copy
from commonswatch.services.reporting.offers import Offer
from commonswatch.services.upkeep.queue import insert_new, insert_of

MOST_HERE = 100
"""Copies kept of one page (a quarter of them may be claims); a longer list would prove nothing more."""
_LONGEST_REASON = 300
_HASH = re.compile(r"[0-9A-Za-z]{32,}")


@dataclass(frozen=True)
class Seen:
    """How many places were seen with copies of a dataset, and in which month (``2026-11``) each was seen first."""

    total: int
    by_month: tuple[tuple[str, int], ...]


def record(session: Session, page_id: int, ids: Mapping[str, int], offers: Sequence[Offer], now: datetime) -> list[str]:
    """Write down what the page of ``page_id`` hands out; ``ids`` are the row numbers of all location keys in it.

    Return the datasets our server had not read there before. A claim never weakens what our server read.
    """
    known = session.execute(
        select(Copy.location_id, Copy.dataset, Copy.claimed).where(Copy.page_id == page_id).limit(MOST_HERE)
    ).all()
    places = {(row.location_id, row.dataset) for row in known}
    read = _fitting([_row(one, page_id, ids, now) for one in offers if not one.claimed], places, MOST_HERE)
    claims = _fitting([_row(one, page_id, ids, now) for one in offers if one.claimed], places, MOST_HERE // 4)
    _keep_read(session, read)
    if claims:
        session.execute(insert_new(session, Copy), claims)
    return sorted({row["dataset"] for row in read} - {row.dataset for row in known if not row.claimed})


def at(session: Session, location_ids: Collection[int]) -> dict[int, list[Copy]]:
    """The copies handed out at each of some locations, by dataset, what our server read before claims.

    With those which other pages say are there: a share that a README links to has a copy, too.
    """
    wanted = set(location_ids)
    rows = session.scalars(
        select(Copy)
        .where(or_(Copy.page_id.in_(wanted), Copy.location_id.in_(wanted)))
        .order_by(Copy.claimed, Copy.dataset, Copy.id)
        .options(selectinload(Copy.location), selectinload(Copy.page))
    )
    found: dict[int, list[Copy]] = defaultdict(list)
    for row in rows:
        for place in wanted & {row.page_id, row.location_id}:
            found[place].append(row)
    return found


def confirmed_at(session: Session, page_ids: Collection[int]) -> dict[int, list[str]]:
    """The datasets that a moderator confirmed to be handed out on pages; all that people are told about copies."""
    rows = session.execute(
        select(Copy.page_id, Copy.dataset)
        .join(Case, Case.location_id == Copy.page_id)
        .where(Copy.page_id.in_(set(page_ids)), *_CONFIRMED)
        .distinct()
        .order_by(Copy.dataset)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for page_id, dataset in rows:
        found[page_id].append(dataset)
    return found


def seen(session: Session, dataset_id: str) -> Seen:
    """At how many places copies of a dataset were seen, by the month of the first sight. Confirmed cases only."""
    firsts = session.scalars(
        select(func.min(Copy.first_seen))
        .join(Case, Case.location_id == Copy.page_id)
        .where(Copy.dataset == dataset_id, *_CONFIRMED)
        .group_by(Copy.location_id)
    ).all()
    months = Counter(first.strftime("%Y-%m") for first in firsts)
    return Seen(len(firsts), tuple(sorted(months.items())))


# A confirmation goes on standing while the case is open again, but only for what was there when it was made.
_CONFIRMED: tuple[ColumnElement[bool], ...] = (
    Case.state != CaseState.DISMISSED,
    Case.decided_at.is_not(None),
    Copy.first_seen <= Case.decided_at,
    Copy.claimed.is_(False),
)


def _fitting(rows: list[dict[str, Any]], known: set[tuple[int, str]], most: int) -> list[dict[str, Any]]:
    """Rows without repetition, and only as many new ones as there is room for; they are ``known`` then."""
    fitting: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        place = (row["location_id"], row["dataset"])
        if place in known or len(known) < most:
            fitting.setdefault(place, row)
            known.add(place)
    return list(fitting.values())


def _keep_read(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert_of(session, Copy)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["page_id", "location_id", "dataset"],
            set_={
                "first_seen": case((Copy.claimed, new.first_seen), else_=Copy.first_seen),
                "last_seen": new.last_seen,
                "reason": new.reason,
                "claimed": new.claimed,
            },
        ),
        rows,
    )


def _row(offer: Offer, page_id: int, ids: Mapping[str, int], now: datetime) -> dict[str, Any]:
    return {
        "dataset": offer.dataset,
        "location_id": ids[offer.where.key],
        "page_id": page_id,
        "reason": _without_secrets(offer)[:_LONGEST_REASON],
        "claimed": offer.claimed,
        "first_seen": now,
        "last_seen": now,
    }


def _without_secrets(offer: Offer) -> str:
    """The reason, which quotes the page, without an access code or the hash of a torrent."""
    words = offer.reason.replace(offer.where.access, "…") if offer.where.access else offer.reason
    return _HASH.sub("…", words) if offer.where.hidden else words
