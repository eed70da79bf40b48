"""Examining a registered work: fetch it, fingerprint it, find its licence. Three steps, so that nothing is locked
while other servers answer: ``load`` (reads), ``examine`` (no session), ``record`` (writes).

What cannot be fingerprinted is still matched by its work keys, and its ``problem`` says why in plain words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.errors import RemoteError
from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import WorkState
from commonswatch.fetch import Fetched, Fetcher
from commonswatch.fingerprints import PictureFacts, Unreadable, licence_of, licence_of_page
from commonswatch.models import FingerprintOfWork, KeyOfWork, Work
from commonswatch.services.registering.page_pictures import picture_addresses
from commonswatch.services.scanning import checking
from commonswatch.services.upkeep import queue
from commonswatch.services.watching import changes

PAUSES = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""How long to wait before each further try when the other server failed for the moment."""

NO_PICTURE = "This address leads to a page, not to a picture file. It is matched by its address only."
NOT_MEDIA = "This address leads to something that is not a picture. It is matched by its address only."
LATER = "{reason} We try again later; until then it is matched by its address only."
NEVER = "{reason} It is matched by its address only."
_PAGES = ("text/html", "application/xhtml+xml")
TURN_WITHIN = 2.0
"""Seconds to wait for a site that others read at the moment; then another work goes first."""
_LARGEST_PAGE = 2 * 1024 * 1024


@dataclass(frozen=True)
class Task:
    """What has to be known of a work to examine it; ``tries`` counts the failed ones before this."""

    work_id: int
    url: str
    keys: frozenset[str]
    tries: int = 0


@dataclass(frozen=True)
class Findings:
    """What an examination found. No ``problem`` means fingerprinted; no ``retry_after`` means no further try."""

    problem: str | None = None
    retry_after: timedelta | None = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    fingerprints: tuple[Fingerprint, ...] = ()
    licence: Licence | None = None
    licence_basis: str | None = None


def ask_again(session: Session, work_id: int, now: datetime) -> None:
    """Queue a work's examination anew, whatever became of the last one."""
    queue.enqueue(session, "examine", str(work_id), {"work": work_id}, now=now, again=True)


def ask_many_again(session: Session, work_ids: Sequence[int], now: datetime) -> None:
    """Queue the examination of works whose last one is over, at once for any number."""
    jobs = [(f"{work_id}:{now.isoformat()}", {"work": work_id}) for work_id in work_ids]
    queue.enqueue_many(session, "examine", jobs, now=now)


def load(session: Session, work_id: int, tries: int = 0) -> Task | None:
    """What to examine; None when there is nothing to do (any more)."""
    work = session.get(Work, work_id)
    if work is None or work.state == WorkState.WITHDRAWN:
        return None
    keys = session.scalars(select(KeyOfWork.key).where(KeyOfWork.work_id == work_id))
    return Task(work.id, work.url, frozenset(keys), tries)


def examine(task: Task, fetcher: Fetcher, examine_picture: Callable[[bytes], PictureFacts]) -> Findings | None:
    """Fetch a work and fingerprint it; None when its site is busy with another work.

    Never raises for what other servers do: that becomes the problem.
    """
    try:
        fetched = fetcher.get(task.url, accept="image/*,text/html;q=0.8,*/*;q=0.1", turn_within=TURN_WITHIN)
        if fetched.media_type in _PAGES:
            return _from_page(task, fetched, fetcher, examine_picture)
        return _from_picture(fetched.body, examine_picture)
    except RemoteError as error:
        return None if getattr(error, "reason", None) == "busy" else _failed(task, error)


def record(session: Session, task: Task, findings: Findings, now: datetime) -> None:
    """Write down what was found. A licence the creator chose stays; a withdrawn work stays withdrawn."""
    work = session.get(Work, task.work_id, with_for_update=True)
    if work is None or work.state == WorkState.WITHDRAWN:
        return
    work.state = WorkState.KEY_ONLY if findings.problem else WorkState.READY
    work.problem, work.examined_at = findings.problem, now
    work.media_type, work.width, work.height = findings.media_type, findings.width, findings.height
    if findings.licence is not None and work.licence_basis != "chosen":
        work.licence_code, work.licence_version = findings.licence.code, findings.licence.version
        work.licence_jurisdiction, work.licence_basis = findings.licence.jurisdiction, findings.licence_basis
    if findings.fingerprints:
        _replace_fingerprints(session, work.id, findings.fingerprints)
        checking.ask(session, now, work_id=work.id)
        changes.note_if_public(session, work, now)
    if findings.retry_after is not None:
        tries = task.tries + 1
        payload = {"work": work.id, "tries": tries}
        queue.enqueue(
            session,
            "examine",
            f"{work.id}:{now.isoformat()}",
            payload,
            now=now,
            run_after=now + findings.retry_after,
        )


def _from_picture(body: bytes, examine_picture: Callable[[bytes], PictureFacts]) -> Findings:
    try:
        facts = examine_picture(body)
    except Unreadable as error:
        return Findings(problem=NEVER.format(reason=error.detail)[:300])
    licence = licence_of(facts.marks)
    return Findings(
        problem=facts.closed or None,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        fingerprints=facts.matchable,
        licence=licence,
        licence_basis="file" if licence else None,
    )


def _from_page(
    task: Task, page: Fetched, fetcher: Fetcher, examine_picture: Callable[[bytes], PictureFacts]
) -> Findings:
    """The page's own word on the licence, and the picture it names as its own, if that is the same work."""
    licence = licence_of_page(page.body[:_LARGEST_PAGE])
    found = Findings(problem=NO_PICTURE, media_type=page.media_type)
    for address in picture_addresses(page.body[:_LARGEST_PAGE], page.final_url):
        if task.keys & {key.key for key in rules.work_keys(address)}:
            found = _picture_of_page(task, address, fetcher, examine_picture)
            break
    return replace(found, licence=licence, licence_basis="page") if licence else found


def _picture_of_page(
    task: Task, address: str, fetcher: Fetcher, examine_picture: Callable[[bytes], PictureFacts]
) -> Findings:
    try:
        return _from_picture(fetcher.get(address, accept="image/*").body, examine_picture)
    except RemoteError as error:
        return _failed(task, error)


def _failed(task: Task, error: RemoteError) -> Findings:
    if error.permanent or task.tries >= len(PAUSES):
        return Findings(problem=NEVER.format(reason=error.detail)[:300])
    return Findings(problem=LATER.format(reason=error.detail)[:300], retry_after=PAUSES[task.tries])


def _replace_fingerprints(session: Session, work_id: int, fingerprints: Sequence[Fingerprint]) -> None:
    session.execute(delete(FingerprintOfWork).where(FingerprintOfWork.work_id == work_id))
    rows = {
        (one.algorithm, one.rendition): {
            "work_id": work_id,
            "algorithm": one.algorithm,
            "rendition": one.rendition,
            "bits": one.bits,
            "quality": one.quality,
        }
        for one in fingerprints
    }
    session.execute(insert(FingerprintOfWork), list(rows.values()))
