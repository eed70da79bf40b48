"""Writing down what was found: the case, copies, sightings and their evidence. Locations are in ``places``.

All in the caller's transaction. The location's row is touched first: on PostgreSQL that makes two verifications of
one location wait for each other, so what follows may read and then write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import Basis, CaseState
from commonswatch.keyring import Keyring
from commonswatch.models import Case, Evidence, Sighting
from commonswatch.services.deciding import audit
from commonswatch.services.reporting import copies, inherited, places
from commonswatch.services.reporting.matching import Match
from commonswatch.services.reporting.offers import Offer
from commonswatch.services.upkeep import queue

MOST_EVIDENCE = 50
"""Pieces of evidence kept for one sighting; more would prove nothing more."""
MOST_LINKS = 20
_STRENGTH = {Basis.SHA256: 3, Basis.KEY: 2, Basis.PDQ: 1, Basis.MEMBERSHIP: 0}


@dataclass(frozen=True)
class Found:
    """A work recognised in a report, and what is known about that."""

    match: Match
    media_url: str | None
    facts: Mapping[str, Any]


def record(
    session: Session,
    keyring: Keyring,
    report_id: int,
    page: LocationKey,
    links: Sequence[LocationKey],
    found: Sequence[Found],
    now: datetime,
    offers: Sequence[Offer] = (),
) -> Case:
    """Make or join the case at ``page`` with what was found and is offered there.

    A work or dataset that is new there puts a decided case back into the queue, and an open one into its next
    version, so that nobody decides about what they have not seen. What is only claimed does not.
    """
    offers = offers[: copies.MOST_HERE]
    named = (*links[:MOST_LINKS], *(offer.where for offer in offers), page)
    ids = places.keep(session, keyring, named, now)
    case, is_new = case_at(session, ids[page.key], now)
    known = _known_sightings(session, case, {one.match.work_id for one in found})
    new_works = _add_sightings(session, case, known, found, now)
    link_keys = sorted({places.openly(keyring, one).key for one in named if one.key != page.key})
    for piece in found:
        _add_evidence(known[piece.match.work_id], report_id, piece, link_keys, now)
    session.flush()
    new_datasets = copies.record(session, ids[page.key], ids, offers, now)
    listed = inherited.add(session, case, now, report_id=report_id)
    if (new_works or listed or new_datasets) and not is_new:
        call_for_decision(session, case, {"new_works": len(new_works) + listed, "new_datasets": new_datasets}, now)
    return case


def case_at(session: Session, location_id: int, now: datetime) -> tuple[Case, bool]:
    """The case of a location, and whether it was made just now."""
    row = {"location_id": location_id, "state": CaseState.OPEN, "version": 1, "opened_at": now}
    made = session.execute(queue.insert_new(session, Case).returning(Case.id), [row]).first()
    case = session.scalars(
        select(Case).where(Case.location_id == location_id).execution_options(populate_existing=True)
    ).one()
    return case, made is not None


def _known_sightings(session: Session, case: Case, works: set[int]) -> dict[int, Sighting]:
    rows = session.scalars(
        select(Sighting)
        .where(Sighting.location_id == case.location_id, Sighting.work_id.in_(works))
        .options(selectinload(Sighting.evidence))
    )
    return {row.work_id: row for row in rows}


def _add_sightings(
    session: Session, case: Case, known: dict[int, Sighting], found: Sequence[Found], now: datetime
) -> list[int]:
    """Make or touch a sighting for each work; return the works that are new here."""
    new = []
    for one in found:
        basis, work_id = one.match.basis, one.match.work_id
        if work_id not in known:
            known[work_id] = Sighting(
                work_id=work_id, location_id=case.location_id, case_id=case.id, basis=basis, first_seen=now
            )
            session.add(known[work_id])
            new.append(work_id)
        sighting = known[work_id]
        sighting.basis = max(sighting.basis, basis, key=_STRENGTH.__getitem__)
        sighting.last_seen = now
    return new


def _add_evidence(sighting: Sighting, report_id: int, found: Found, links: Sequence[str], now: datetime) -> None:
    """Add a piece of evidence, or replace the same piece where the server now saw more of it."""
    facts = {**found.facts, "links": list(links)} if links else dict(found.facts)
    match = found.match
    same = next((one for one in sighting.evidence if (one.basis, one.observed) == (match.basis, match.observed)), None)
    if same is not None and _weight(facts) <= _weight(same.facts):
        return
    if same is None:
        if len(sighting.evidence) >= MOST_EVIDENCE:
            return
        same = Evidence(basis=match.basis, observed=match.observed)
        sighting.evidence.append(same)
    same.report_id, same.media_url, same.facts, same.at = report_id, found.media_url, facts, now
    same.distance, same.quality, same.rendition = match.distance, match.quality, match.rendition


def _weight(facts: Mapping[str, Any]) -> tuple[bool, bool, bool, bool]:
    """How much of a piece of evidence the server saw itself."""
    seen = facts.get("seen_on_page")
    return (not facts.get("claimed"), seen is True, facts.get("fetched_at") is not None, seen is not None)


def call_for_decision(session: Session, case: Case, new: Mapping[str, Any], now: datetime) -> None:
    """Something new means that what was decided, or is being decided, no longer covers everything here."""
    case.version += 1
    if case.state != CaseState.OPEN:
        facts = {"was": case.state.value, **new}
        if case.state == CaseState.DISMISSED:
            case.decided_at = None  # a confirmation goes on standing for what it was about, a dismissal ends
        case.state = CaseState.OPEN
        audit.record(session, "system", "case.reopen", f"case:{case.id}", facts, now)
