"""The first page, where one lands after signing in, and the order of the menu."""

import re

import filled
from commonswatch.context import Context
from commonswatch.domain.states import Role
from commonswatch.models import Account
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session


def test_the_first_page_says_what_this_is_and_for_whom(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "Learn when your pictures turn up" in page
    for role in ("Creator", "Person shown", "Watcher", "Moderator"):
        assert f">{role}<" in page
    assert 'role="button" href="/sign-in"' in page


def test_whoever_is_signed_in_sees_what_waits_for_them(signed_in_as, moderator: FlaskClient, context: Context) -> None:
    filled.put_case(context)
    page = moderator.get("/").text
    assert "1 case waits for a decision" in page
    assert "Learn when your pictures" not in page
    assert "Learn when your pictures" in moderator.get("/about").text
    creator = signed_in_as().get("/").text
    assert "None registered yet" in creator
    assert "case waits" not in creator
    assert "Before others come" not in creator


def test_the_order_of_the_queue_is_told_alike_everywhere(moderator: FlaskClient, context: Context) -> None:
    filled.put_case(context)
    for address in ("/about", "/cases"):
        assert "Most people affected first, then the oldest." in moderator.get(address).text, address


def test_one_lands_on_the_work_of_ones_role(signed_in_as, moderator: FlaskClient, client: FlaskClient) -> None:
    assert moderator.get("/start").location == "/cases"
    assert signed_in_as().get("/start").location == "/works"
    assert client.get("/start").location == "/sign-in?next=%2Fstart"


def test_an_administrator_sees_what_a_new_installation_lacks_until_it_is_done(
    administrator: FlaskClient, context: Context
) -> None:
    assert administrator.get("/start").location == "/"
    page = administrator.get("/").text
    for words in ("Set a mail server", "Set a password or add a passkey", "Appoint the first moderator"):
        assert f">{words}</a>" in page
    with context.database.writing() as session:
        _finish(context, session)
    page = administrator.get("/").text
    assert "Appoint the first moderator" in page
    assert ">Appoint the first moderator</a>" not in page
    object.__setattr__(context.settings, "smtp_host", "mail.example.org")
    assert "Before others come" not in administrator.get("/").text
    assert administrator.get("/start").location == "/works"


def _finish(context: Context, session: Session) -> None:
    filled.put_account(context, session, "sam@example.org", Role.MODERATOR)
    root = session.scalars(select(Account).where(Account.email == "administrator@example.org")).one()
    root.password = "hash"


def test_moderators_have_the_cases_first(moderator: FlaskClient, signed_in_as) -> None:
    def menu(browser: FlaskClient) -> list[str]:
        page = browser.get("/account").text
        return re.findall(r'<li><a href="/(\w+)"', page[: page.index("</nav>")])

    assert menu(moderator) == [
        "cases",
        "scans",
        "pictures",
        "audit",
        "works",
        "found",
        "datasets",
        "jobs",
        "extension",
        "devices",
        "account",
    ]
    assert menu(signed_in_as()) == ["works", "found", "datasets", "extension", "devices", "account"]
