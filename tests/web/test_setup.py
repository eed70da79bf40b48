"""The first administrator."""

from datetime import timedelta

from commonswatch.context import Context
from commonswatch.models import Account, AuditEntry
from commonswatch.services.membership import setup
from flask.testing import FlaskClient
from sqlalchemy import select


def _link(context: Context, age: timedelta = timedelta()) -> str | None:
    with context.database.reading() as session:
        return setup.make_setup_link(session, context.keyring, "", context.now() - age)


def test_the_link_makes_an_administrator_who_is_signed_in(client: FlaskClient, context: Context) -> None:
    link = _link(context)
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    answer = client.post(link, data={"address": "Ada@Example.org", "name": "Ada"}, follow_redirects=True)
    assert "You are the administrator now" in answer.text
    assert client.get("/members").status_code == 200
    assert client.get("/cases").status_code == 200
    with context.database.reading() as session:
        assert [account.email for account in session.scalars(select(Account))] == ["ada@example.org"]
        actions = list(session.scalars(select(AuditEntry.action)))
        assert actions.count("role.grant") == 2


def test_the_link_dies_with_the_first_administrator(app, client: FlaskClient, context: Context) -> None:
    link = _link(context)
    client.post(link, data={"address": "ada@example.org"})
    other = app.test_client()
    assert other.get(link).status_code == 404
    assert other.post(link, data={"address": "eve@example.org"}).status_code == 404
    assert _link(context) is None
    with context.database.reading() as session:
        assert len(session.scalars(select(Account)).all()) == 1


def test_an_old_or_made_up_link_opens_nothing(client: FlaskClient, context: Context) -> None:
    assert client.get(_link(context, timedelta(days=2))).status_code == 404
    assert client.get("/setup/AAAA").status_code == 404
    good = _link(context)
    assert client.get(good[:-1] + ("A" if good[-1] != "A" else "B")).status_code == 404


def test_a_wrong_address_is_named_and_nothing_is_made(client: FlaskClient, context: Context) -> None:
    for address in ("", "nobody", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org"):
        answer = client.post(_link(context), data={"address": address})
        assert answer.status_code == 400
        assert 'id="address-problem"' in answer.text
    with context.database.reading() as session:
        assert session.scalars(select(Account)).all() == []
