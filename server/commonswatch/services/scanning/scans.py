"""Scans: open one, begin it, note how far it came, end it, stop it or take it up again. Reading is in ``manifests``.

``jobs/scan`` does the reading: it begins a scan, hands found works to ``memberships.take`` and finishes it. All of it
may run twice, after a crash: what is written is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.errors import Conflict, InvalidInput, NotFound
from commonswatch.domain.states import JobState, ScanState
from commonswatch.fetch.connectors import RemoteFile
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Job, Scan
from commonswatch.services.deciding import audit
from commonswatch.services.reporting import listed_here
from commonswatch.services.scanning import checking, spreading
from commonswatch.services.upkeep import queue
from commonswatch.services.words import one_line

JOB = "scan"
PAGE = 25
MOST_WAITING = 20
"""Scans that wait or are being read at one time: each may keep a manifest of gigabytes on the disk."""
LARGEST = 20 * 2**30
"""Bytes of a manifest that is fetched from an address a moderator gave."""
LARGEST_BY_ITSELF = 200 * 2**20
"""Bytes of one that is read because it stands at a reported place."""
MOST_BEHIND = 10
"""Lists that are read of one page of a repository or dataset whose address a moderator gave."""
KEEP_MANIFEST = timedelta(days=7)
"""How long the manifest of a cancelled or failed scan stays, to be taken up again."""
KEEP_UPLOAD = timedelta(hours=6)
"""How long an upload may take; what was broken off is deleted then."""
_LONGEST_NAME = 200
_UNDER_WAY = (ScanState.WAITING, ScanState.READING)
_TO_RESUME = (ScanState.CANCELLED, ScanState.FAILED, ScanState.PARTIAL)


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


def open_scan(
    session: Session,
    keyring: Keyring,
    account: Account,
    *,
    name: str,
    dataset: str | None,
    form_token: str,
    now: datetime,
    url: str = "",
    size: int | None = None,
    sha256: bytes | None = None,
) -> tuple[Scan, bool]:
    """Make a scan of a manifest that was uploaded, or is to be fetched from ``url``; and whether it is new.

    A form sent twice is one scan. Raise InvalidInput for a dataset the catalogue does not know or an address that is
    not public, and Conflict while many wait.
    """
    digest = keyring.digest("scan-form", form_token)
    known = session.scalars(select(Scan).where(Scan.form_digest == digest)).first()
    if known is not None:
        return known, False
    if (session.scalar(select(func.count()).where(Scan.state.in_(_UNDER_WAY))) or 0) >= MOST_WAITING:
        raise Conflict("Many manifests wait to be read already. Try again when some are done.")
    scan = Scan(
        dataset=_dataset(dataset),
        name=one_line(name, _LONGEST_NAME) or "manifest",
        url=_public(url) if url else "",
        bytes_total=size,
        manifest_sha256=sha256,
        form_digest=digest,
        account_id=account.id,
        created_at=now,
    )
    session.add(scan)
    session.flush()
    _enqueue(session, scan, now)
    facts = {"dataset": scan.dataset or "", "from": "address" if url else "upload"}
    audit.record(session, f"account:{account.id}", "scan.open", f"scan:{scan.id}", facts, now)
    return scan, True


def open_here(session: Session, *, name: str, dataset: str | None, size: int | None, now: datetime) -> int:
    """Make a scan that is read at once by whoever asks, such as the command line: no job does it. Return its number."""
    scan = Scan(
        dataset=_dataset(dataset),
        name=one_line(name, _LONGEST_NAME) or "manifest",
        url="",
        state=ScanState.READING,
        bytes_total=size,
        created_at=now,
        started_at=now,
        noted_at=now,
    )
    session.add(scan)
    session.flush()
    audit.record(
        session, "system", "scan.open", f"scan:{scan.id}", {"dataset": scan.dataset or "", "from": "here"}, now
    )
    return scan.id


def begin(session: Session, scan_id: int, now: datetime) -> Task | None:
    """Take a scan up, for the first time or again after a crash; None when there is nothing (more) to do."""
    scan = session.get(Scan, scan_id)
    if scan is None or scan.state not in _UNDER_WAY:
        return None
    scan.state, scan.problem = ScanState.READING, None
    scan.started_at = scan.started_at or now
    scan.noted_at = now
    most = LARGEST_BY_ITSELF if scan.location_id else LARGEST
    return Task(scan.id, scan.dataset, scan.name, scan.url, most, is_at_place=scan.location_id is not None)


def spread_out(session: Session, keyring: Keyring, scan_id: int, files: Sequence[RemoteFile], now: datetime) -> Task:
    """A scan of a page becomes one of its first list, with a scan beside it for each other. Again it does nothing."""
    scan = get(session, scan_id)
    first, *others = files[:MOST_BEHIND]
    scan.url, scan.name = first.url, one_line(first.name, _LONGEST_NAME) or scan.name
    for file in others:
        _open_beside(session, keyring, scan, file, now)
    return Task(scan.id, scan.dataset, scan.name, scan.url)


def _open_beside(session: Session, keyring: Keyring, scan: Scan, file: RemoteFile, now: datetime) -> None:
    digest = keyring.digest("scan-beside", f"{scan.id} {file.url}")
    if session.scalar(select(Scan.id).where(Scan.form_digest == digest)):
        return
    beside = Scan(
        dataset=scan.dataset,
        name=one_line(file.name, _LONGEST_NAME) or "list",
        url=file.url,
        bytes_total=file.size,
        form_digest=digest,
        account_id=scan.account_id,
        created_at=now,
    )
    session.add(beside)
    session.flush()
    _enqueue(session, beside, now)
    facts = {"dataset": scan.dataset or "", "from": "page", "beside": scan.id}
    audit.record(session, "system", "scan.open", f"scan:{beside.id}", facts, now)


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
    if scan is not None and scan.state in _UNDER_WAY:
        scan.state, scan.problem, scan.finished_at = ScanState.FAILED, reason[:300], now


def cancel(session: Session, scan_id: int, account: Account, now: datetime) -> Scan:
    """Stop a scan. What it found stays; it can be taken up again for a week. Raise Conflict when it has ended."""
    scan = get(session, scan_id)
    if scan.state not in _UNDER_WAY:
        raise Conflict("This scan has ended already.")
    scan.state, scan.finished_at = ScanState.CANCELLED, now
    audit.record(session, f"account:{account.id}", "scan.cancel", f"scan:{scan.id}", {"rows": scan.rows}, now)
    return scan


def resume(session: Session, scan_id: int, account: Account, *, manifest_kept: bool, now: datetime) -> Scan:
    """Take a scan up again that was stopped or broke off. Raise Conflict when its manifest is gone."""
    scan = get(session, scan_id)
    if scan.state not in _TO_RESUME or scan.taken_back_at is not None:
        raise Conflict("This scan cannot be taken up again.")
    if not (manifest_kept or scan.url):
        raise Conflict("Its manifest was deleted meanwhile. Upload it once more.")
    if is_being_read(session, scan):
        raise Conflict("It is being stopped. Try again in a moment.")
    scan.state, scan.problem, scan.finished_at = ScanState.WAITING, None, None
    scan.tries += 1
    session.flush()
    _enqueue(session, scan, now)
    audit.record(session, f"account:{account.id}", "scan.resume", f"scan:{scan.id}", {"rows": scan.rows}, now)
    return scan


def is_being_read(session: Session, scan: Scan) -> bool:
    """Whether it waits or is read, or was stopped so lately that its job has not noticed."""
    leased = select(Job.id).where(Job.kind == JOB, Job.key == _job_key(scan), Job.state == JobState.LEASED)
    return scan.state in _UNDER_WAY or session.scalar(leased) is not None


def get(session: Session, scan_id: int, *, lock: bool = False) -> Scan:
    """One scan; raise NotFound. With ``lock`` nobody else writes about it meanwhile."""
    scan = session.get(Scan, scan_id, with_for_update=lock, populate_existing=lock)
    if scan is None:
        raise NotFound("There is no such scan.")
    return scan


def count(session: Session) -> int:
    """How many scans there are."""
    return session.scalar(select(func.count()).select_from(Scan)) or 0


def newest(session: Session, page: int) -> Sequence[Scan]:
    """One page of scans, the newest first; pages count from 1."""
    in_order = select(Scan).order_by(Scan.id.desc())
    return session.scalars(in_order.offset((page - 1) * PAGE).limit(PAGE)).all()


def to_forget(session: Session, scan_ids: Sequence[int], now: datetime) -> list[int]:
    """Of some scans, those whose manifest is not needed any more: read, unknown, or laid aside for a week."""
    rows = session.execute(
        select(Scan.id, Scan.state, Scan.finished_at, Scan.taken_back_at).where(Scan.id.in_(scan_ids))
    )
    needed = {
        row.id
        for row in rows
        if row.state in _UNDER_WAY
        or (
            row.state in _TO_RESUME
            and not row.taken_back_at
            and row.finished_at
            and row.finished_at > now - KEEP_MANIFEST
        )
    }
    return [one for one in scan_ids if one not in needed]


def _dataset(name: str | None) -> str | None:
    if not name:
        return None
    found = rules.dataset(name)
    if found is None:
        raise InvalidInput("The catalogue has no dataset of this name.", ("dataset",))
    return found.id


def _public(url: str) -> str:
    where = rules.location(url)
    if where is None or not url.lower().startswith(("https://", "http://")):
        raise InvalidInput("This address leads nowhere. It must be whole and begin with https:// or http://.", ("url",))
    if where.access is not None or where.hidden:
        raise InvalidInput("This address holds an access code. Download the listing and upload it.", ("url",))
    return url.partition("#")[0]


def _enqueue(session: Session, scan: Scan, now: datetime) -> None:
    queue.enqueue(session, JOB, _job_key(scan), {"scan": scan.id}, now=now)


def _job_key(scan: Scan) -> str:
    return f"{scan.id}:{scan.tries}"
