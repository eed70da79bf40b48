"""Scans in every state a page can show, works found in them, and rows that may be about people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from commonswatch.context import Context
from commonswatch.domain.states import NamingState, PersonKeyKind, PersonWay, ScanState
from commonswatch.models import Person, PersonMembership, Scan, Work
from commonswatch.services.scanning import memberships, person_keys
from sqlalchemy.orm import Session

LONG = "MsCelebV1-Faces-Aligned.Samples_with_a_very_long_name_that_never_ends_and_has_no_blank.tsv.gz"


@dataclass(frozen=True)
class Match:
    work_id: int
    row: int
    place: str
    how: str
    what: str = "url:pictures.example.org/a/very/long/path/that/goes/on/and/on/53000000001_0123456789_b.jpg"


def put(session: Session, context: Context, works: Sequence[Work], person: Person, now: datetime) -> dict[str, str]:
    """Scans in each state; returns the paths of their pages."""
    person_keys.state(session, context.keyring, person, PersonKeyKind.NAME, "Bo Example", now)
    older = _scan(session, now, ScanState.DONE, LONG)
    memberships.take(session, older.id, [Match(works[0].id, 3, "line 4", "key")], now)
    newer = _scan(session, now, ScanState.DONE, LONG, form_digest=bytes(32), index_file="2.index")
    ways = zip(works, ("key", "guessed"), strict=False)
    memberships.take(session, newer.id, [Match(one.id, n, f"row {n}", way) for n, (one, way) in enumerate(ways)], now)
    for way, state in ((PersonWay.NAME, NamingState.PROPOSED), (PersonWay.QID, NamingState.ACCEPTED)):
        scan = newer if state is NamingState.PROPOSED else older
        row = {"row": 8, "place": "line 9", "at": now, "scan_id": scan.id, "person_id": person.id}
        session.add(PersonMembership(way=way, state=state, **row))
    reading = _scan(session, now, ScanState.READING, "list.parquet", bytes_read=40, bytes_total=100)
    stopped = _scan(session, now, ScanState.CANCELLED, "list.tsv")
    failed = _scan(session, now, ScanState.FAILED, "list.zip", dataset=None, problem="The archive is encrypted.")
    failed.url = "https://data.example.org/lists/list.zip"
    named = {"done": newer, "first": older, "reading": reading, "stopped": stopped, "failed": failed}
    return {f"{name} scan": f"/scans/{scan.id}" for name, scan in named.items()}


def _scan(session: Session, now: datetime, state: ScanState, name: str, **values: object) -> Scan:
    row = {"dataset": "ms-celeb-1m", "rows": 8_400_000, "created_at": now - timedelta(hours=2), **values}
    scan = Scan(state=state, name=name, started_at=now - timedelta(minutes=9), noted_at=now, **row)
    scan.finished_at = None if state is ScanState.READING else now
    session.add(scan)
    session.flush()
    return scan
