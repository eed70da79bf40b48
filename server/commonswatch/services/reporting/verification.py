"""The machine's check of a report: what does the server itself see on the page and in the media, and whose is it?

Four steps, because no database session is held while other people's servers answer: ``load`` → ``examine`` (reads
the web) → ``match`` (reads tables) → ``record``. ``sightings`` writes down what was found. A watcher's word (a
stated key, digest or fingerprint) may lead to a case too, but is marked as claimed, never as the server's own evidence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.errors import CommonswatchError, InvalidInput
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.domain.keys import LocationKey
from commonswatch.domain.states import ReportState
from commonswatch.fingerprints import PictureFacts
from commonswatch.keyring import Keyring
from commonswatch.models import Report
from commonswatch.services.excluding import quarantine
from commonswatch.services.membership import devices
from commonswatch.services.reporting import (
    conclusions,
    listings,
    looking,
    matching,
    offers,
    places,
    sightings,
    submissions,
    videos,
)
from commonswatch.services.reporting.looking import Look, ObservedKey
from commonswatch.services.reporting.matching import Match
from commonswatch.services.reporting.pages import PageLook, Reader
from commonswatch.services.reporting.sightings import Found
from commonswatch.services.reporting.submissions import ANONYMOUS, Media, Submission


@dataclass(frozen=True)
class Patience:
    """How long one look at a report may take, in seconds, and after how many it is judged by what could be read."""

    seconds: float
    last_try: int


WATCHERS = Patience(150.0, 5)  # tries within about seven minutes
STRANGERS = Patience(40.0, 2)
"""Anybody may send a report without a token, also one that names twenty hosts which answer one byte a second."""
_LONGEST_URL = 2000


@dataclass(frozen=True)
class Task:
    """A report ready to be looked into: where it is, and which work keys each of its media has."""

    report_id: int
    submission: Submission = field(repr=False)
    page: LocationKey | None
    keys: tuple[tuple[ObservedKey, ...], ...] = ()
    decided: frozenset[int] = frozenset()  # media whose exact key is registered: fetching would prove nothing more
    problem: str | None = None  # why it cannot be used at all
    patience: Patience = WATCHERS


def load(session: Session, keyring: Keyring, report_id: int) -> Task | None:
    """Read a report and the work keys in it; None when there is no such report any more."""
    report = session.get(Report, report_id)
    if report is None or report.state == ReportState.REJECTED:
        return None
    try:
        submission = submissions.read(keyring.unseal(report.submission_sealed))
        page = rules.page_location(submission.page)
        if page is None:
            raise InvalidInput("The address of the page is not one of the public web.")
    except CommonswatchError as error:
        return Task(report_id, Submission(page=""), None, problem=error.detail)
    keys = tuple(_keys_of(media) for media in submission.media)
    patience = STRANGERS if report.reporter == ANONYMOUS else WATCHERS
    return Task(report_id, submission, page, keys, _decided(session, keys), patience=patience)


def examine(task: Task, reader: Reader, examine_picture: Callable[[bytes], PictureFacts]) -> Look:
    """Look at the page and the media, without a database session; takes up to a few minutes."""
    if task.page is None:
        return Look(PageLook(), {}, ())
    url = None if task.page.access or task.page.hidden else task.submission.page
    return looking.look(url, task.submission.media, task.decided, reader, examine_picture, task.patience.seconds)


def match(session: Session, task: Task, look: Look) -> list[Found]:
    """The registered works in a report, each with the evidence for it. Reads only."""
    found = []
    by_key = _by_observed(matching.by_key(session, {one.key for some in task.keys for one in some}))
    by_digest = _by_observed(matching.by_sha256(session, look.digests() | _stated_digests(task)))
    by_picture = _by_observed(matching.by_pdq(session, [*look.pictures(), *_stated_pictures(task)]))
    for position, media in enumerate(task.submission.media):
        for key in task.keys[position]:
            facts = {"where": key.where, "how": key.how, "claimed": key.where == "stated"}
            found += [_found(task, look, position, one, facts) for one in by_key.get(key.key[:300], ())]
        own = look.observed(position)
        for name in (*own, *sorted(_stated(media).difference(own))):
            matches = (*by_digest.get(name, ()), *by_picture.get(name, ()))
            found += [_found(task, look, position, one, {"claimed": name not in own}) for one in matches]
        for one, agreed in videos.by_frames(session, look.frames(position)) if look.frames(position) else ():
            facts = {"claimed": False, "scenes_agreeing": agreed.agreeing, "scenes": agreed.scenes}
            found.append(_found(task, look, position, one, facts))
    return found


def record(
    session: Session, keyring: Keyring, task: Task, look: Look, found: list[Found], attempt: int, now: datetime
) -> str | None:
    """Write down what was found; return why it should be looked into again, or None when the report is done."""
    report = session.get(Report, task.report_id)
    if report is None:
        return None
    devices.note_reporter(session, report.reporter, report.received_at)
    if task.page is None:
        _conclude(report, ReportState.REJECTED, task.problem or "The report cannot be used.", now)
        return None
    quarantine.hold(session, report.id, _observed(task, look))
    if found or look.offers:  # not for what is only claimed to be offered
        links = [key for one in task.submission.links if (key := rules.location(one.url)) is not None]
        offered = (*look.offers, *offers.claimed(task.submission.links))
        case = sightings.record(session, keyring, report.id, task.page, links, found, now, offered)
        report.location_id = case.location_id
        quarantine.notice(session, [one.match for one in found if not one.facts.get("claimed")], now)
        _conclude(report, ReportState.VERIFIED, conclusions.verified(found, look.offers), now)
    are_lists_read = _read_lists(session, keyring, task, look, report, now)
    again = look.trouble if attempt < task.patience.last_try else None
    if again is None and report.state == ReportState.RECEIVED:
        _conclude(report, ReportState.UNMATCHED, conclusions.unmatched(look, are_lists_read=are_lists_read), now)
    return again


def _read_lists(session: Session, keyring: Keyring, task: Task, look: Look, report: Report, now: datetime) -> bool:
    """Have the lists behind the page read; for strangers only where something was found: it is work for others."""
    if task.page is None or (task.patience is STRANGERS and report.location_id is None):
        return False
    if not listings.are_likely(task.page, look.page):
        return False
    location_id = report.location_id or places.keep(session, keyring, [task.page], now)[task.page.key]
    return listings.ask(session, location_id, task.page, look.lists, now, report_id=report.id)


def _decided(session: Session, keys: tuple[tuple[ObservedKey, ...], ...]) -> frozenset[int]:
    """Positions of media whose own address is that of a registered work.

    The address only: whoever gives a name to a picture of theirs must not see, in the log of their server, by our
    reading it or not, whether the work of that name is registered.
    """
    exact = [{one.key for one in some if one.how == "exact" and one.where == "url"} for some in keys]
    known = {match.observed for match in matching.by_key(session, {key for some in exact for key in some})}
    return frozenset(position for position, some in enumerate(exact) if some & known)


def _conclude(report: Report, state: ReportState, outcome: str, now: datetime) -> None:
    report.state, report.outcome, report.verified_at = state, outcome[:300], now


def _keys_of(media: Media) -> tuple[ObservedKey, ...]:
    """The work keys in the address, the file name and the watcher's own reading, each once."""
    seen: dict[str, ObservedKey] = {}
    for where, text in (("url", media.url), ("name", media.name)):
        for one in rules.work_keys(text) if text else []:
            seen.setdefault(one.key, ObservedKey(one.key, one.how, where))
    if media.key:
        seen.setdefault(media.key, ObservedKey(media.key, "exact", "stated"))
    return tuple(seen.values())


def _by_observed(matches: list[Match]) -> Mapping[str, list[Match]]:
    by: dict[str, list[Match]] = {}
    for one in matches:
        by.setdefault(one.observed, []).append(one)
    return by


def _stated(media: Media) -> set[str]:
    pairs = (("sha256", media.sha256), ("pdq", media.pdq))
    return {f"{name}:{bits.hex()}" for name, bits in pairs if bits is not None}


def _observed(task: Task, look: Look) -> set[str]:
    """All fingerprints in a report, the server's own and those that a watcher stated."""
    digests = {f"sha256:{bits.hex()}" for bits in look.digests() | _stated_digests(task)}
    return digests | {f"pdq:{one.bits.hex()}" for one in (*look.pictures(), *_stated_pictures(task)) if one.comparable}


def _stated_digests(task: Task) -> set[bytes]:
    return {media.sha256 for media in task.submission.media if media.sha256 is not None}


def _stated_pictures(task: Task) -> list[Fingerprint]:
    return [
        Fingerprint("pdq", "stated", media.pdq, media.quality)
        for media in task.submission.media
        if media.pdq is not None and media.quality is not None
    ]


def _found(task: Task, look: Look, position: int, one: Match, why: Mapping[str, Any]) -> Found:
    facts = {**why, **look.page_facts(position), **look.media_facts(position)}
    return Found(one, _public(task.submission.media[position].url), facts)


def _public(url: str | None) -> str | None:
    """A media address that may be kept in the open: none that needs an access code, and no part that may hold one.

    Of a known host only the path stays: what follows is a key or token in a form the rules have not met.
    """
    where = rules.location(url) if url and len(url) <= _LONGEST_URL else None
    if url is None or where is None or where.access is not None or where.hidden:
        return None
    return where.url if where.key.startswith("url:") else url.partition("#")[0].partition("?")[0]
