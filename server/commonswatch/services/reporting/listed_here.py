"""Sightings that rest on a list which stands at the place itself: its rows name the works, so they are there.

In bulk, in the caller's transaction: one list may name thousands.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.states import Basis, ReportState, WayWon
from commonswatch.models import Evidence, Membership, Report, Scan, Sighting
from commonswatch.services.reporting import sightings
from commonswatch.services.upkeep import bulk
from commonswatch.services.upkeep.queue import insert_of

_BASIS = {WayWon.KEY: Basis.KEY, WayWon.GUESSED: Basis.KEY, WayWon.DIGEST: Basis.SHA256}
MOST_HERE = 200_000


def add(session: Session, scan: Scan, now: datetime, work_ids: Collection[int] | None = None) -> int:
    """List the works a scan found (or some of them) in the case at its place; return how many are new there."""
    members = _members(session, scan, work_ids)
    if scan.location_id is None or not members:
        return 0
    case, is_new = sightings.case_at(session, scan.location_id, now)
    rows = [
        {"work_id": one.work_id, "location_id": case.location_id, "case_id": case.id, "basis": _BASIS[one.how]}
        | {"first_seen": now, "last_seen": now}
        for one in members
    ]
    new = bulk.insert_many(session, Sighting, rows)
    _add_evidence(session, scan, members, now)
    if new and not is_new:
        sightings.call_for_decision(session, case, {"new_works": new}, now)
    _conclude(session, scan, len(members), now)
    return new


def _members(session: Session, scan: Scan, work_ids: Collection[int] | None) -> list[Membership]:
    wanted = select(Membership).where(Membership.scan_id == scan.id, Membership.how.in_(_BASIS))
    if work_ids is not None:
        wanted = wanted.where(Membership.work_id.in_(work_ids))
    return list(session.scalars(wanted.order_by(Membership.row).limit(MOST_HERE)))


def _add_evidence(session: Session, scan: Scan, members: Collection[Membership], now: datetime) -> None:
    """A reason for each, and the stronger basis for works that were only believed to be in a dataset."""
    here = Sighting.location_id == scan.location_id
    ids = {work_id: number for work_id, number in session.execute(select(Sighting.work_id, Sighting.id).where(here))}  # noqa: C416  a Row is not a pair
    statement = insert_of(session, Evidence)
    again = statement.on_conflict_do_update(
        index_elements=["sighting_id", "basis", "observed"],
        set_={"facts": statement.excluded.facts, "at": statement.excluded.at},
        where=_is_weaker(),
    )
    rows = [_evidence(one, scan, ids[one.work_id], now) for one in members]
    session.connection().execute(again, rows)
    stronger = update(Sighting).where(here, Sighting.basis == Basis.MEMBERSHIP)
    named = select(Membership.work_id).where(Membership.scan_id == scan.id, Membership.how != WayWon.DISTANCE)
    session.execute(stronger.where(Sighting.work_id.in_(named)).values(basis=Basis.KEY, last_seen=now))


def _is_weaker() -> ColumnElement[bool]:
    """What a list, or a watcher, said before; what our server saw itself stays, should the list be taken back."""
    said_by_list = Evidence.facts["where"].as_string() == "list"
    return or_(said_by_list, Evidence.facts["claimed"].as_boolean())


def _evidence(one: Membership, scan: Scan, sighting_id: int, now: datetime) -> dict[str, Any]:
    facts: Mapping[str, Any] = {
        "where": "list",
        "how": "guessed" if one.how is WayWon.GUESSED else "exact",
        "claimed": False,
        "scan": scan.id,
        "list": scan.name,
        "row": one.row,
        "place": one.place,
    }
    return {
        "sighting_id": sighting_id,
        "report_id": scan.report_id,
        "basis": _BASIS[one.how],
        "observed": one.observed,
        "facts": facts,
        "at": now,
    }


def _conclude(session: Session, scan: Scan, works: int, now: datetime) -> None:
    """The report that led here came to something after all."""
    words = f"{works} registered {'work is' if works == 1 else 'works are'} in a list there. A moderator decides next."
    led = update(Report).where(Report.id == scan.report_id, Report.state == ReportState.UNMATCHED)
    session.execute(
        led.values(state=ReportState.VERIFIED, outcome=words, location_id=scan.location_id, verified_at=now)
    )
