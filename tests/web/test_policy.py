"""Who may open which page."""

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Role
from commonswatch.models import Account
from flask.testing import FlaskClient
from sqlalchemy import update

MODERATORS = ("/cases", "/audit", "/audit/check", "/jobs")
ADMINISTRATORS = ("/members", "/outbox")


@pytest.mark.parametrize("page", [*MODERATORS, *ADMINISTRATORS])
def test_a_creator_may_not_open_pages_of_others(signed_in_as, page: str) -> None:
    answer = signed_in_as().get(page)
    assert answer.status_code == 403
    assert "Ask an administrator" in answer.text


@pytest.mark.parametrize("page", MODERATORS)
def test_a_moderator_opens_the_pages_of_moderators(moderator: FlaskClient, page: str) -> None:
    assert moderator.get(page).status_code == 200


@pytest.mark.parametrize("page", ADMINISTRATORS)
def test_an_administrator_opens_the_pages_of_administrators(administrator: FlaskClient, page: str) -> None:
    assert administrator.get(page).status_code == 200


def test_an_administrator_is_not_a_moderator_by_that(administrator: FlaskClient) -> None:
    assert administrator.get("/cases").status_code == 403


def test_a_stranger_comes_back_to_the_page_after_signing_in(client: FlaskClient) -> None:
    assert client.get("/cases?state=open").headers["Location"] == "/sign-in?next=%2Fcases"


def test_a_closed_account_is_signed_out_at_once(moderator: FlaskClient, context: Context) -> None:
    assert moderator.get("/cases").status_code == 200
    with context.database.writing() as session:
        session.execute(update(Account).values(active=False))
    assert moderator.get("/cases").status_code == 302


def test_a_role_taken_back_closes_the_page_at_once(moderator: FlaskClient, context: Context) -> None:
    with context.database.writing() as session:
        account = session.get_one(Account, 1)
        account.roles.clear()
    assert moderator.get("/cases").status_code == 403


@pytest.mark.parametrize(
    "proof",
    [
        {"headers": {"Authorization": "Bearer anything"}},
        {"headers": {"Authentication-Token": "anything"}},
        {"query_string": {"auth_token": "anything"}},
    ],
)
def test_a_token_never_opens_a_page(client: FlaskClient, proof: dict) -> None:
    assert client.get("/cases", **proof).status_code == 302


def test_flask_securitys_own_tokens_open_nothing(app, signed_in_as) -> None:
    from commonswatch.web.frame import database
    from commonswatch.web.frame.signed_in import SignedIn

    signed_in_as(Role.MODERATOR)
    with app.test_request_context():
        token = database.asking_session().get(SignedIn, 1).get_auth_token()
    assert app.test_client().get("/cases", headers={"Authentication-Token": token}).status_code == 302


@pytest.mark.parametrize("page", ["/api/v1/alerts", "/api/v1/devices/me"])
def test_a_cookie_opens_nothing_of_the_api(moderator: FlaskClient, page: str) -> None:
    assert moderator.get("/cases").status_code == 200
    assert moderator.get(page).status_code == 401


def test_the_menu_shows_what_one_may_open(client: FlaskClient, moderator: FlaskClient) -> None:
    assert 'href="/cases"' in moderator.get("/").text
    assert 'href="/members"' not in moderator.get("/").text
    assert 'href="/cases"' not in client.get("/").text
