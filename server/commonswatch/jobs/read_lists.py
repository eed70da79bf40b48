"""Kind ``read-lists``: ask the host of a place which files are behind it; open a scan of each that may list works."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.context import Context
from commonswatch.domain.errors import RemoteError
from commonswatch.fetch import FetchFailed
from commonswatch.fetch.connectors import Closed, RemoteFile, choose, files_behind, has_listing
from commonswatch.jobs.handling import Handler, Record
from commonswatch.services.reporting import listings
from commonswatch.services.scanning import scans
from commonswatch.services.upkeep.queue import ClaimedJob

_PATIENCE = 4  # tries until a host that does not answer counts as one that has nothing
_LONG_PATIENCE = (
    9  # about ten hours: a host that asks us to wait (GitHub: an hour, for all of its places) has something
)
_CUT = (
    "It has so many files that its host, or we, told only some of them. If you know where its lists are, read them by "
    "their addresses as scans."
)
_ASKS_TO_WAIT = {403, 429}
_SAYS_WAIT = ("paused", "busy", "robots-unknown")


@dataclass
class _Found:
    """What the places of one job gave: files, why some (by their addresses) give us nothing, why to come back."""

    files: dict[RemoteFile, None] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    again: str | None = None


def _run(context: Context, job: ClaimedJob) -> Record:
    found = _Found()
    for url in job.payload["urls"]:
        _look(context, job, url, found)

    def record(session: Session, now: datetime) -> str | None:
        place = (session, context.keyring, job.payload["location"], job.payload["report"])
        listings.open_scans(*place, found.files, now)
        listings.note_closed(*place, found.closed, now)
        return found.again

    return record


def _look(context: Context, job: ClaimedJob, url: str, found: _Found) -> None:
    """The files of one place that may be lists. A place that cannot be read hinders no other."""
    where = rules.page_location(url)
    if where is None:
        return
    try:
        shelf = files_behind(where, context.fetcher, is_linked=url != job.payload["urls"][0])
    except Closed as closed:
        found.closed[where.url] = closed.detail
    except RemoteError as error:
        if not error.permanent and job.attempts < (_LONG_PATIENCE if _asks_to_wait(error) else _PATIENCE):
            found.again = error.detail
        elif has_listing(where):
            found.closed[where.url] = error.detail
    else:
        lists = choose(shelf.files, listings.MOST_FILES)
        found.files |= dict.fromkeys(file for file in lists if (file.size or 0) <= scans.LARGEST_BY_ITSELF)
        if has_listing(where) and not shelf.complete:
            found.closed[where.url] = _CUT


def _asks_to_wait(error: RemoteError) -> bool:
    return isinstance(error, FetchFailed) and (error.status in _ASKS_TO_WAIT or error.reason in _SAYS_WAIT)


READ_LISTS = Handler(
    _run, max_attempts=24
)  # it waits for its turn at a host: a worker that dies meanwhile is no fault of it
