"""People state names and numbers of theirs on their own page, see them there, and take them back."""

import re

import filled
import pytest
from commonswatch.context import Context
from commonswatch.services.telling import people
from flask.testing import FlaskClient


@pytest.fixture
def page(context: Context) -> str:
    with context.database.writing() as session:
        person = filled.put_person(context, session, "bo@example.org")
        session.flush()
        return people.page_link(context.keyring, person, "")


def test_a_name_is_stated_shown_and_taken_back(client: FlaskClient, page: str) -> None:
    answer = client.post(f"{page}/names", data={"kind": "name", "said": "Bo  Example"}, follow_redirects=True)
    assert "<strong>Bo Example</strong>" in answer.text
    number = re.search(r"/names/(\d+)/take-back", answer.text)
    assert number
    assert client.post(f"{page}/names/999/take-back").status_code == 404
    answer = client.post(f"{page}/names/{number[1]}/take-back", follow_redirects=True)
    assert "Bo Example" not in answer.text


def test_what_identifies_nobody_is_refused_with_what_to_write(client: FlaskClient, page: str) -> None:
    answer = client.post(f"{page}/names", data={"kind": "qid", "said": "42"}, follow_redirects=True)
    assert "A number of Wikidata looks like Q42." in answer.text
    assert client.post(f"{page}/names", data={"kind": "face", "said": "x"}).status_code == 400


def test_words_of_strangers_are_shown_as_words(client: FlaskClient, page: str) -> None:
    answer = client.post(f"{page}/names", data={"kind": "name", "said": "<b>Bo</b> Example"}, follow_redirects=True)
    assert "<b>Bo" not in answer.text
    assert "&lt;b&gt;Bo" in answer.text
