"""Works registered today, looked up in the index of every manifest ever scanned. Withdrawn ones: ``forgetting``.

A work that comes while a list is read is looked up once that list's index is there. Three steps, since no transaction
is open while files are read: ``load`` → ``examine`` → ``record``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import WorkState
from commonswatch.keyring import Keyring
from commonswatch.manifests.index import KeyIndex, NotAnIndex
from commonswatch.models import FingerprintOfWork, KeyOfWork, Scan, Work
from commonswatch.services.reporting import listed_here
from commonswatch.services.scanning import folder, lines, memberships, spreading
from commonswatch.services.upkeep import queue

JOB = "check-lists"
KeyDigest = Callable[[bytes, str], int]
"""``manifests.kernel.key_digest``: of a secret and a key."""
_SECRET_BYTES = 16
DIGESTS = ("sha256", "md5")
_WRITING = timedelta(minutes=10)
"""A transaction that began before a scan may end after it looked what is registered."""


@dataclass(frozen=True)
class Listed:
    """A work whose key stands in a row of a manifest that was read before."""

    work_id: int
    row: int
    what: str
    how: str
    line: int | None = None

    @property
    def place(self) -> str:
        """The row is all that the index kept; its line is said where other rows tell it."""
        return f"row {self.row}" if self.line is None else f"line {self.line}"


@dataclass(frozen=True)
class Task:
    """Keys (and digests, as ``sha256:…``) with the works they belong to, and the scans that left an index."""

    works: Mapping[str, tuple[tuple[int, str], ...]]
    scan_ids: tuple[int, ...]


@dataclass(frozen=True)
class Findings:
    """What each index says, and which could not be read."""

    listed: Mapping[int, tuple[Listed, ...]]
    damaged: tuple[int, ...] = field(default=())


def index_secret(keyring: Keyring) -> bytes:
    """The 16 bytes with which keys are digested for indexes."""
    return keyring.digest("manifest-key", "")[:_SECRET_BYTES]


def ask(session: Session, now: datetime, *, registration_id: int | None = None, work_id: int | None = None) -> None:
    """Have a registration, or a work that was fingerprinted anew, looked up; nothing when nothing was ever scanned."""
    if session.scalar(select(exists().where(Scan.index_file.is_not(None)))):
        name, number = ("registration", registration_id) if registration_id else ("work", work_id)
        queue.enqueue(session, JOB, f"{name}:{number}", {name: number}, now=now, again=True)


def ask_since(session: Session, scan: Scan, now: datetime) -> None:
    """Have the works looked up in the index of a scan that came, or were fingerprinted, while it read its list."""
    if scan.index_file and session.scalar(select(exists().where(_since(scan), Work.state != WorkState.WITHDRAWN))):
        queue.enqueue(session, JOB, f"scan:{scan.id}", {"scan": scan.id}, now=now, again=True)


def load(session: Session, payload: Mapping[str, int]) -> Task:
    """Read what to look up: the works of a registration, one work, or those that came while a list was read."""
    if "scan" in payload:
        scan = session.get(Scan, payload["scan"])
        return Task(keys_of(session, _since(scan)), (scan.id,)) if scan and scan.index_file else Task({}, ())
    registration = payload.get("registration")
    which = Work.registration_id == registration if registration else Work.id == payload["work"]
    scan_ids = session.scalars(select(Scan.id).where(Scan.index_file.is_not(None)).order_by(Scan.id))
    return Task(keys_of(session, which), tuple(scan_ids))


def examine(home: Path, secret: bytes, task: Task, key_digest: KeyDigest) -> Findings:
    """Ask every index for all the keys at once. An index that is damaged or gone says nothing and hinders no other."""
    by_digest = {key_digest(secret, key): key for key in task.works}
    wanted = sorted(by_digest)
    listed: dict[int, tuple[Listed, ...]] = {}
    damaged = []
    for scan_id in task.scan_ids if wanted else ():
        try:
            with KeyIndex.open(folder.index(home, scan_id)) as index:
                rows, guessed = index.rows_of_many(wanted), index.guessed
        except (NotAnIndex, OSError, ValueError):
            damaged.append(scan_id)
            continue
        if rows:
            listed[scan_id] = tuple(_listed(task, by_digest, rows, guessed=guessed))
    return Findings(listed, tuple(damaged))


def record(session: Session, findings: Findings, now: datetime) -> int:
    """Write the memberships down and tell the cases concerned; return how many are new."""
    new = 0
    members: dict[str, set[int]] = defaultdict(set)
    for scan_id, listed in sorted(findings.listed.items()):
        scan = session.get(Scan, scan_id)
        if scan is None:
            continue
        line_of = lines.of_scan(session, scan_id)
        placed = [replace(one, line=line_of(one.row)) for one in listed]
        new += memberships.take(session, scan_id, placed, now)
        if scan.location_id:
            listed_here.add(session, scan, now, {one.work_id for one in listed})
        if scan.dataset:
            members[scan.dataset] |= {one.work_id for one in listed}
    works = {work_id for some in members.values() for work_id in some}
    if works:
        spreading.spread(session, members, now, works)
    return new


def indexes(session: Session) -> list[int]:
    """The scans that left an index."""
    return list(session.scalars(select(Scan.id).where(Scan.index_file.is_not(None))))


def _since(scan: Scan) -> ColumnElement[bool]:
    start = (scan.started_at or scan.created_at) - _WRITING
    return or_(Work.created_at >= start, Work.examined_at >= start)


def keys_of(
    session: Session, which: ColumnElement[bool], *, withdrawn: bool = False
) -> Mapping[str, tuple[tuple[int, str], ...]]:
    """Each key (and digest, as ``sha256:…``) with the works it belongs to and how sure a row with it is."""
    state = (Work.state == WorkState.WITHDRAWN) if withdrawn else (Work.state != WorkState.WITHDRAWN)
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    keys = select(KeyOfWork.key, KeyOfWork.how, KeyOfWork.work_id).join(Work, Work.id == KeyOfWork.work_id)
    for key, how, work_id in session.execute(keys.where(which, state)):
        found[key].append((work_id, "guessed" if how == "guessed" else "key"))
    digests = select(FingerprintOfWork).join(Work, Work.id == FingerprintOfWork.work_id)
    for one in session.scalars(digests.where(which, state, FingerprintOfWork.algorithm.in_(DIGESTS))):
        found[f"{one.algorithm}:{one.bits.hex()}"].append((one.work_id, "digest"))
    return {key: tuple(works) for key, works in found.items()}


def _listed(
    task: Task, by_digest: Mapping[int, str], rows: Mapping[int, list[int]], *, guessed: bool
) -> Iterable[Listed]:
    for digest, places in rows.items():
        key = by_digest[digest]
        for work_id, how in task.works[key]:
            yield Listed(work_id, min(places), key, "guessed" if guessed else how)
