"""Pairing codes work once, for ten minutes, with five tries; tokens work until they are revoked."""

from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import NotAllowed, NotFound
from commonswatch.domain.states import Scope
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Device, PairingCode
from commonswatch.services.membership import devices
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories


def _code(session: Session, keyring: Keyring, now: datetime) -> tuple[Account, str]:
    account = factories.account(session, keyring, now)
    return account, devices.make_code(session, keyring, account, now)


def test_a_code_is_taken_as_people_type_it_and_pairs_once(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        account, code = _code(session, keyring, now)
        paired = devices.pair(session, keyring, f" {code.lower().replace('-', ' ')} ", "Firefox", now)
        known = devices.know(session, paired.token, Scope.REPORT_WRITE)
        assert (known.account_id, known.reporter) == (account.id, f"device:{paired.device_id}")
        with pytest.raises(NotFound):
            devices.pair(session, keyring, code, "Firefox", now)


def test_a_code_ends_after_ten_minutes_and_when_a_new_one_is_made(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        account, old = _code(session, keyring, now)
        new = devices.make_code(session, keyring, account, now)
        for code, when in ((old, now), (new, now + devices.CODE_LIFE)):
            with pytest.raises(NotFound):
                devices.pair(session, keyring, code, "Firefox", when)


def test_guessing_is_slowed_down_after_five_tries(database: Database, now: datetime) -> None:
    waits = []
    for _ in range(6):
        with database.writing() as session:
            waits.append(devices.count_try(session, b"n" * 32, now))
    assert waits[:5] == [0] * 5
    assert 0 < waits[5] <= 600
    with database.writing() as session:
        assert devices.count_try(session, b"other".ljust(32), now) == 0
        assert devices.count_try(session, b"n" * 32, now + devices.CODE_LIFE) == 0


def test_neither_code_nor_token_is_in_the_database(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        _, code = _code(session, keyring, now)
        assert code.replace("-", "").encode() not in session.scalars(select(PairingCode.code_digest)).one()
        paired = devices.pair(session, keyring, code, "Firefox", now)
        assert paired.token not in repr(paired)
        assert paired.token.encode() not in session.scalars(select(Device.token_digest)).one()


def test_a_revoked_token_and_one_of_a_closed_account_are_unknown(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        account = factories.account(session, keyring, now)
        device, token = factories.device(session, account, now)
        other, other_token = factories.device(session, account, now, scopes="alert:read")
        with pytest.raises(NotAllowed):
            devices.know(session, other_token, Scope.REPORT_WRITE)
        devices.revoke(session, account.id, device.id, now)
        assert [one.id for one in devices.of_account(session, account.id)] == [other.id]
        account.active = False
        session.flush()
        for unknown in (token, other_token, "", "x\0"):
            with pytest.raises(NotFound):
                devices.know(session, unknown, Scope.ALERT_READ)


def test_nobody_revokes_a_foreign_device(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        owner, stranger = (factories.account(session, keyring, now) for _ in range(2))
        device, token = factories.device(session, owner, now)
        with pytest.raises(NotFound):
            devices.revoke(session, stranger.id, device.id, now)
        assert devices.know(session, token, Scope.ALERT_READ)


def test_the_last_use_is_kept_to_the_day_only(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        device, _ = factories.device(session, factories.account(session, keyring, now), now - timedelta(days=3))
        devices.note_reporter(session, "anonymous", now)
        devices.note_reporter(session, f"device:{device.id}", now)
        session.refresh(device)
        assert device.last_seen == now.replace(hour=0, minute=0)
