"""A receipt tells what became of a report, and never, before a moderator confirmed it, whether a work is registered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import CaseState, JobState, ReportOutcome, ReportState
from commonswatch.keyring import Keyring
from commonswatch.models import Case, Job, Report
from commonswatch.services.reporting.outcomes import Outcome, outcome
from commonswatch.services.upkeep import queue
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories


def _checked(session: Session, keyring: Keyring, now: datetime, state: ReportState) -> Report:
    report = factories.report(session, keyring, now)
    words = "1 registered work was recognised." if state == ReportState.VERIFIED else "2 could not be read."
    report.state, report.outcome, report.verified_at = state, words, now + timedelta(minutes=1)
    queue.enqueue(session, "verify", report.receipt, {}, now=now)
    session.scalars(select(Job).where(Job.key == report.receipt)).one().state = JobState.DONE
    session.flush()
    return report


def _with_match(session: Session, keyring: Keyring, now: datetime, state: CaseState = CaseState.OPEN) -> Report:
    report = _checked(session, keyring, now, ReportState.VERIFIED)
    work = factories.work(session, keyring, now)
    report.location_id = factories.case(session, now + timedelta(hours=1), (work,), state=state).location_id
    session.flush()
    return report


def _told(session: Session, report: Report) -> Outcome:
    return replace(outcome(session, report.receipt), receipt="")


def test_a_report_with_registered_works_and_one_without_are_told_alike(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        without = _told(session, _checked(session, keyring, now, ReportState.UNMATCHED))
        undecided = _told(session, _with_match(session, keyring, now))
        dismissed = _told(session, _with_match(session, keyring, now, CaseState.DISMISSED))
    assert without == undecided == dismissed
    assert (without.state, without.problem) == (ReportOutcome.CHECKED, None)


@pytest.mark.parametrize("job", [JobState.QUEUED, JobState.LEASED])
def test_what_is_found_early_is_not_told_before_the_check_ends(
    database: Database, keyring: Keyring, now: datetime, job: JobState
) -> None:
    with database.writing() as session:
        found, waiting = _with_match(session, keyring, now), factories.report(session, keyring, now)
        session.scalars(select(Job).where(Job.key == found.receipt)).one().state = job
        session.flush()
        assert _told(session, found) == _told(session, waiting)
        assert _told(session, waiting).state == ReportOutcome.RECEIVED


def test_a_confirmation_is_told_and_stands_while_something_new_is_looked_at(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        report = _with_match(session, keyring, now, CaseState.CONFIRMED)
        assert _told(session, report).state == ReportOutcome.CONFIRMED
        session.scalars(select(Case)).one().state = CaseState.OPEN  # as when another report adds a work
        session.flush()
        assert _told(session, report).state == ReportOutcome.CONFIRMED


def test_a_place_confirmed_before_says_nothing_about_what_a_later_report_adds(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),), state=CaseState.CONFIRMED)
        probe = _checked(session, keyring, now + timedelta(hours=2), ReportState.VERIFIED)
        probe.location_id = case.location_id
        session.flush()
        assert _told(session, probe).state == ReportOutcome.CHECKED


def test_a_report_that_cannot_be_used_is_told_why(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        report = _checked(session, keyring, now, ReportState.REJECTED)
        report.outcome = "The address of the page is not one of the public web."
        session.flush()
        told = _told(session, report)
    assert (told.state, told.problem) == (ReportOutcome.REJECTED, report.outcome)


@pytest.mark.parametrize("receipt", ["", "nonsense\0", "ü", "a" * 5000, "A" * 32, "\ud800"])
def test_an_unknown_receipt_is_not_found(database: Database, receipt: str) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        outcome(session, receipt)
