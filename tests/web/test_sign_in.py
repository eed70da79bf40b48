"""Signing in by mail link, as a browser does it."""

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from commonswatch.context import Context
from commonswatch.models import Account, Delivery, SignInLink
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select


def _link(context: Context) -> str:
    with context.database.reading() as session:
        sealed = session.scalars(select(Delivery.letter_sealed).order_by(Delivery.id.desc())).first()
    assert sealed is not None
    link = str(json.loads(context.keyring.unseal_text(sealed))["values"]["link"])
    assert link.startswith(context.settings.site + "/sign-in/")
    return link.removeprefix(context.settings.site)


def _ask(client: FlaskClient, address: str = "ada@example.org", back: str = "") -> None:
    answer = client.post("/sign-in", data={"address": address, "next": back})
    assert (answer.status_code, answer.location) == (302, "/sign-in/sent")


def test_a_mail_link_signs_in_after_its_button_is_pressed(client: FlaskClient, context: Context) -> None:
    _ask(client, back="/devices")
    link = _link(context)
    page = client.get(link)
    assert "<button>Sign in</button>" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/works").status_code == 302
    answer = client.post(link)
    assert (answer.status_code, answer.location) == (302, "/devices")
    assert client.get("/works").status_code == 200
    assert client.post(link).status_code == 410


def test_a_mail_scanner_that_opens_the_link_does_not_use_it_up(
    app: Flask, client: FlaskClient, context: Context
) -> None:
    _ask(client)
    link = _link(context)
    scanner = app.test_client()
    for answer in (scanner.get(link), scanner.head(link), scanner.post(link), client.get(link), client.get(link)):
        assert answer.status_code in (200, 410)
    assert client.post(link).status_code == 302


def test_the_page_is_the_same_for_known_and_unknown_addresses(client: FlaskClient, context: Context) -> None:
    _ask(client)
    client.post(_link(context))
    client.post("/sign-out", follow_redirects=True)
    pages = []
    for address in ("ada@example.org", "stranger@example.org"):
        answer = client.post("/sign-in", data={"address": address}, follow_redirects=True)
        pages.append(re.sub(r'(csrf_token" value=|X-CSRFToken": )"[^"]+"', "", answer.text))
    assert pages[0] == pages[1]
    assert "stranger" not in pages[1]


def test_an_old_link_leads_to_a_page_that_says_what_to_do(client: FlaskClient, context: Context) -> None:
    _ask(client)
    with time_machine.travel(context.now() + timedelta(minutes=11)):
        answer = client.get(_link(context))
    assert answer.status_code == 410
    assert "Ask for a new link" in answer.text


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\r\nSet-Cookie: a=b", "javascript:alert(1)"],
)
def test_a_link_never_leads_to_another_site(client: FlaskClient, context: Context, back: str) -> None:
    asked = client.get("/sign-in", query_string={"next": back})
    assert (asked.status_code, "evil" in asked.text) == (200, False)
    _ask(client, back=back)
    assert client.post(_link(context)).location == "/start"


@pytest.mark.parametrize("address", ["", "ada", "a@example.org\r\nBcc: b@example.org", "a\0@example.org"])
def test_what_is_not_an_address_is_refused_beside_the_field(
    client: FlaskClient, context: Context, address: str
) -> None:
    body = "address=" + quote(address)
    answer = client.post("/sign-in", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert "Bcc" not in answer.text
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInLink)) == 0


def test_one_network_cannot_send_links_to_everybody(client: FlaskClient, context: Context) -> None:
    for number in range(35):
        _ask(client, f"somebody{number}@example.org")
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 30
        assert session.scalars(select(Account)).all() == []
