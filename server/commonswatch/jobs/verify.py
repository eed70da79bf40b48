"""Kind ``verify``: check one report."""

from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.services import verification
from commonswatch.services.queue import ClaimedJob


def _run(context: Context, job: ClaimedJob) -> Record:
    with context.database.reading() as session:
        task = verification.load(session, context.keyring, int(job.payload["report"]))
    if task is None:
        return nothing_to_record
    look = verification.examine(task, context.fetcher, context.examine_picture)
    with context.database.reading() as session:
        found = verification.match(session, task, look)

    def record(session: Session, now: datetime) -> str | None:
        return verification.record(session, context.keyring, task, look, found, job.attempts, now)

    return record


VERIFY = Handler(_run)
