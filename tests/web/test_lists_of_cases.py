"""A case's page shows the lists at its place, has them read, and says what to do where that is not possible."""

from commonswatch.context import Context
from commonswatch.fetch.connectors import closed
from commonswatch.models import Job, Location
from commonswatch.services.reporting import listings
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories


def _case(context: Context, url: str, key: str) -> int:
    with context.database.writing() as session:
        place = factories.location(session, context.now(), url=url, key=key)
        return factories.case(session, context.now(), at=place).id


def test_a_moderator_has_the_lists_of_a_repository_read(moderator: FlaskClient, context: Context) -> None:
    number = _case(context, "https://github.com/example/faces", "github:example/faces")
    assert "No list was read here yet." in moderator.get(f"/cases/{number}").text
    answer = moderator.post(f"/cases/{number}/lists", follow_redirects=True)
    assert "They are looked for now." in answer.text
    assert "They are looked for just now." in answer.text
    with context.database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == "read-lists")).one()
        assert job.payload["urls"] == ["https://github.com/example/faces"]


def test_a_host_that_needs_an_account_says_what_to_do(moderator: FlaskClient, context: Context) -> None:
    number = _case(context, "https://pan.baidu.com/s/1Example001AbCdEfGhIjK", "baidu:Example001AbCdEfGhIjK")
    shown = moderator.get(f"/cases/{number}").text
    assert "without an account of Baidu Pan" in shown
    assert 'href="/scans/new"' in shown
    assert "Look for lists" not in shown


def test_what_to_do_instead_is_said_once(moderator: FlaskClient, context: Context) -> None:
    url = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK"
    number = _case(context, url, "baidu:Example001AbCdEfGhIjK")
    with context.database.writing() as session:
        place = session.scalars(select(Location.id)).one()
        why = closed.words("baidu") or ""
        listings.note_closed(session, context.keyring, place, None, {url: why}, context.now())
    shown = moderator.get(f"/cases/{number}").text
    assert shown.count("upload that as a scan") == 1
    assert 'href="/scans/new"' in shown


def test_others_may_not_have_lists_read(client: FlaskClient, context: Context) -> None:
    number = _case(context, "https://github.com/example/faces", "github:example/faces")
    client.post(f"/cases/{number}/lists")
    with context.database.reading() as session:
        assert session.scalars(select(Job).where(Job.kind == "read-lists")).all() == []
