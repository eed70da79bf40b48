"""Accounts: one for each address, roles with a trace, never without an administrator."""

from datetime import datetime

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.states import Channel, Role
from commonswatch.keyring import Keyring
from commonswatch.models import Account, AuditEntry, Person
from commonswatch.services.deciding import audit
from commonswatch.services.membership import accounts
from sqlalchemy import func, select


def test_an_address_has_one_account_however_it_is_written(database: Database, keyring: Keyring, now: datetime) -> None:
    numbers = set()
    for address in ("Ada@Example.org", " ada@example.ORG ", "ada@example.org"):
        with database.writing() as session:
            numbers.add(accounts.find_or_create_account(session, keyring, address, now, name="Ada").id)
    with database.reading() as session:
        account = session.scalars(select(Account)).one()
        assert numbers == {account.id}
        assert accounts.find_account(session, "ADA@example.org") is account
        assert keyring.unseal_text(account.person.address_sealed) == "ada@example.org"
        assert b"ada@" not in account.person.address_sealed
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_somebody_who_was_named_before_signs_up_as_the_same_person(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        person = accounts.find_or_create_person(session, keyring, "bo@example.org", "en", now)
        account = accounts.find_or_create_account(session, keyring, "bo@example.org", now)
        assert account.person_id == person.id
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(
    "text", ["", "ada", "a@b\nBcc: c@d.example", "a@example.org, b@example.org", "a\0@example.org"]
)
def test_what_is_not_one_address_makes_no_account(
    database: Database, keyring: Keyring, now: datetime, text: str
) -> None:
    with pytest.raises(InvalidInput), database.writing() as session:
        accounts.find_or_create_account(session, keyring, text, now)
    with database.reading() as session:
        assert session.scalars(select(Account)).all() == []


def test_roles_are_granted_and_revoked_with_a_trace(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        account = accounts.find_or_create_account(session, keyring, "ada@example.org", now)
        for _ in range(2):
            accounts.grant(session, account, Role.MODERATOR, "system", now)
        assert accounts.has_role(account, Role.MODERATOR)
        accounts.revoke(session, account, Role.MODERATOR, "account:1", now)
        assert not accounts.has_role(account, Role.MODERATOR)
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
            "account.create",
            "role.grant",
            "role.revoke",
        ]
        assert audit.verify(session)[0] == 3


def test_the_last_administrator_stays(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        first, second = (
            accounts.find_or_create_account(session, keyring, f"{name}@example.org", now) for name in ("ada", "bo")
        )
        assert not accounts.administrators_exist(session)
        accounts.grant(session, first, Role.ADMINISTRATOR, "system", now)
        assert accounts.administrators_exist(session)
        with pytest.raises(Conflict):
            accounts.revoke(session, first, Role.ADMINISTRATOR, "system", now)
        accounts.grant(session, second, Role.ADMINISTRATOR, "system", now)
        accounts.revoke(session, first, Role.ADMINISTRATOR, "system", now)
        second.active = False
        session.flush()
        assert not accounts.administrators_exist(session)


def test_a_name_is_kept_on_one_line_without_direction_marks(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        account = accounts.find_or_create_account(session, keyring, "ada@example.org", now)
        accounts.change_profile(session, account, "Ada\r\nBcc: x \u202egnp.exe\0" + "a" * 500, "en", Channel.SITE)
        assert account.name.startswith("Ada Bcc: x gnp.exe a")
        assert len(account.name) == accounts.NAME_LENGTH
        assert account.person.channel == Channel.SITE
