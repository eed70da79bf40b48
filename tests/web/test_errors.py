"""Error pages say what to do, and never repeat what was sent."""

import pytest
from commonswatch.domain import errors
from commonswatch.web.frame import policy
from flask import Flask
from flask.testing import FlaskClient

CASES = [
    (errors.NotFound("No such work."), 404),
    (errors.NotAllowed("Not yours."), 403),
    (errors.Conflict("Changed."), 409),
    (errors.InvalidInput("Wrong."), 400),
    (errors.TooMany("Slow down.", 30), 429),
    (errors.RemoteError("They did not answer.", permanent=False), 502),
]


def _raising(app: Flask, error: Exception) -> FlaskClient:
    def view() -> str:
        raise error

    app.add_url_rule("/raise", "raise", policy.public(view))
    return app.test_client()


@pytest.mark.parametrize(("error", "status"), CASES)
def test_expected_errors_have_a_page_of_their_own(app: Flask, error: errors.CommonswatchError, status: int) -> None:
    answer = _raising(app, error).get("/raise")
    assert answer.status_code == status
    assert error.detail in answer.text
    assert "To the first page" in answer.text


def test_too_many_says_when_to_come_back(app: Flask) -> None:
    assert _raising(app, errors.TooMany("Slow down.", 30)).get("/raise").headers["Retry-After"] == "30"


def test_an_unforeseen_error_shows_nothing_of_itself_and_is_logged_without_words(app: Flask, capsys) -> None:
    answer = _raising(app, ValueError("secret of ada@example.org")).get("/raise?token=abc123")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Something went wrong on our side" in answer.text
    logged = "".join(capsys.readouterr())
    assert "ValueError" in logged
    assert "test_errors.py" in logged
    for private in ("secret", "ada@example.org", "abc123"):
        assert private not in logged


def test_an_unknown_page_does_not_repeat_its_address(client: FlaskClient) -> None:
    answer = client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "alert(1)" not in answer.text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "Open the page and use its buttons" in answer.text


def test_a_form_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in/password", data={"email": "x" * (12 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "at most 10 MB" in answer.text


@pytest.mark.parametrize("address", ["/%00", "/%ff%fe", "/cases?page=%00", "/static/../../keys", "/?" + "a" * 5000])
def test_hostile_addresses_are_answered_calmly(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code < 500
