"""Forms from elsewhere are refused."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture
def protected(app: Flask, administrator: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = True
    return administrator


def _token(client: FlaskClient) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/members").text)[1]


def _appoint(client: FlaskClient, token: str = "", **headers: str) -> int:
    values = {"address": "grace@example.org", "role": "moderator", "csrf_token": token}
    return client.post("/members", data=values, headers=headers).status_code


def test_a_form_with_its_token_is_accepted(protected: FlaskClient) -> None:
    assert _appoint(protected, _token(protected)) == 302


def test_htmx_sends_the_token_as_a_header(protected: FlaskClient) -> None:
    assert _appoint(protected, **{"X-CSRFToken": _token(protected), "HX-Request": "true"}) == 302


def test_a_form_without_token_is_refused_and_says_what_to_do(protected: FlaskClient) -> None:
    assert _appoint(protected) == 400
    answer = protected.post("/members", data={"address": "grace@example.org"})
    assert "too old or was not sent from here" in answer.text
    assert "grace@example.org" not in answer.text


def test_the_token_of_another_browser_is_refused(app: Flask, protected: FlaskClient) -> None:
    stranger = app.test_client()
    foreign = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/sign-in/password").text)[1]
    assert _appoint(protected, foreign) == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_the_browser_says_came_from_elsewhere_is_refused(protected: FlaskClient, site: str) -> None:
    assert _appoint(protected, _token(protected), **{"Sec-Fetch-Site": site}) == 403


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("http://localhost", 302), ("null", 302)]
)
def test_older_browsers_are_judged_by_origin(protected: FlaskClient, origin: str, status: int) -> None:
    assert _appoint(protected, _token(protected), Origin=origin) == status


def test_signing_out_needs_the_token_too(protected: FlaskClient) -> None:
    assert protected.post("/sign-out").status_code == 400
    assert protected.get("/members").status_code == 200
