"""Kind ``examine``: fetch and fingerprint one registered work."""

from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, NotNow, Record, nothing_to_record
from commonswatch.services.registering import examination
from commonswatch.services.upkeep.queue import ClaimedJob


def _run(context: Context, job: ClaimedJob) -> Record:
    with context.database.reading() as session:
        task = examination.load(session, int(job.payload["work"]), int(job.payload.get("tries", 0)))
    if task is None:
        return nothing_to_record
    findings = examination.examine(task, context.fetcher, context.examine_picture)
    if findings is None:
        raise NotNow

    def record(session: Session, now: datetime) -> None:
        examination.record(session, task, findings, now)

    return record


EXAMINE = Handler(_run)
