"""Kind ``read-lists``: ask the host of a place which files are behind it; open a scan of each that may list works."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.context import Context
from commonswatch.domain.errors import RemoteError
from commonswatch.fetch.connectors import RemoteFile, choose, files_behind
from commonswatch.jobs.handling import Handler, Record
from commonswatch.services.reporting import listings
from commonswatch.services.scanning import scans
from commonswatch.services.upkeep.queue import ClaimedJob

_PATIENCE = 4  # tries until a host that does not answer counts as one that has nothing


def _run(context: Context, job: ClaimedJob) -> Record:
    files = list(dict.fromkeys(_files(context, job)))

    def record(session: Session, now: datetime) -> None:
        location_id, report_id = job.payload["location"], job.payload["report"]
        listings.open_scans(session, context.keyring, location_id, report_id, files, now)

    return record


def _files(context: Context, job: ClaimedJob) -> Iterator[RemoteFile]:
    """The files that may be lists, of each place in turn. A place that cannot be read hinders no other."""
    for url in job.payload["urls"]:
        where = rules.page_location(url)
        if where is None:
            continue
        try:
            found = choose(files_behind(where, context.fetcher).files, listings.MOST_FILES)
        except RemoteError as error:
            if not error.permanent and job.attempts < _PATIENCE:
                raise
            continue
        yield from (file for file in found if (file.size or 0) <= scans.LARGEST_BY_ITSELF)


READ_LISTS = Handler(
    _run, max_attempts=24
)  # it waits for its turn at a host: a worker that dies meanwhile is no fault of it
