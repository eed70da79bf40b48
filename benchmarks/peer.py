"""How a peer would lay out the same job: Flask, an ORM session, select then insert, on gunicorn's sync workers.

Same table, same validation, same sealing, same queue entry and same durability as the product; no rate limit, which
is to its advantage. ``/batch`` is the same with ``add_all``. Used by ``benchmarks.ingest`` only.
"""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from commonswatch.api.schemas.reports import Batch
from commonswatch.api.schemas.reports import Report as Sent
from commonswatch.db import connect
from commonswatch.domain.states import JobState, ReportState
from commonswatch.keyring import Keyring, new_token
from commonswatch.models import Job, Report
from flask import Flask, request
from pydantic import ValidationError
from sqlalchemy import select

app = Flask(__name__)
database = connect(os.environ["COMMONSWATCH_DATABASE_URL"])
keyring = Keyring.open(Path(os.environ["COMMONSWATCH_HOME"]) / "keys")


@app.errorhandler(ValidationError)
def invalid(_error):
    return {"problem": "invalid"}, 422


@app.post("/api/v1/reports")
def one():
    sent = Sent.model_validate_json(request.get_data())
    report = _report(sent, request.headers["Idempotency-Key"])
    with database.writing_session() as session:
        known = session.scalar(
            select(Report).where(
                Report.reporter == report.reporter, Report.idempotency_digest == report.idempotency_digest
            )
        )
        if known is None:
            session.add(report)
            session.flush()
            session.add(_job(report))
            session.commit()
        return {"receipt": (known or report).receipt}, 202


@app.post("/batch")
def many():
    sent = Batch.model_validate_json(request.get_data())
    reports = [_report(each.report, each.idempotency_key) for each in sent.reports]
    with database.writing_session() as session:
        digests = [report.idempotency_digest for report in reports]
        known = set(
            session.scalars(
                select(Report.idempotency_digest).where(
                    Report.reporter == "anonymous", Report.idempotency_digest.in_(digests)
                )
            )
        )
        new = [report for report in reports if report.idempotency_digest not in known]
        session.add_all(new)
        session.flush()
        session.add_all([_job(report) for report in new])
        session.commit()
        return {"receipts": [report.receipt for report in reports]}


def _report(sent, key) -> Report:
    body = sent.model_dump_json(exclude_none=True).encode()
    return Report(
        receipt=new_token(),
        reporter="anonymous",
        idempotency_digest=keyring.digest("idempotency", key),
        submission_digest=hashlib.sha256(body).digest(),
        submission_sealed=keyring.seal(body),
        state=ReportState.RECEIVED,
        received_at=datetime.now(UTC),
    )


def _job(report: Report) -> Job:
    now = datetime.now(UTC)
    return Job(
        kind="verify",
        key=str(report.id),
        payload={},
        state=JobState.QUEUED,
        run_after=now,
        attempts=0,
        created_at=now,
    )
