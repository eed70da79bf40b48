"""Kind ``notify``: tell everybody concerned by a confirmed case. It only writes; ``deliver`` sends."""

from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record
from commonswatch.services.telling import notifications
from commonswatch.services.upkeep.queue import ClaimedJob


def _run(context: Context, job: ClaimedJob) -> Record:
    def record(session: Session, now: datetime) -> None:
        notifications.notify(session, context.keyring, int(job.payload["case"]), context.settings.site, now)

    return record


NOTIFY = Handler(_run)
