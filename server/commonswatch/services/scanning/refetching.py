"""A list at a place that was read before: its host is asked only for what is new (RFC 9110 §13)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import ScanState
from commonswatch.fetch import Version
from commonswatch.models import Scan
from commonswatch.services.deciding import audit
from commonswatch.services.scanning import scans

_LONGEST_TAG, _LONGEST_DATE = 300, 100


@dataclass(frozen=True)
class Earlier:
    """The scan that read the same file last, to its end, and how its host named that version."""

    scan_id: int
    version: Version


def earlier(session: Session, scan_id: int) -> Earlier | None:
    """What is known of a list at a place, if its index is still there; None where it must be read."""
    scan = scans.get(session, scan_id)
    if scan.location_id is None:
        return None
    same = (Scan.location_id == scan.location_id, Scan.url == scan.url, Scan.id < scan.id)
    read = (Scan.state == ScanState.DONE, Scan.taken_back_at.is_(None), Scan.index_file.is_not(None))
    named = or_(Scan.etag.is_not(None), Scan.last_modified.is_not(None))
    last = session.scalars(select(Scan).where(*same, *read, named).order_by(Scan.id.desc()).limit(1)).first()
    return Earlier(last.id, Version(last.etag or "", last.last_modified or "")) if last else None


def keep_version(session: Session, scan_id: int, version: Version) -> None:
    """Remember how its host names what was fetched; what is too long to be kept is no name."""
    scan = scans.get(session, scan_id)
    scan.etag = version.etag if 0 < len(version.etag) <= _LONGEST_TAG else None
    scan.last_modified = version.last_modified if 0 < len(version.last_modified) <= _LONGEST_DATE else None


def end_unchanged(session: Session, scan_id: int, known: int, now: datetime) -> None:
    """The file is what an earlier scan read, so that one goes on standing for it: works that came since are in it."""
    scan = scans.get(session, scan_id)
    if scan.state is not ScanState.READING:
        return
    before = scans.get(session, known)
    scan.state, scan.finished_at, scan.rows = ScanState.DONE, now, before.rows
    scan.problem = f"It has not changed since it was read as scan {known}, which stands for it."
    facts = {"rows": 0, "works": 0, "state": scan.state.value, "same_as": known}
    audit.record(session, "system", "scan.finish", f"scan:{scan.id}", facts, now)
