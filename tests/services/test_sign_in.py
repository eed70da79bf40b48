"""Signing in by mail link: once, ten minutes, the same browser, and nothing to learn about who is known."""

import json
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Delivery, Job, SignInLink
from commonswatch.services.membership import sign_in
from sqlalchemy import func, select

SITE = "https://watch.example"


def _ask(
    database: Database, keyring: Keyring, now: datetime, address: str = "ada@example.org", browser: str = "browser"
) -> None:
    with database.writing() as session:
        sign_in.ask_sign_in(session, keyring, address, browser, SITE, "/works", "en", now)


def _letters(database: Database, keyring: Keyring) -> list[dict[str, object]]:
    with database.reading() as session:
        sealed = session.scalars(select(Delivery.letter_sealed).order_by(Delivery.id)).all()
    return [json.loads(keyring.unseal_text(letter)) for letter in sealed if letter]


def _token(database: Database, keyring: Keyring) -> str:
    values = _letters(database, keyring)[-1]["values"]
    assert isinstance(values, dict)
    return str(values["link"]).removeprefix(SITE + "/sign-in/")


def test_a_link_signs_in_once(database: Database, keyring: Keyring, now: datetime) -> None:
    _ask(database, keyring, now)
    token = _token(database, keyring)
    with database.writing() as session:
        assert sign_in.look_at_link(session, token, "browser", now).next_page == "/works"
        account = sign_in.redeem(session, keyring, token, "browser", now)
        assert (account.email, account.confirmed_at) == ("ada@example.org", now)
    with database.writing() as session, pytest.raises(NotFound):
        sign_in.redeem(session, keyring, token, "browser", now)


def test_looking_does_not_use_a_link_up(database: Database, keyring: Keyring, now: datetime) -> None:
    _ask(database, keyring, now)
    token = _token(database, keyring)
    for _ in range(5):
        with database.reading() as session:
            sign_in.look_at_link(session, token, "browser", now)
    with database.writing() as session:
        sign_in.redeem(session, keyring, token, "browser", now)


def test_another_browser_cannot_use_a_link_nor_use_it_up(database: Database, keyring: Keyring, now: datetime) -> None:
    _ask(database, keyring, now)
    token = _token(database, keyring)
    for other in ("", "another"):
        with database.writing() as session, pytest.raises(NotFound):
            sign_in.redeem(session, keyring, token, other, now)
    with database.writing() as session:
        sign_in.redeem(session, keyring, token, "browser", now)


def test_a_link_ends_after_ten_minutes(database: Database, keyring: Keyring, now: datetime) -> None:
    _ask(database, keyring, now)
    token = _token(database, keyring)
    later = now + timedelta(minutes=10)
    with database.writing() as session, pytest.raises(NotFound):
        sign_in.redeem(session, keyring, token, "browser", later)


def test_an_address_gets_at_most_three_links_in_ten_minutes(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    for browser in "abcde":
        _ask(database, keyring, now, browser=browser)
    _ask(database, keyring, now, address="ADA@example.org")
    assert len(_letters(database, keyring)) == 3
    _ask(database, keyring, now, address="bo@example.org")
    _ask(database, keyring, now + timedelta(minutes=10))
    assert len(_letters(database, keyring)) == 5


def test_known_and_unknown_addresses_are_treated_alike(database: Database, keyring: Keyring, now: datetime) -> None:
    _ask(database, keyring, now)
    with database.writing() as session:
        sign_in.redeem(session, keyring, _token(database, keyring), "browser", now)
    _ask(database, keyring, now)
    _ask(database, keyring, now, address="stranger@example.org")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1
        assert session.scalar(select(func.count()).select_from(SignInLink)) == 3
        assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "deliver")) == 3


def test_neither_token_nor_address_can_be_read_in_the_tables(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    _ask(database, keyring, now)
    token = _token(database, keyring).encode()
    with database.reading() as session:
        link = session.scalars(select(SignInLink)).one()
        delivery = session.scalars(select(Delivery)).one()
        for column in (link.token_digest, link.address_sealed, delivery.letter_sealed, delivery.key.encode()):
            assert token not in (column or b"")
            assert b"ada@" not in (column or b"")


@pytest.mark.parametrize(
    "address", ["", "no address", "a@example.org\r\nBcc: b@example.org", "a@example.org,b@c.example"]
)
def test_what_is_not_one_address_is_refused(database: Database, keyring: Keyring, now: datetime, address: str) -> None:
    with pytest.raises(InvalidInput):
        _ask(database, keyring, now, address)
    assert _letters(database, keyring) == []


def test_a_closed_account_cannot_sign_in(database: Database, keyring: Keyring, now: datetime) -> None:
    for closed in (False, True):
        _ask(database, keyring, now)
        with database.writing() as session:
            if closed:
                session.scalars(select(Account)).one().active = False
                with pytest.raises(NotFound):
                    sign_in.redeem(session, keyring, _token(database, keyring), "browser", now)
            else:
                sign_in.redeem(session, keyring, _token(database, keyring), "browser", now)
