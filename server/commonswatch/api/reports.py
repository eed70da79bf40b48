"""/api/v1/reports: take reports in, one or many, and tell what became of one."""

import hashlib
from typing import cast

from flask import Response, current_app
from pydantic import Field

from commonswatch.api.callers import Caller
from commonswatch.api.intake import Intake
from commonswatch.api.operations import EVERYBODY, Access, Complete, Operation, product
from commonswatch.api.schemas.fields import Shape
from commonswatch.api.schemas.reports import (
    Batch,
    BatchTaken,
    IdempotencyKey,
    Outcome,
    Report,
    ReportStatus,
    ReportTaken,
)
from commonswatch.domain.errors import CommonswatchError, TooMany
from commonswatch.domain.states import ReportOutcome, Scope
from commonswatch.services.reporting import outcomes
from commonswatch.services.reporting.reports import Answer, Incoming
from commonswatch.settings import Settings

WORDS = {
    ReportOutcome.RECEIVED: "The report is stored and waits to be checked.",
    ReportOutcome.CHECKED: "The report was checked. If registered works or a copy of a dataset are there, a moderator "
    "decides next.",
    ReportOutcome.CONFIRMED: "A moderator confirmed what was reported. The people concerned are told.",
    ReportOutcome.REJECTED: "The report could not be used.",
}


class ReportHeaders(Shape):
    """Header fields of a report."""

    idempotency_key: IdempotencyKey | None = Field(
        default=None,
        alias="Idempotency-Key",
        description="Sent again with the same key, a report is taken once. Without one, its words are the key.",
    )


def send_report(caller: Caller, headers: ReportHeaders, body: Report) -> Response:
    """Take one report in; answer once it is stored."""
    (answer,) = intake().submit([incoming(product().settings, caller, headers.idempotency_key, body)])
    if isinstance(answer, CommonswatchError):
        raise answer
    told = ReportTaken(receipt=answer.receipt, repeated=answer.replayed)
    where = {"Location": f"/api/v1/reports/{answer.receipt}"}
    return Complete(told.model_dump_json(), 202, where, content_type="application/json")


def send_reports(caller: Caller, body: Batch) -> BatchTaken:
    """Take many reports in, in one transaction; each has its own outcome."""
    limits = product().settings
    sent = [incoming(limits, caller, one.idempotency_key, one.report) for one in body.reports]
    return BatchTaken(outcomes=[_outcome(answer) for answer in intake().submit(sent)])


def report_status(receipt: str) -> ReportStatus:
    """Tell what became of a report to whoever has its receipt."""
    with product().database.reading() as session:
        found = outcomes.outcome(session, receipt)
    return ReportStatus(
        receipt=found.receipt,
        state=found.state,
        words=found.problem or WORDS[found.state],
        received_at=found.received_at,
        checked_at=found.checked_at,
    )


def intake() -> Intake:
    """The writer of this process."""
    return cast("Intake", current_app.extensions["commonswatch.intake"])


def incoming(limits: Settings, caller: Caller, key: str | None, report: Report) -> Incoming:
    """A checked report as it is handed to the intake; without a key, its words are the key."""
    body = report.model_dump_json(exclude_none=True).encode()
    limit = limits.report_limit_device if caller.device else limits.report_limit_anonymous
    return Incoming(caller.reporter, caller.digest, key or "sha256:" + hashlib.sha256(body).hexdigest(), body, limit)


def _outcome(answer: Answer) -> Outcome:
    if not isinstance(answer, CommonswatchError):
        return Outcome(status=202, receipt=answer.receipt, repeated=answer.replayed)
    if isinstance(answer, TooMany):
        return Outcome(status=429, detail=answer.detail, retry_after=answer.retry_after)
    return Outcome(status=409, detail=answer.detail)


_SENDERS = Access(anybody=True, scope=Scope.REPORT_WRITE)
_REFUSALS = (401, 403, 413, 415, 422, 503)

OPERATIONS = (
    Operation(
        method="POST",
        path="/reports",
        summary="Report what was seen on a page",
        access=_SENDERS,
        view=send_report,
        headers=ReportHeaders,
        body=Report,
        told={202: ReportTaken},
        told_headers={"Location": "Where to ask what became of the report."},
        problems=(*_REFUSALS, 409, 429),
    ),
    Operation(
        method="POST",
        path="/reports/batch",
        summary="Report what was seen on up to 100 pages",
        access=_SENDERS,
        view=send_reports,
        body=Batch,
        told={200: BatchTaken},
        problems=_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/reports/{receipt}",
        summary="What became of a report",
        access=EVERYBODY,
        view=report_status,
        told={200: ReportStatus},
        problems=(404, 429),
        limited=True,
    ),
)
