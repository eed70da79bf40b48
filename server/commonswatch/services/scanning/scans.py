"""Scans: begin one, note how far it came, end it, stop it or take it up again. Reading is in ``manifests``.

``jobs/scan`` does the reading: it begins a scan, hands found works to ``memberships.take`` and finishes it. All of it
may run twice, after a crash: what is written is the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, NotFound
from commonswatch.domain.states import JobState, ScanState
from commonswatch.models import Account, Job, Scan
from commonswatch.services.deciding import audit
from commonswatch.services.reporting import listed_here
from commonswatch.services.scanning import checking, spreading
from commonswatch.services.upkeep import queue

JOB = "scan"
_GIVEN_UP = "Reading it broke off each time. Jobs says why; it can be taken up again."
PAGE = 25
LARGEST = 20 * 2**30
"""Bytes of a manifest that is fetched from an address a moderator gave."""
LARGEST_BY_ITSELF = 200 * 2**20
"""Bytes of one that is read because it stands at a reported place."""
KEEP_MANIFEST = timedelta(days=7)
"""How long the manifest of a cancelled or failed scan stays, to be taken up again."""
KEEP_UPLOAD = timedelta(hours=6)
"""How long an upload may take; what was broken off is deleted then."""
UNDER_WAY = (ScanState.WAITING, ScanState.READING)
TO_RESUME = (ScanState.CANCELLED, ScanState.FAILED, ScanState.PARTIAL)
_IS_SHOWN = or_(Scan.location_id.is_(None), Scan.state != ScanState.FAILED)


@dataclass(frozen=True)
class Task:
    """A scan to be done now."""

    scan_id: int
    dataset: str | None
    name: str
    url: str
    most_bytes: int = LARGEST
    is_at_place: bool = False  # it stands at a reported place, whose lists were looked for already


@dataclass(frozen=True)
class Progress:
    """How far the reading has come; ``bytes_total`` None: nobody knows."""

    rows: int
    bytes_read: int = 0
    bytes_total: int | None = None


def begin(session: Session, scan_id: int, now: datetime) -> Task | None:
    """Take a scan up, for the first time or again after a crash; None when there is nothing (more) to do."""
    scan = session.get(Scan, scan_id)
    if scan is None or scan.state not in UNDER_WAY:
        return None
    scan.state, scan.problem = ScanState.READING, None
    scan.started_at = scan.started_at or now
    scan.noted_at = now
    most = LARGEST_BY_ITSELF if scan.location_id else LARGEST
    return Task(scan.id, scan.dataset, scan.name, scan.url, most, is_at_place=scan.location_id is not None)


def note(session: Session, scan_id: int, progress: Progress, now: datetime) -> bool:
    """Keep how far it has come; return whether to go on (not when somebody cancelled it)."""
    values: dict[str, object] = {"rows": progress.rows, "bytes_read": progress.bytes_read, "noted_at": now}
    if progress.bytes_total is not None:
        values["bytes_total"] = progress.bytes_total
    reading = (Scan.id == scan_id, Scan.state == ScanState.READING)
    return session.execute(update(Scan).where(*reading).values(**values).returning(Scan.id)).first() is not None


def finish(
    session: Session,
    scan_id: int,
    rows: int,
    now: datetime,
    *,
    partial: str | None = None,
    index_file: str | None = None,
) -> None:
    """The reading ended; ``partial`` says why it could not go on to the end. Cases with copies learn what was found."""
    scan = session.get(Scan, scan_id)
    if scan is None or scan.state is not ScanState.READING:
        return
    scan.state = ScanState.PARTIAL if partial else ScanState.DONE
    scan.problem = partial[:300] if partial else None
    scan.rows, scan.finished_at, scan.noted_at = rows, now, now
    scan.index_file = index_file or scan.index_file
    session.flush()
    facts = {"rows": rows, "works": scan.matches, "state": scan.state.value}
    audit.record(session, "system", "scan.finish", f"scan:{scan.id}", facts, now)
    if scan.dataset and scan.matches:
        spreading.spread(session, {scan.dataset}, now)
    if scan.location_id and scan.matches:
        listed_here.add(session, scan, now)
    checking.ask_since(session, scan, now)


def fail(session: Session, scan_id: int, reason: str, now: datetime) -> None:
    """Nothing could be read; what was found before stays."""
    scan = session.get(Scan, scan_id)
    if scan is not None and scan.state in UNDER_WAY:
        scan.state, scan.problem, scan.finished_at = ScanState.FAILED, reason[:300], now


def fail_given_up(session: Session, now: datetime) -> None:
    """Scans whose job was given up have failed: nobody waits for them, and they can be taken up again."""
    for scan in session.scalars(select(Scan).where(Scan.state.in_(UNDER_WAY))):
        given_up = (Job.kind == JOB, Job.key == job_key(scan), Job.state == JobState.DEAD)
        if session.scalar(select(Job.id).where(*given_up)) is not None:
            fail(session, scan.id, _GIVEN_UP, now)


def cancel(session: Session, scan_id: int, account: Account, now: datetime) -> Scan:
    """Stop a scan. What it found stays; it can be taken up again for a week. Raise Conflict when it has ended."""
    scan = get(session, scan_id)
    if scan.state not in UNDER_WAY:
        raise Conflict("This scan has ended already.")
    scan.state, scan.finished_at = ScanState.CANCELLED, now
    audit.record(session, f"account:{account.id}", "scan.cancel", f"scan:{scan.id}", {"rows": scan.rows}, now)
    return scan


def resume(session: Session, scan_id: int, account: Account, *, manifest_kept: bool, now: datetime) -> Scan:
    """Take a scan up again that was stopped or broke off. Raise Conflict when its manifest is gone."""
    scan = get(session, scan_id)
    if scan.state not in TO_RESUME or scan.taken_back_at is not None:
        raise Conflict("This scan cannot be taken up again.")
    if not (manifest_kept or scan.url):
        raise Conflict("The list was deleted meanwhile. Upload it once more.")
    if is_being_read(session, scan):
        raise Conflict("It is being stopped. Try again in a moment.")
    scan.state, scan.problem, scan.finished_at = ScanState.WAITING, None, None
    scan.tries += 1
    session.flush()
    enqueue(session, scan, now)
    audit.record(session, f"account:{account.id}", "scan.resume", f"scan:{scan.id}", {"rows": scan.rows}, now)
    return scan


def is_being_read(session: Session, scan: Scan) -> bool:
    """Whether it waits or is read, or was stopped so lately that its job has not noticed."""
    leased = select(Job.id).where(Job.kind == JOB, Job.key == job_key(scan), Job.state == JobState.LEASED)
    return scan.state in UNDER_WAY or session.scalar(leased) is not None


def get(session: Session, scan_id: int, *, lock: bool = False) -> Scan:
    """One scan; raise NotFound. With ``lock`` nobody else writes about it meanwhile."""
    scan = session.get(Scan, scan_id, with_for_update=lock, populate_existing=lock)
    if scan is None:
        raise NotFound("There is no such scan.")
    return scan


def count(session: Session) -> int:
    """How many scans ``newest`` shows."""
    return session.scalar(select(func.count()).select_from(Scan).where(_IS_SHOWN)) or 0


def newest(session: Session, page: int) -> Sequence[Scan]:
    """One page of scans, the newest first; pages count from 1. What a place did not give is told at its case alone."""
    in_order = select(Scan).where(_IS_SHOWN).order_by(Scan.id.desc())
    return session.scalars(in_order.offset((page - 1) * PAGE).limit(PAGE)).all()


def listed(session: Session, datasets: Collection[str]) -> set[str]:
    """Of some datasets, those of which a list was read, wholly or in part."""
    read = (Scan.state.in_((ScanState.DONE, ScanState.PARTIAL)), Scan.taken_back_at.is_(None))
    found = select(Scan.dataset).where(Scan.dataset.in_(datasets), *read).distinct()
    return {dataset for dataset in session.scalars(found) if dataset is not None}


def to_forget(session: Session, scan_ids: Sequence[int], now: datetime) -> list[int]:
    """Of some scans, those whose manifest is not needed any more: read, unknown, or laid aside for a week."""
    rows = session.execute(
        select(Scan.id, Scan.state, Scan.finished_at, Scan.taken_back_at).where(Scan.id.in_(scan_ids))
    )
    needed = {
        row.id
        for row in rows
        if row.state in UNDER_WAY
        or (
            row.state in TO_RESUME
            and not row.taken_back_at
            and row.finished_at
            and row.finished_at > now - KEEP_MANIFEST
        )
    }
    return [one for one in scan_ids if one not in needed]


def enqueue(session: Session, scan: Scan, now: datetime) -> None:
    """Have a scan read by the worker."""
    queue.enqueue(session, JOB, job_key(scan), {"scan": scan.id}, now=now)


def job_key(scan: Scan) -> str:
    """Of its job; each resume is a job of its own."""
    return f"{scan.id}:{scan.tries}"
