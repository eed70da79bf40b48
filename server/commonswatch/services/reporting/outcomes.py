"""What became of a report, as far as whoever sent it may know. Taking reports in is in ``reports``.

A report is also a question: are these pictures registered here? That is for their creators to tell. So every checked
report is told alike and equally late, with registered works in it or without, until a moderator confirmed the place.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import CaseState, JobState, ReportOutcome, ReportState
from commonswatch.models import Case, Job, Report

_LONGEST_RECEIPT = 40


@dataclass(frozen=True)
class Outcome:
    """What is told of a report; ``problem`` says why it could not be used."""

    receipt: str
    state: ReportOutcome
    problem: str | None
    received_at: datetime
    checked_at: datetime | None


def outcome(session: Session, receipt: str) -> Outcome:
    """What became of the report with this receipt; raise NotFound, also for what cannot be a receipt."""
    row = session.execute(_OF_REPORT.where(Report.receipt == receipt)).first() if _may_be_one(receipt) else None
    if row is None:
        raise NotFound("There is no such report.")
    told = _told(row)
    return Outcome(
        receipt=receipt,
        state=told,
        problem=row.outcome if told is ReportOutcome.REJECTED else None,
        received_at=row.received_at,
        checked_at=None if told is ReportOutcome.RECEIVED else row.verified_at,
    )


def _may_be_one(receipt: str) -> bool:
    return len(receipt) <= _LONGEST_RECEIPT and receipt.isascii() and receipt.isprintable()


# The check may go on although something was found: telling that at once would tell what was found.
_CHECKING = exists().where(
    Job.kind == "verify", Job.key == Report.receipt, Job.state.in_((JobState.QUEUED, JobState.LEASED))
)
_OF_REPORT = select(
    Report.state,
    Report.outcome,
    Report.received_at,
    Report.verified_at,
    Case.state.label("case_state"),
    Case.decided_at,
    _CHECKING.label("checking"),
).outerjoin(Case, Case.location_id == Report.location_id)


def _told(row: Any) -> ReportOutcome:
    if row.state == ReportState.REJECTED:
        return ReportOutcome.REJECTED
    if row.checking or row.state == ReportState.RECEIVED:
        return ReportOutcome.RECEIVED
    # A place that was confirmed before says nothing about what this report added to it.
    stands = row.decided_at is not None and row.case_state != CaseState.DISMISSED
    if row.state == ReportState.VERIFIED and stands and row.decided_at >= row.received_at:
        return ReportOutcome.CONFIRMED
    return ReportOutcome.CHECKED
