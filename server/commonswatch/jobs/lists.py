"""Kinds ``check-lists``: look new works up in the indexes of all manifests; ``forget-work``: take one out of them."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.manifests.kernel import key_digest
from commonswatch.services.scanning import checking, forgetting
from commonswatch.services.upkeep.queue import ClaimedJob

_log = structlog.get_logger()


def _check(context: Context, job: ClaimedJob) -> Record:
    with context.database.reading() as session:
        task = checking.load(session, job.payload)
    secret = checking.index_secret(context.keyring)
    findings = checking.examine(context.settings.home, secret, task, key_digest)
    if findings.damaged:
        _log.warning("index.unreadable", scans=list(findings.damaged))

    def record(session: Session, now: datetime) -> None:
        checking.record(session, findings, now)

    return record


def _forget(context: Context, job: ClaimedJob) -> Record:
    with context.database.reading() as session:
        keys = forgetting.keys_of(session, forgetting.together_with(session, int(job.payload["work"])))
        scan_ids = checking.indexes(session)
    secret = checking.index_secret(context.keyring)
    forgetting.forget_keys(context.settings.home, secret, keys, scan_ids, key_digest)
    return nothing_to_record


CHECK_LISTS = Handler(_check)
FORGET_WORK = Handler(_forget)
