"""Sightings that rest on memberships: a page offers a copy of a dataset, and lists name the works in it.

Nothing is downloaded: what the lists say was written down when they were scanned. Only copies that our server read
on the page count, never those a watcher claims. All in the caller's transaction, in bulk.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.states import Basis
from commonswatch.models import Case, Copy, Evidence, Sighting
from commonswatch.services.scanning import inheritance
from commonswatch.services.scanning.inheritance import Held
from commonswatch.services.upkeep import bulk
from commonswatch.services.upkeep.queue import insert_of

MOST_HERE = 200_000
"""Works listed at one place; they take about half a kilobyte each while they are written."""


def add(
    session: Session,
    case: Case,
    now: datetime,
    *,
    report_id: int | None = None,
    work_ids: Collection[int] | None = None,
) -> int:
    """List the works that copies offered at the case's location hold, or may hold; return how many are new there."""
    offered = select(Copy.dataset).where(Copy.page_id == case.location_id, Copy.claimed.is_(False)).distinct()
    datasets = sorted(session.scalars(offered))
    held = inheritance.held_by(session, datasets, work_ids)[:MOST_HERE] if datasets else []
    if not held:
        return 0
    new = bulk.insert_many(session, Sighting, [_sighting(one, case, now) for one in held])
    _add_evidence(session, case, held, report_id, now)
    return new


def _sighting(one: Held, case: Case, now: datetime) -> dict[str, Any]:
    return {
        "work_id": one.work_id,
        "location_id": case.location_id,
        "case_id": case.id,
        "basis": Basis.MEMBERSHIP,
        "first_seen": now,
        "last_seen": now,
    }


def _add_evidence(session: Session, case: Case, held: Sequence[Held], report_id: int | None, now: datetime) -> None:
    rows = session.execute(select(Sighting.work_id, Sighting.id).where(Sighting.location_id == case.location_id))
    ids = {work_id: number for work_id, number in rows}  # noqa: C416  a Row is not a pair
    statement = insert_of(session, Evidence)
    again = statement.on_conflict_do_update(
        index_elements=["sighting_id", "basis", "observed"],
        set_={"facts": statement.excluded.facts, "at": statement.excluded.at},
    )
    evidence = [_evidence(one, ids[one.work_id], report_id, now) for one in held]
    session.connection().execute(again, evidence)


def _evidence(one: Held, sighting_id: int, report_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "sighting_id": sighting_id,
        "report_id": report_id,
        "basis": Basis.MEMBERSHIP,
        "observed": inheritance.observed_name(one.listed_in),
        "facts": {
            "copies": {dataset: certainty.value for dataset, certainty in sorted(one.copies.items())},
            "listed_in": one.listed_in,
            "scan": one.scan_id,
            "row": one.row,
            "place": one.place,
            "how": one.how,
            "key": one.observed,
        },
        "at": now,
    }
