"""From a report's page to the lists behind it: asked for after verification, opened as scans, read like any other.

A list that stands at a place says what is there, whichever dataset it is of; so it is never taken for the list of a
catalogued dataset, which would speak about every copy anywhere. That is a moderator's word (`services.scanning`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import JobState, ScanState
from commonswatch.fetch.connectors import RemoteFile, has_listing
from commonswatch.keyring import Keyring
from commonswatch.models import Job, Location, Report, Scan
from commonswatch.rules.links import Link, read_links
from commonswatch.services.deciding import audit
from commonswatch.services.reporting.pages import PageLook
from commonswatch.services.upkeep import queue
from commonswatch.services.words import one_line

JOB = "read-lists"
MOST_FILES = 10
"""Lists that are read of one place by themselves; a moderator can have more read by address."""
MOST_WAITING = 200
MOST_A_DAY = 100
"""Lists that are read by themselves in a day since one device, or strangers together, reported their places."""
REST = timedelta(days=7)
"""How long a place is left alone after its lists were read."""
_MOST_LINKS = 5
_MOST_TEXT = 1_000_000
_ROLES = ("list", "data")
_LIST = re.compile(r"\.(?:[ct]sv|txt|jsonl?|ndjson|parquet|lst)(?:\.(?:gz|bz2|xz|zst))?(?:[?#]|$)", re.IGNORECASE)
_FOLDER = re.compile(r"https?://[^/?#]+/[^?#]+/")
_GONE = (404, 410)
_UNDER_WAY = (ScanState.WAITING, ScanState.READING)


def named_on(page: PageLook) -> tuple[str, ...]:
    """Public addresses of lists that a page links to, besides its own; none when it was not read."""
    if page.text is None:
        return ()
    found = read_links(page.text[:_MOST_TEXT], page.url, page.media_type)
    sure = [link.url for link in found if link.role in _ROLES or _LIST.search(link.url)]
    folders = [link.url for link in found if _is_folder(link)]
    places = map(rules.location, (*sure, *folders))
    return tuple(dict.fromkeys(filter(None, map(_public, places))))[:_MOST_LINKS]


def _is_folder(link: Link) -> bool:
    """Whether it may be a web server's folder for a dataset: told by its page alone, so that one is asked for."""
    return link.dataset is not None and _FOLDER.fullmatch(link.url) is not None


def are_likely(place: LocationKey, page: PageLook) -> bool:
    """Whether to look for lists: at a page that was read, a host that tells its files elsewhere, or a list itself."""
    return page.text is not None or (page.status not in _GONE and (has_listing(place) or bool(_LIST.search(place.url))))


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
    """Have the lists behind a place read, unless that was done within a week (``at_once``: all the same, with the
    links that were found there before)."""
    own, key = _public(page), str(location_id)
    before = session.scalars(select(Job.payload).where(Job.kind == JOB, Job.key == key)).first() if at_once else None
    urls = list(dict.fromkeys([*([own] if own else ()), *links, *(before or {}).get("urls", ())]))[: 1 + _MOST_LINKS]
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
    under_way = session.scalar(select(func.count()).where(Scan.state.in_(_UNDER_WAY))) or 0
    room = min(MOST_FILES, MOST_WAITING - under_way, _left_today(session, report_id, now))
    made = []
    for file in list(files)[: max(0, room)]:
        digest = keyring.digest("listing", f"{location_id} {file.url}")
        if _is_to_be_read(session, digest, now):
            made.append(_open(session, location_id, report_id, file, digest, now))
    return made


def note_closed(
    session: Session,
    keyring: Keyring,
    location_id: int,
    report_id: int | None,
    closed: Mapping[str, str],
    now: datetime,
) -> None:
    """Places (by their addresses) that give nothing to us, each with why and what a moderator can do instead.

    Kept as scans that failed, so that they stand where lists are looked for. They cannot be tried again.
    """
    for url, why in closed.items():
        digest = keyring.digest("listing", f"{location_id} {url}")
        if _is_to_be_read(session, digest, now):
            name = one_line(url.removeprefix("https://"), 200)
            times = {"created_at": now, "finished_at": now}
            scan = Scan(name=name, state=ScanState.FAILED, problem=why[:300], form_digest=digest, **times)
            scan.location_id, scan.report_id = location_id, report_id
            session.add(scan)
            session.flush()


def _left_today(session: Session, report_id: int | None, now: datetime) -> int:
    """Lists that may still be opened today for whoever sent a report. A moderator's own wish is not counted."""
    report = session.get(Report, report_id) if report_id is not None else None
    if report is None:
        return MOST_FILES
    theirs = (Report.reporter == report.reporter, Scan.created_at > now - timedelta(days=1))
    query = select(func.count()).select_from(Scan).join(Report, Report.id == Scan.report_id)
    return MOST_A_DAY - (session.scalar(query.where(*theirs)) or 0)


def _is_to_be_read(session: Session, digest: bytes, now: datetime) -> bool:
    """Not what was taken back, is under way or was read within a week. What is older stays, as what was there then."""
    known = session.scalars(select(Scan).where(Scan.form_digest == digest)).first()
    if known is None:
        return True
    if known.taken_back_at or known.state in _UNDER_WAY or known.created_at > now - REST:
        return False
    known.form_digest = None
    session.flush()
    return True


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
