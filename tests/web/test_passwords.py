"""Signing in with a password, setting one, and guessing."""

import re
from urllib.parse import urljoin

import pytest
from commonswatch.context import Context
from commonswatch.models import Account
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

PASSWORD = "five quiet herons wade"


@pytest.fixture
def with_password(signed_in_as) -> FlaskClient:
    client = signed_in_as(email="ada@example.org")
    values = {"new_password": PASSWORD, "new_password_confirm": PASSWORD}
    assert client.post("/account/password", data=values).status_code == 302
    return client


def _sign_in(client: FlaskClient, password: str, email: str = "ada@example.org"):
    return client.post("/sign-in/password", data={"email": email, "password": password})


def test_a_password_set_on_the_account_page_signs_in(app: Flask, with_password, context: Context) -> None:
    with context.database.reading() as session:
        assert session.scalars(select(Account.password)).one().startswith("$argon2id$")
    client = app.test_client()
    assert _sign_in(client, PASSWORD).status_code == 302
    assert client.get("/account/password").status_code == 200


def test_a_wrong_password_and_an_unknown_address_answer_alike(app: Flask, with_password) -> None:
    wrong = _sign_in(app.test_client(), "something else entirely").text
    unknown = _sign_in(app.test_client(), PASSWORD, "nobody@example.org").text
    assert _comparable(wrong) == _comparable(unknown)
    assert 'role="alert"' in wrong


def _comparable(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


def test_a_short_password_is_refused(signed_in_as) -> None:
    answer = signed_in_as().post("/account/password", data={"new_password": "short", "new_password_confirm": "short"})
    assert answer.status_code == 200
    assert 'id="new_password-problem"' in answer.text


def test_guessing_is_stopped_and_the_right_password_waits_too(app: Flask, with_password, context: Context) -> None:
    with context.database.writing() as session:
        session.execute(text("DELETE FROM rate_counters"))
        session.execute(text("UPDATE accounts SET password = NULL"))  # so that each try is quick
    client = app.test_client()
    answers = [_sign_in(client, f"guess {number} of many").status_code for number in range(11)]
    assert answers[:10] == [200] * 10
    assert answers[10] == 429
    stopped = _sign_in(client, PASSWORD)
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert "A link sent by mail still works" in stopped.text


def test_writing_an_address_in_other_letters_gives_no_more_guesses(app: Flask, with_password, context: Context) -> None:
    with context.database.writing() as session:
        session.execute(text("DELETE FROM rate_counters"))
        session.execute(text("UPDATE accounts SET password = NULL"))
    spellings = ["ada@example.org", "ADA@example.org", "ada@ｅxample.org", "ada@eｘample.org", " ada@example.ｏrg"]
    answers = [
        _sign_in(app.test_client(), "something else", spellings[n % len(spellings)]).status_code for n in range(11)
    ]
    assert answers[10] == 429


def test_a_neighbour_in_the_same_network_gives_no_more_guesses(app: Flask, context: Context) -> None:
    for number in range(61):
        answer = app.test_client().post(
            "/sign-in/password",
            data={"email": f"nobody{number}@example.org", "password": ""},
            environ_base={"REMOTE_ADDR": f"2001:db8:1::{number:x}"},
        )
    assert answer.status_code == 429


def test_signing_out_ends_the_session(with_password: FlaskClient) -> None:
    assert with_password.get("/account/password").status_code == 200
    assert with_password.post("/sign-out").status_code == 302
    assert with_password.get("/account/password").status_code == 302


def test_signing_out_ends_the_sessions_of_all_browsers_and_a_kept_cookie_works_no_more(
    app: Flask, with_password: FlaskClient
) -> None:
    other = app.test_client()
    _sign_in(other, PASSWORD)
    with with_password.session_transaction() as kept:
        kept_session = dict(kept)
    answer = with_password.post("/sign-out", follow_redirects=True)
    assert "You are signed out, in all browsers." in answer.text
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(kept_session)
    assert [client.get("/account").status_code for client in (thief, other, with_password)] == [302, 302, 302]
    assert _sign_in(other, PASSWORD).status_code == 302
    assert other.get("/account").status_code == 200


def test_after_signing_in_one_is_not_sent_to_another_site(app: Flask, with_password) -> None:
    values = {"email": "ada@example.org", "password": PASSWORD}
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = app.test_client().post("/sign-in/password", query_string={"next": target}, data=values)
        there = urljoin("https://here.example/", answer.headers.get("Location", "/"))
        assert there.startswith("https://here.example/")


def test_signing_in_leads_to_ones_works_and_a_wrong_password_is_told_in_plain_words(app: Flask, with_password) -> None:
    client = app.test_client()
    assert "Address and password do not fit together" in _sign_in(client, "not the password").text
    assert _sign_in(client, PASSWORD).headers["Location"] == "/start"
