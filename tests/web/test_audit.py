"""The audit log as moderators see it."""

from commonswatch.context import Context
from commonswatch.services.deciding import audit
from flask.testing import FlaskClient
from sqlalchemy import text


def _entries(context: Context, number: int) -> None:
    with context.database.writing() as session:
        for one in range(number):
            audit.record(
                session, "account:1", "case.confirm", f"case:{one}", {"reason": f"because {one}"}, context.now()
            )


def test_an_empty_log_says_so(moderator: FlaskClient) -> None:
    assert "Nothing was decided yet" in moderator.get("/audit").text


def test_the_newest_entries_come_first_in_pages(moderator: FlaskClient, context: Context) -> None:
    _entries(context, 60)
    first, second = moderator.get("/audit").text, moderator.get("/audit?page=2").text
    assert "because 59" in first
    assert "because 9<" not in first
    assert "because 9<" in second
    assert "moderator@example.org" in first
    assert first.index('id="entry-60"') < first.index('id="entry-59"')


def test_the_chain_is_checked_on_demand(moderator: FlaskClient, context: Context) -> None:
    _entries(context, 3)
    assert "3 entries, chain intact." in moderator.get("/audit/check").text
    with context.database.writing() as session:
        session.execute(text("UPDATE audit_entries SET actor = 'account:2' WHERE id = 2"))
    answer = moderator.get("/audit/check")
    assert "The chain does not hold." in answer.text
    assert "Entry 2 " in answer.text
