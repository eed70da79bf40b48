"""Noticing a picture that suddenly matches too much, and holding back what it matches until a moderator has looked.

A picture of a work that is recognised on very many sites within days, or one observed picture that is taken for very
many works, is most likely a logo, a placeholder or a sample. Only what the server saw itself counts: a watcher's claims
cannot silence a work. Nothing is lost: reports that were held are verified again when the picture is cleared.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict
from commonswatch.domain.states import Basis, Standing
from commonswatch.models import CommonPicture, Evidence, HeldReport, Location, Sighting, Work
from commonswatch.services.excluding import pictures
from commonswatch.services.reporting.matching import Match
from commonswatch.services.upkeep import bulk

MOST_SITES = 30
"""Registered domains on which one work may be recognised by its picture within ``WINDOW``."""
MOST_WORKS = 20
"""Works for which one observed picture may be taken."""
MOST_OF_ONE = 5
"""How many works of one creator count for that: nobody can silence others by registering their picture many times."""
WINDOW = timedelta(days=7)
_BY_PICTURE = (Basis.PDQ, Basis.SHA256)
_MOST_READ = 2_000


def hold(session: Session, report_id: int, observed: Iterable[str]) -> None:
    """Remember a report in which quarantined pictures were observed: cleared, it is verified again."""
    held = pictures.excluded(session, (Standing.QUARANTINED,))
    entries = {entry for one in observed if (entry := held.entry_of(one)) is not None}
    bulk.insert_many(session, HeldReport, [{"picture_id": entry, "report_id": report_id} for entry in sorted(entries)])


def notice(session: Session, matches: Sequence[Match], now: datetime) -> list[CommonPicture]:
    """Quarantine what matched too much, after the ``matches`` the server saw itself were written down."""
    seen = [one for one in matches if one.basis in _BY_PICTURE]
    too_common = _taken_for_many(session, seen)
    for one in {match.work_id: match for match in seen}.values():
        if reason := _too_many_sites(session, one, now):
            too_common.setdefault(_own(one), reason)
    return [entry for observed, reason in too_common.items() if (entry := _quarantine(session, observed, reason, now))]


def _taken_for_many(session: Session, matches: Sequence[Match]) -> dict[str, str]:
    """The observed pictures that were taken for too many works, and that in words."""
    works = Counter(observed for observed, _ in {(one.observed, one.work_id) for one in matches})
    if not works or max(works.values()) <= MOST_WORKS:
        return {}
    creators = select(Work.id, Work.creator_id).where(Work.id.in_({one.work_id for one in matches}))
    creator = dict(session.execute(creators).all())
    of_each = Counter((one, creator.get(work)) for one, work in {(one.observed, one.work_id) for one in matches})
    counted = Counter[str]()
    for (observed, _), number in of_each.items():
        counted[observed] += min(number, MOST_OF_ONE)
    too_common = (one for one in works if counted[one] > MOST_WORKS)
    return {one: f"One observed picture was taken for {works[one]} works." for one in too_common}


def _too_many_sites(session: Session, match: Match, now: datetime) -> str | None:
    rows = session.execute(
        select(Location.site, Evidence.facts)
        .join(Sighting, Sighting.id == Evidence.sighting_id)
        .join(Location, Location.id == Sighting.location_id)
        .where(Sighting.work_id == match.work_id, Evidence.basis.in_(_BY_PICTURE), Evidence.at > now - WINDOW)
        .limit(_MOST_READ)
    )
    sites = {site for site, facts in rows if not facts.get("claimed")}
    return f"It was recognised on {len(sites)} sites within {WINDOW.days} days." if len(sites) > MOST_SITES else None


def _own(match: Match) -> str:
    """The work's own fingerprint that matched, in the words of an observed one."""
    return f"pdq:{match.bits.hex()}" if match.basis == Basis.PDQ else match.observed


def _quarantine(session: Session, observed: str, reason: str, now: datetime) -> CommonPicture | None:
    """Put it on the list, unless a moderator has said what it is."""
    if pictures.excluded(session, tuple(Standing)).entry_of(observed) is not None:
        return None
    algorithm, bits = pictures.read_fingerprint(observed)
    try:
        return pictures.add(session, algorithm, bits, reason, "system", now, Standing.QUARANTINED)
    except Conflict:  # the list is full: what was found stays as it is
        return None
