"""The page of a person shown, unsubscribing, and the creator's list of what was found."""

import re

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import CaseState, Channel, PersonState
from commonswatch.keyring import Keyring
from commonswatch.models import Person, PersonAnswer, Refusal, Suppression
from commonswatch.services.registering.rows import PersonNamed
from commonswatch.services.telling import naming, people
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories

BO = "bo@example.org"


@pytest.fixture
def invited(context: Context) -> int:
    """Bo was named by Ada in one work that was found at one place; returns Bo's number."""
    now = context.now()
    with context.database.writing() as session:
        ada = factories.account(session, context.keyring, now, address="creator@example.org")
        ada.name = "<b>Ada</b>"
        work = factories.work(session, context.keyring, now, creator=ada, title="A <i>bridge</i>")
        naming.name_people(
            session, context.keyring, ada, [(work.id, PersonNamed("Bo", BO))], context.settings.site, now
        )
        factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        return session.scalars(select(Person.id).where(Person.state == PersonState.INVITED)).one()


def _page(context: Context, person_id: int, kind: str = "p") -> str:
    with context.database.reading() as session:
        person = session.get_one(Person, person_id)
        return (people.page_link if kind == "p" else people.unsubscribe_link)(context.keyring, person, "")


def _state(context: Context, person_id: int) -> tuple[PersonState, Channel]:
    with context.database.reading() as session:
        person = session.get_one(Person, person_id)
        return person.state, person.channel


def test_the_page_says_who_named_you_where_and_changes_nothing_by_being_opened(
    client: FlaskClient, context: Context, invited: int
) -> None:
    page = client.get(_page(context, invited))
    assert page.status_code == 200
    for words in (
        "&lt;b&gt;Ada&lt;/b&gt; named you as “Bo”",
        "A &lt;i&gt;bridge&lt;/i&gt;",
        "Yes, tell me",
        "leave me out",
    ):
        assert words in page.text
    assert "github.com" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    assert _state(context, invited) == (PersonState.INVITED, Channel.MAIL)


def test_after_a_yes_the_page_lists_what_was_found_and_why(client: FlaskClient, context: Context, invited: int) -> None:
    link = _page(context, invited)
    page = client.post(link + "/confirm", data={"language": "en", "channel": "site"}, follow_redirects=True)
    assert _state(context, invited) == (PersonState.CONFIRMED, Channel.SITE)
    for words in ("github.com", "Seen there since", "names the work by its key", "Fine by me", "Not mine"):
        assert words in page.text
    assert "Conditions to check" in page.text
    assert "NC: is the copy offered or used by a company, or for money?" in page.text
    assert 'href="/works/' not in page.text, "those are the creator's pages"
    [(work, location)] = re.findall(
        r'name="work" value="(\d+)"><input type="hidden" name="location" value="(\d+)"', page.text
    )
    place = {"work": work, "location": location}
    answered = client.post(link + "/answers", data={**place, "answer": "fine-by-me"}, follow_redirects=True)
    assert "You said: fine by me" in answered.text
    again = client.post(link + "/answers/take-back", data=place, follow_redirects=True)
    assert "You said" not in again.text
    changed = client.post(link + "/confirm", data={"language": "en", "channel": "mail"}, follow_redirects=True)
    assert "Saved." in changed.text
    assert _state(context, invited) == (PersonState.CONFIRMED, Channel.MAIL)


def test_before_a_yes_nothing_can_be_answered(client: FlaskClient, context: Context, invited: int) -> None:
    data = {"work": "1", "location": "1", "answer": "not-mine"}
    assert client.post(_page(context, invited) + "/answers", data=data).status_code == 404
    with context.database.reading() as session:
        assert session.scalars(select(PersonAnswer)).all() == []


@pytest.mark.parametrize("before", ["invited", "confirmed"])
def test_a_no_deletes_everything_but_a_digest_and_the_link_stays_polite(
    client: FlaskClient, context: Context, invited: int, before: str
) -> None:
    link = _page(context, invited)
    if before == "confirmed":
        client.post(link + "/confirm", data={"language": "en", "channel": "mail"})
    page = client.post(link + "/decline", follow_redirects=True)
    assert page.status_code == 404
    assert "What we knew about you is deleted" in page.text
    with context.database.reading() as session:
        assert session.get(Person, invited) is None
        assert len(session.scalars(select(Refusal)).all()) == 1
    later = client.get(link)
    assert (later.status_code, "nothing behind this link" in later.text) == (404, True)
    for path in ("/confirm", "/decline", "/answers", "/answers/take-back"):
        assert client.post(link + path, data={"language": "en", "channel": "mail"}).status_code in (400, 404)


@pytest.mark.parametrize(
    "data", [{}, {"language": "en"}, {"language": "xx", "channel": "mail"}, {"language": "en", "channel": "pigeon"}]
)
def test_a_choice_that_is_none_is_refused(
    client: FlaskClient, context: Context, invited: int, data: dict[str, str]
) -> None:
    assert client.post(_page(context, invited) + "/confirm", data=data).status_code == 400
    assert _state(context, invited)[0] == PersonState.INVITED


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00", "%F0%9F%98%80", "a" * 5000])
def test_made_up_links_get_the_polite_page(client: FlaskClient, token: str) -> None:
    for path in ("/p/", "/unsubscribe/"):
        page = client.get(path + token)
        assert (page.status_code, "nothing behind this link" in page.text) == (404, True)
    assert client.post("/unsubscribe/" + token).status_code == 404
    assert client.post(f"/p/{token}/decline").status_code == 404


def test_one_click_of_the_mail_program_ends_mail_without_sign_in_or_token(
    app: Flask, context: Context, invited: int
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    link = _page(context, invited, "unsubscribe")
    asked = client.get(link)
    assert "<button>No more mail</button>" in asked.text
    assert _state(context, invited)[1] == Channel.MAIL
    for _ in range(2):
        answer = client.post(
            link, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 200
    assert _state(context, invited) == (PersonState.INVITED, Channel.SITE)
    assert client.post(_page(context, invited) + "/decline").status_code in (400, 403)


def test_a_creator_sees_what_was_found_and_answers(client: FlaskClient, context: Context, signed_in_as) -> None:
    ada = signed_in_as(email="ada@example.org")
    assert "Nothing was found so far" in ada.get("/found").text
    _put_found(context, context.keyring, "ada@example.org")
    page = ada.get("/found")
    assert page.text.count("<article") == 2
    assert page.text.count("Conditions to check") == 2
    assert "violation" not in page.text.lower()
    assert page.text.count('<a href="/works/1">') == 2
    assert page.text.count('<a href="https://www.flickr.com/photos/') == 2
    assert ada.get("/found?site=example.org").text.count("<article") == 1
    assert "Nothing was found on this site" in ada.get("/found?site=other.example").text
    place = {"work": "1", "location": "1"}
    answered = ada.post("/found/answers", data={**place, "answer": "not-mine"}, follow_redirects=True)
    assert "You said: not mine" in answered.text
    with context.database.reading() as session:
        assert len(session.scalars(select(Suppression)).all()) == 1
    assert "You said" not in ada.post("/found/answers/take-back", data=place, follow_redirects=True).text
    bo = signed_in_as(email="bo2@example.org")
    assert bo.post("/found/answers", data={**place, "answer": "not-mine"}).status_code == 404
    for odd in ({}, {"work": "x", "location": "1"}, {"work": "9" * 40, "location": "1"}, {**place, "answer": "odd"}):
        assert ada.post("/found/answers", data=odd).status_code == 400


def _put_found(context: Context, keyring: Keyring, address: str) -> None:
    from commonswatch.services.membership import accounts

    now = context.now()
    with context.database.writing() as session:
        ada = accounts.find_account(session, address)
        assert ada is not None
        work = factories.work(session, keyring, now, creator=ada)
        other = factories.location(session, now, url="https://data.example.org/faces")
        other.site = "example.org"
        factories.case(session, now, (work,), state=CaseState.CONFIRMED)
        factories.case(session, now, (work,), at=other, state=CaseState.CONFIRMED)
