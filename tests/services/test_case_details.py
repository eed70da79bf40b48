"""What a moderator sees beside a case, on both databases."""

import sys
from datetime import datetime
from pathlib import Path

import pytest
from commonswatch.context import Context
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Answer
from commonswatch.models import Account, AuditEntry, PersonAnswer
from commonswatch.services.deciding import audit_log, case_details, cases
from commonswatch.services.membership import members
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
import filled


def test_codes_are_shown_after_the_look_is_written_down(context: Context, now: datetime) -> None:
    number = filled.put_case(context, secret=True)
    with context.database.writing() as session:
        case, moderator = cases.get(session, number), session.get_one(Account, 1)
        assert case_details.places_with_codes(session, case) == {case.location_id}
        codes = case_details.show_access_codes(session, context.keyring, case, moderator, now)
        assert codes == {case.location_id: [filled.SECRET]}
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.actor, entry.action, entry.subject) == ("account:1", "access-code.show", f"case:{number}")


def test_without_codes_there_is_nothing_to_show(context: Context, now: datetime) -> None:
    number = filled.put_case(context)
    with context.database.writing() as session:
        case, moderator = cases.get(session, number), session.get_one(Account, 1)
        assert case_details.places_with_codes(session, case) == set()
        with pytest.raises(NotFound):
            case_details.show_access_codes(session, context.keyring, case, moderator, now)


def test_answers_say_who_by_role_only(context: Context, now: datetime) -> None:
    number = filled.put_case(context, people=1)
    with context.database.writing() as session:
        case = cases.get(session, number)
        work = case.sightings[0].work
        creator = session.get_one(Account, work.creator_id)
        for person in (creator.person_id, work.depictions[0].person_id):
            row = {"work_id": work.id, "location_id": case.location_id, "answer": Answer.FINE, "at": now}
            session.add(PersonAnswer(person_id=person, **row))
        session.flush()
        given = case_details.answers(session, case)
    assert sorted(one.by_creator for one in given) == [False, True]
    assert {one.title for one in given} == {"Work 1000"}


def test_actors_are_called_by_name_or_address(context: Context, now: datetime) -> None:
    with context.database.writing() as session:
        account = filled.put_account(context, session, "ada@example.org", "moderator")
        assert members.names(session, {account.id}) == {account.id: "ada@example.org"}
        account.name = "Ada"
        session.flush()
        assert members.names(session, {account.id}) == {account.id: "Ada"}
        assert [one.email for one in members.with_roles(session)] == ["ada@example.org"]
        assert audit_log.names_of_actors(session, [AuditEntry(actor=f"account:{account.id}")]) == {"account:1": "Ada"}
        assert audit_log.names_of_actors(session, [AuditEntry(actor="system")]) == {}
