"""A creator chooses where works may be recognised: when registering them, and on the page of each."""

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Listing
from commonswatch.models import ListChange, Work
from flask.testing import FlaskClient
from sqlalchemy import func, select


@pytest.fixture
def ada(signed_in_as) -> FlaskClient:
    return signed_in_as(email="ada@example.org")


def _register(client: FlaskClient, **fields: str) -> int:
    data = {"addresses": "https://pictures.example/1.jpg", "form_token": "once", **fields}
    return client.post("/registrations", data=data, content_type="multipart/form-data").status_code


def _work(context: Context) -> Work:
    with context.database.reading() as session:
        return session.scalars(select(Work)).one()


def _notes(context: Context) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ListChange)) or 0


def test_nothing_is_listed_publicly_unless_its_creator_says_so(ada: FlaskClient, context: Context) -> None:
    form = ada.get("/registrations/new").text
    assert 'value="server-only" checked' in form
    assert "cannot be taken back" in form
    assert _register(ada) == 302
    assert _work(context).listing == Listing.SERVER_ONLY
    assert _notes(context) == 0


def test_public_listing_is_chosen_in_the_form_with_its_last_day(ada: FlaskClient, context: Context) -> None:
    assert _register(ada, listing="public", listed_until="2099-12-31") == 302
    work = _work(context)
    assert (work.listing, work.listed_until and work.listed_until.isoformat()) == (
        Listing.PUBLIC,
        "2099-12-31T23:59:59+00:00",
    )
    assert _notes(context) == 1
    shown = ada.get(f"/works/{work.id}").text
    assert "it is listed publicly until 2099-12-31" in shown
    assert 'value="public" checked' in shown


def test_a_wrong_choice_is_explained_and_registers_nothing(ada: FlaskClient, context: Context) -> None:
    assert _register(ada, listing="public", listed_until="1999-01-01") == 400
    assert _register(ada, listing="everywhere") == 400
    with context.database.reading() as session:
        assert session.scalars(select(Work)).all() == []


def test_the_choice_is_changed_on_the_page_of_the_work(ada: FlaskClient, context: Context) -> None:
    _register(ada)
    number = _work(context).id
    answer = ada.post(f"/works/{number}/listing", data={"listing": "public"}, follow_redirects=True)
    assert "it is listed publicly" in answer.text
    assert _work(context).listing == Listing.PUBLIC
    ada.post(f"/works/{number}/listing", data={"listing": "server-only", "listed_until": "2099-01-01"})
    assert (_work(context).listing, _work(context).listed_until) == (Listing.SERVER_ONLY, None)
    answer = ada.post(f"/works/{number}/listing", data={"listing": "public", "listed_until": "x"})
    assert answer.status_code == 400
    assert "is no date" in answer.text


def test_others_cannot_change_it(ada: FlaskClient, context: Context, signed_in_as) -> None:
    _register(ada)
    stranger = signed_in_as(email="bo@example.org")
    assert stranger.post(f"/works/{_work(context).id}/listing", data={"listing": "public"}).status_code == 404
    assert _work(context).listing == Listing.SERVER_ONLY
