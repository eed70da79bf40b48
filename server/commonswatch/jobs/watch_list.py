"""Kind ``watch-list``: make the next version of the watch list. The key of the job is its number."""

from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.services.upkeep.queue import ClaimedJob
from commonswatch.services.watching import history, pace, versions

_log = structlog.get_logger()


def _run(context: Context, job: ClaimedJob) -> Record:
    folder, keys, now = context.list_folder, context.key_folder, context.now()
    with context.database.reading() as session:
        last = history.newest_version(session)
        if last is not None and last.version >= int(job.key):
            return nothing_to_record
        always = pace.is_daily(last.made_at if last else None, now)
        versions.tidy(session, folder, now)
        prepared = versions.prepare(session, folder, keys, now, always=always)
    if prepared.left_out:
        _log.warning("watch-list.full", left_out=prepared.left_out)
    return partial(_record, prepared)


def _record(prepared: versions.Prepared, session: Session, _now: datetime) -> None:
    versions.publish(session, prepared)


WATCH_LIST = Handler(_run)
