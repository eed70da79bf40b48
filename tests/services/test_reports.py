"""Reports are taken in once, counted, answered in order, and never lost or doubled by a repetition."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, TooMany
from commonswatch.domain.states import JobState, ReportState
from commonswatch.keyring import Keyring
from commonswatch.models import Job, RateCounter, Report
from commonswatch.services.reporting import reports
from commonswatch.services.reporting.reports import Answer, Incoming, Receipt
from sqlalchemy import func, select

SOURCE = b"s" * 32


def incoming(key: str, body: bytes = b'{"version":1}', *, source: bytes = SOURCE, limit: int = 100) -> Incoming:
    return Incoming("anonymous", source, key, body, limit)


def _receive(database: Database, keyring: Keyring, now: datetime, *group: Incoming) -> Sequence[Answer]:
    with database.writing() as session:
        return reports.receive(session, keyring, group, now)


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_report_is_stored_sealed_and_queued_for_verification(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    [answer] = _receive(database, keyring, now, incoming("1", b'{"page":"https://pan.baidu.com/s/1x?pwd=abcd"}'))
    assert isinstance(answer, Receipt)
    assert not answer.replayed
    with database.reading() as session:
        row = session.scalars(select(Report)).one()
        job = session.scalars(select(Job)).one()
        assert b"abcd" not in row.submission_sealed
        assert keyring.unseal(row.submission_sealed).startswith(b'{"page"')
        assert (job.kind, job.key, job.state) == ("verify-anonymous", row.receipt, JobState.QUEUED)
        assert (job.payload, job.run_after, job.attempts) == ({}, now, 0)
        assert (row.receipt, row.state, row.received_at) == (answer.receipt, ReportState.RECEIVED, now)


def test_the_same_key_gives_the_same_receipt_and_another_body_a_conflict(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    [first] = _receive(database, keyring, now, incoming("1"))
    again, other = _receive(database, keyring, now, incoming("1"), incoming("1", b"{}"))
    assert isinstance(first, Receipt)
    assert again == Receipt(first.receipt, replayed=True)
    assert isinstance(other, Conflict)
    assert (_count(database, Report), _count(database, Job)) == (1, 1)


def test_a_group_may_hold_the_same_report_twice(database: Database, keyring: Keyring, now: datetime) -> None:
    first, twice, other, last = _receive(
        database, keyring, now, incoming("1"), incoming("1"), incoming("1", b"{}"), incoming("2")
    )
    assert isinstance(first, Receipt)
    assert not first.replayed
    assert twice == Receipt(first.receipt, replayed=True)
    assert isinstance(other, Conflict)
    assert isinstance(last, Receipt)
    assert _count(database, Report) == 2


def test_strangers_with_the_same_key_never_meet(database: Database, keyring: Keyring, now: datetime) -> None:
    mine, theirs = _receive(database, keyring, now, incoming("1"), incoming("1", b"{}", source=b"t" * 32))
    assert isinstance(mine, Receipt)
    assert isinstance(theirs, Receipt)
    assert mine.receipt != theirs.receipt


def test_the_limit_holds_within_a_group_and_over_groups_for_one_hour(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    group = [incoming(str(number), limit=3) for number in range(5)]
    answers = _receive(database, keyring, now, *group, incoming("x", source=b"t" * 32, limit=3))
    assert [type(answer) for answer in answers] == [Receipt, Receipt, Receipt, TooMany, TooMany, Receipt]
    assert isinstance(answers[3], TooMany)
    assert answers[3].retry_after == 3600
    [still] = _receive(database, keyring, now + timedelta(minutes=59), incoming("9", limit=3))
    assert isinstance(still, TooMany)
    assert still.retry_after == 60
    [next_hour] = _receive(database, keyring, now + timedelta(hours=1), incoming("9", limit=3))
    assert isinstance(next_hour, Receipt)


def test_an_anonymous_network_spreads_its_checks_and_a_paired_device_has_a_line_of_its_own(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    _receive(database, keyring, now, incoming("0"))
    device = [Incoming("device:1", b"d" * 32, str(number), b"{}", 600) for number in range(5)]
    _receive(database, keyring, now, *[incoming(str(number)) for number in range(1, 6)], *device)
    other = incoming("x", source=b"t" * 32)
    _receive(database, keyring, now, other)
    with database.reading() as session:
        jobs = session.execute(select(Job.kind, Job.run_after).order_by(Job.kind, Job.run_after)).all()
    waits = [(kind, (run_after - now).total_seconds()) for kind, run_after in jobs]
    assert waits == [("verify", 0.0)] * 5 + [("verify-anonymous", wait) for wait in (0, 0, 0, 0, 40, 80, 120)]


def test_a_repetition_costs_nothing_of_the_limit(database: Database, keyring: Keyring, now: datetime) -> None:
    _receive(database, keyring, now, incoming("1", limit=1))
    again, new = _receive(database, keyring, now, incoming("1", limit=1), incoming("2", limit=1))
    assert isinstance(again, Receipt)
    assert isinstance(new, TooMany)
    with database.reading() as session:
        assert session.scalars(select(RateCounter.count)).all() == [1]


def test_a_limit_of_zero_closes_the_door(database: Database, keyring: Keyring, now: datetime) -> None:
    [answer] = _receive(database, keyring, now, incoming("1", limit=0))
    assert isinstance(answer, TooMany)
    assert _count(database, Report) == 0


def test_the_same_report_sent_at_once_by_many_is_one(database: Database, keyring: Keyring, now: datetime) -> None:
    answers: list[Answer] = []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        answers.extend(_receive(database, keyring, now, *[incoming(str(number)) for number in range(20)]))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == 160
    assert len({answer.receipt for answer in receipts}) == 20
    assert sum(not answer.replayed for answer in receipts) == 20
    assert (_count(database, Report), _count(database, Job)) == (20, 20)
    with database.reading() as session:
        assert session.scalars(select(RateCounter.count)).all() == [20]
