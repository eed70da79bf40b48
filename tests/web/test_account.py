"""The account page and the devices page."""

import html
import re

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Channel
from commonswatch.models import Account, PairingCode
from commonswatch.services.membership import devices
from flask.testing import FlaskClient
from sqlalchemy import select


@pytest.fixture
def ada(signed_in_as) -> FlaskClient:
    return signed_in_as(email="ada@example.org")


def test_name_language_and_channel_are_kept(ada: FlaskClient, context: Context) -> None:
    saved = ada.post(
        "/account", data={"name": "Ada\r\n<b>\u202e", "language": "en", "channel": "site"}, follow_redirects=True
    )
    assert 'value="Ada &lt;b&gt;"' in saved.text
    assert "English" in saved.text
    with context.database.reading() as session:
        account = session.scalars(select(Account)).one()
        assert (account.name, account.person.channel) == ("Ada <b>", Channel.SITE)
    for odd in ({}, {"language": "xx", "channel": "mail"}, {"language": "en", "channel": "owl"}):
        assert ada.post("/account", data=odd).status_code == 400


def test_a_pairing_code_is_shown_once_and_pairs(ada: FlaskClient, context: Context) -> None:
    assert "No device is paired yet" in ada.get("/devices").text
    assert 'href="/extension"' in ada.get("/devices").text
    page = ada.post("/devices/codes").text
    [code] = re.findall(r"<strong>([A-Z0-9]{4}-[A-Z0-9]{4})</strong>", page)
    assert code not in ada.get("/devices").text
    with context.database.writing() as session:
        devices.pair(session, context.keyring, code, "<b>Firefox", context.now())
    shown = ada.get("/devices").text
    assert "&lt;b&gt;Firefox" in shown
    assert "1 device" in shown
    assert "No device is paired yet" in ada.post("/devices/1/revoke", follow_redirects=True).text


def test_the_words_shown_for_programs_pair_one(ada: FlaskClient) -> None:
    page = html.unescape(ada.post("/devices/codes").text)
    address, body = re.search(r"curl \S+(/api/v1/devices) .*?-d '([^']+)'", page, re.DOTALL).groups()
    paired = ada.post(address, data=body, content_type="application/json")
    assert paired.status_code == 201
    alerts = ada.get("/api/v1/alerts", headers={"Authorization": f"Bearer {paired.json['token']}"})
    assert alerts.status_code == 200
    assert "My program" in ada.get("/devices").text


def test_anothers_device_answers_like_an_absent_one(ada: FlaskClient, context: Context, signed_in_as) -> None:
    ada.post("/devices/codes")
    with context.database.writing() as session:
        assert session.scalars(select(PairingCode)).one().account_id == 1
    code = re.findall(r"<strong>([A-Z0-9]{4}-[A-Z0-9]{4})</strong>", ada.post("/devices/codes").text)[0]
    with context.database.writing() as session:
        devices.pair(session, context.keyring, code, "Firefox", context.now())
    bo = signed_in_as(email="bo@example.org")
    assert [bo.post(f"/devices/{number}/revoke").status_code for number in (1, 77)] == [404, 404]
    assert "Firefox" in ada.get("/devices").text
