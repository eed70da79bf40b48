"""Scans that a command reads at once: no job does them, so a command that was killed leaves them to the next one."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from commonswatch.domain.states import ScanState
from commonswatch.models import Scan
from commonswatch.services.scanning import opening

ABANDONED = timedelta(hours=1)
"""A command that reads notes how far it came every few seconds; one that said nothing for so long has gone."""
_OF_A_COMMAND = (Scan.form_digest.is_(None), Scan.location_id.is_(None))
_BROKEN_OFF = (ScanState.READING, ScanState.CANCELLED)


def is_here(scan: Scan) -> bool:
    """Whether a command reads it, from a file that stays where it is."""
    return scan.form_digest is None and scan.location_id is None


def open_scan(session: Session, *, name: str, dataset: str | None, size: int | None, now: datetime) -> int:
    """Make a scan, or go on with the one of the same list that a command broke off. Return its number.

    Raise InvalidInput for a dataset the catalogue does not know.
    """
    known = opening.dataset_of(dataset)
    name = opening.name_of(name)
    scan = _broken_off(session, name, known, size) if size is not None else None
    if scan is not None:
        scan.tries += 1
    else:
        scan = Scan(dataset=known, name=name, url="", bytes_total=size, created_at=now, started_at=now)
        opening.add(session, scan, "system", "here")
    scan.state, scan.noted_at, scan.finished_at = ScanState.READING, now, None
    return scan.id


def leave(session: Session, scan_id: int, now: datetime) -> None:
    """The command ended before the list did; what was found stays."""
    scan = session.get(Scan, scan_id)
    if scan is not None and scan.state is ScanState.READING:
        scan.state, scan.finished_at = ScanState.CANCELLED, now


def end_abandoned(session: Session, now: datetime) -> None:
    """Scans whose command was killed are stopped, so that nobody waits for them."""
    gone = (*_OF_A_COMMAND, Scan.state == ScanState.READING, Scan.noted_at < now - ABANDONED)
    session.execute(update(Scan).where(*gone).values(state=ScanState.CANCELLED, finished_at=Scan.noted_at))


def _broken_off(session: Session, name: str, dataset: str | None, size: int) -> Scan | None:
    same = (Scan.name == name, Scan.dataset == dataset, Scan.bytes_total == size)
    unfinished = (*_OF_A_COMMAND, Scan.state.in_(_BROKEN_OFF), Scan.taken_back_at.is_(None))
    return session.scalars(select(Scan).where(*same, *unfinished).order_by(Scan.id.desc()).limit(1)).first()
