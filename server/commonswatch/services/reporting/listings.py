"""From a report's page to the lists behind it: asked for after verification, opened as scans, read like any other.

A list that stands at a place says what is there, whichever dataset it is of; so it is never taken for the list of a
catalogued dataset, which would speak about every copy anywhere. That is a moderator's word (`services.scanning`).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import JobState, ScanState
from commonswatch.fetch.connectors import RemoteFile
from commonswatch.keyring import Keyring
from commonswatch.models import Job, Location, Scan
from commonswatch.rules.links import read_links
from commonswatch.services.deciding import audit
from commonswatch.services.reporting.pages import PageLook
from commonswatch.services.upkeep import queue
from commonswatch.services.words import one_line

JOB = "read-lists"
MOST_FILES = 10
"""Lists that are read of one place by themselves; a moderator can have more read by address."""
MOST_WAITING = 200
REST = timedelta(days=7)
"""How long a place is left alone after its lists were read."""
_MOST_LINKS = 5
_MOST_TEXT = 1_000_000
_ROLES = ("list", "data")
_LIST = re.compile(r"\.(?:[ct]sv|txt|jsonl?|ndjson|parquet|lst)(?:\.(?:gz|bz2|xz|zst))?(?:[?#]|$)", re.IGNORECASE)
_UNDER_WAY = (ScanState.WAITING, ScanState.READING)


def named_on(page: PageLook) -> tuple[str, ...]:
    """Public addresses of lists that a page links to, besides its own; none when it was not read."""
    if page.text is None:
        return ()
    found = read_links(page.text[:_MOST_TEXT], page.url, page.media_type)
    places = [rules.location(link.url) for link in found if link.role in _ROLES or _LIST.search(link.url)]
    return tuple(dict.fromkeys(filter(None, map(_public, places))))[:_MOST_LINKS]


def ask(
    session: Session,
    location_id: int,
    page: LocationKey,
    links: Sequence[str],
    now: datetime,
    *,
    report_id: int | None = None,
    at_once: bool = False,
) -> bool:
    """Have the lists behind a place read, unless that was done within a week (``at_once``: all the same)."""
    own = _public(page)
    urls = list(dict.fromkeys([own, *links] if own else links))
    key = str(location_id)
    if not urls or not (at_once or _is_rested(session, key, now)):
        return False
    payload = {"location": location_id, "report": report_id, "urls": urls}
    queue.enqueue(session, JOB, key, payload, now=now, again=True)
    return True


def open_scans(
    session: Session,
    keyring: Keyring,
    location_id: int,
    report_id: int | None,
    files: Iterable[RemoteFile],
    now: datetime,
) -> list[int]:
    """Make a scan of each file at a place that has none yet or whose last one is a week old. Return their numbers.

    What a moderator took back is not read there again.
    """
    room = MOST_WAITING - (session.scalar(select(func.count()).where(Scan.state.in_(_UNDER_WAY))) or 0)
    made = []
    for file in list(files)[: min(MOST_FILES, max(0, room))]:
        digest = keyring.digest("listing", f"{location_id} {file.url}")
        known = session.scalars(select(Scan).where(Scan.form_digest == digest)).first()
        if known is not None and (known.taken_back_at or known.state in _UNDER_WAY or known.created_at > now - REST):
            continue
        if known is not None:
            known.form_digest = None  # it stays, as what was there then
            session.flush()
        made.append(_open(session, location_id, report_id, file, digest, now))
    return made


def scans_at(session: Session, location_id: int) -> Sequence[Scan]:
    """The scans of lists at a place, the newest first."""
    return session.scalars(select(Scan).where(Scan.location_id == location_id).order_by(Scan.id.desc()).limit(50)).all()


def is_being_read(session: Session, location_id: int) -> bool:
    """Whether its lists are looked for just now."""
    waiting = (JobState.QUEUED, JobState.LEASED)
    wanted = select(Job.id).where(Job.kind == JOB, Job.key == str(location_id), Job.state.in_(waiting))
    return session.scalars(wanted).first() is not None


def place_of(location: Location) -> LocationKey | None:
    """What the rules say about a place that is kept, None where its address is not public."""
    return rules.page_location(location.url) if location.is_address else None


def _open(
    session: Session, location_id: int, report_id: int | None, file: RemoteFile, digest: bytes, now: datetime
) -> int:
    scan = Scan(
        name=one_line(file.name, 200) or "list",
        url=file.url,
        bytes_total=file.size,
        form_digest=digest,
        location_id=location_id,
        report_id=report_id,
        created_at=now,
    )
    session.add(scan)
    session.flush()
    queue.enqueue(session, "scan", f"{scan.id}:{scan.tries or 1}", {"scan": scan.id}, now=now)
    audit.record(session, "system", "scan.open", f"scan:{scan.id}", {"location": location_id, "from": "place"}, now)
    return scan.id


def _is_rested(session: Session, key: str, now: datetime) -> bool:
    last = session.scalars(select(Job).where(Job.kind == JOB, Job.key == key)).first()
    return last is None or (last.finished_at is not None and last.finished_at < now - REST)


def _public(where: LocationKey | None) -> str | None:
    """The address of a place that opens without a code."""
    if where is None or where.access is not None or where.hidden or not where.url.startswith("https://"):
        return None
    return where.url
