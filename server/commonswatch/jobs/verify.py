"""Kinds ``verify`` and ``verify-anonymous``: check one report; its key is the receipt. Two kinds, since each has a
lane of its own: see ``runner.SLOW``."""

from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.services.reporting import reports, verification
from commonswatch.services.upkeep.queue import ClaimedJob


def _run(context: Context, job: ClaimedJob) -> Record:
    with context.database.reading() as session:
        number = reports.number_of(session, job.key)
        task = verification.load(session, context.keyring, number) if number is not None else None
    if task is None:
        return nothing_to_record
    look = verification.examine(task, context.fetcher, context.examine_picture)
    with context.database.reading() as session:
        found = verification.match(session, task, look)

    def record(session: Session, now: datetime) -> str | None:
        return verification.record(session, context.keyring, task, look, found, job.attempts, now)

    return record


VERIFY = Handler(_run)
