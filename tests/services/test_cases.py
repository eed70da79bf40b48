"""The queue shows what affects most people first; two moderators never decide one case differently."""

import threading
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import CommonswatchError, Conflict, InvalidInput, NotFound
from commonswatch.domain.states import Answer, CaseState, DecisionVerdict, PersonState, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, AuditEntry, Case, Decision, Job, PersonAnswer
from commonswatch.services.deciding import audit, case_queue, cases
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

CONFIRM, DISMISS, REOPEN = DecisionVerdict.CONFIRM, DecisionVerdict.DISMISS, DecisionVerdict.REOPEN


def _moderator(session: Session, keyring: Keyring, now: datetime) -> Account:
    return factories.account(session, keyring, now, roles=("moderator",))


def test_most_people_first_then_the_oldest(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        shown = [factories.person(session, keyring, now) for _ in range(2)]
        unasked = factories.person(session, keyring, now, state=PersonState.INVITED)
        alone = factories.work(session, keyring, now, shown=(unasked,))
        crowded = factories.work(session, keyring, now, shown=tuple(shown))
        young = factories.case(session, now, (alone,))
        old = factories.case(session, now, (alone,), age=timedelta(days=2))
        many = factories.case(session, now, (crowded, alone))
        page = case_queue.queue_page(session)
    assert [line.id for line in page.lines] == [many.id, old.id, young.id]
    assert [(line.people, line.works) for line in page.lines] == [(4, 2), (1, 1), (1, 1)]


def test_a_person_counts_once_and_not_after_answering(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        creator = factories.account(session, keyring, now)
        works = tuple(factories.work(session, keyring, now, creator=creator) for _ in range(3))
        gone = factories.work(session, keyring, now, state=WorkState.WITHDRAWN)
        case = factories.case(session, now, (*works, gone))
        assert cases.people_affected(session, case.id) == 1
        for work in works:
            session.add(
                PersonAnswer(
                    person_id=creator.person_id,
                    work_id=work.id,
                    location_id=case.location_id,
                    answer=Answer.FINE,
                    at=now,
                )
            )
        session.flush()
        assert cases.people_affected(session, case.id) == 0
        assert [line.people for line in case_queue.queue_page(session).lines] == [0]


def test_the_queue_is_paged_filtered_and_counted(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now)
        for _ in range(case_queue.PAGE_SIZE + 3):
            factories.case(session, now, (work,))
        elsewhere = factories.location(session, now)
        elsewhere.site = "data.example"
        other = factories.case(session, now, (work,), at=elsewhere)
        factories.case(session, now, (work,), state=CaseState.DISMISSED)
        first, last = case_queue.queue_page(session), case_queue.queue_page(session, page=99)
        assert (len(first.lines), len(last.lines), last.page, last.pages) == (case_queue.PAGE_SIZE, 4, 2, 2)
        assert first.total == case_queue.PAGE_SIZE + 4
        assert not {line.id for line in first.lines} & {line.id for line in last.lines}
        assert [line.id for line in case_queue.queue_page(session, site="data.example").lines] == [other.id]
        assert case_queue.sites(session) == [("github.com", case_queue.PAGE_SIZE + 3), ("data.example", 1)]
        assert cases.counts(session)[CaseState.DISMISSED] == 1


def test_an_empty_queue_is_one_empty_page(database: Database) -> None:
    with database.reading() as session:
        page = case_queue.queue_page(session)
    assert (page.lines, page.page, page.pages, page.total) == ((), 1, 1, 0)


def test_confirming_is_audited_and_queues_telling_people(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),))
        moderator = _moderator(session, keyring, now)
        cases.decide(session, case.id, moderator, CONFIRM, " It is the same picture. ", 1, now)
    with database.reading() as session:
        decided = cases.get(session, case.id)
        assert (decided.state, decided.version, decided.decided_at) == (CaseState.CONFIRMED, 2, now)
        assert [one.reason for one in decided.decisions] == ["It is the same picture."]
        assert session.scalars(select(Job.kind)).all() == ["notify"]
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor, entry.action) == (f"account:{moderator.id}", "case.confirm")
        assert audit.verify(session)[0] == 1


def test_two_moderators_at_once_make_one_decision(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),))
        moderators = [_moderator(session, keyring, now) for _ in range(2)]
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def decide(moderator: Account, verdict: DecisionVerdict) -> None:
        start.wait()
        try:
            with database.writing() as session:
                cases.decide(session, case.id, moderator, verdict, "because", 1, now)
            outcomes.append("decided")
        except Conflict as conflict:
            outcomes.append(conflict.detail)

    threads = [threading.Thread(target=decide, args=pair) for pair in zip(moderators, (CONFIRM, DISMISS), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Another moderator decided this case meanwhile.", "decided"]
    with database.reading() as session:
        assert len(session.scalars(select(Decision)).all()) == 1
        assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_what_was_found_meanwhile_must_be_looked_at_first(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),))
        case.version = 2
        session.flush()
        with pytest.raises(Conflict, match="Something new was found"):
            cases.decide(session, case.id, _moderator(session, keyring, now), CONFIRM, "yes", 1, now)


def test_reopening_takes_the_decision_back(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        case = factories.case(session, now, (factories.work(session, keyring, now),))
        moderator = _moderator(session, keyring, now)
        for version, verdict in enumerate((DISMISS, REOPEN, CONFIRM, REOPEN), start=1):
            cases.decide(session, case.id, moderator, verdict, "reason", version, now)
        session.expire_all()
        again = session.get_one(Case, case.id)
        assert (again.state, again.version, again.decided_at) == (CaseState.OPEN, 5, None)
        with pytest.raises(Conflict):
            cases.decide(session, case.id, moderator, REOPEN, "reason", 5, now)


@pytest.mark.parametrize(
    ("number", "reason", "error"), [(1, " ", InvalidInput), (1, "x" * 2001, InvalidInput), (999, "x", NotFound)]
)
def test_a_decision_needs_a_reason_and_a_case(
    database: Database, keyring: Keyring, now: datetime, number: int, reason: str, error: type[CommonswatchError]
) -> None:
    with database.writing() as session:
        factories.case(session, now, (factories.work(session, keyring, now),))
        with pytest.raises(error):
            cases.decide(session, number, _moderator(session, keyring, now), DISMISS, reason, 1, now)
        with pytest.raises(NotFound):
            cases.get(session, 999)
