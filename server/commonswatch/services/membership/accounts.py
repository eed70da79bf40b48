"""Accounts and what they may do: find or create one for a mail address, change its profile, grant and revoke roles.

How somebody proves that an address is theirs is in ``sign_in``.
"""

import secrets
import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from commonswatch.domain.addresses import parse_address
from commonswatch.domain.errors import Conflict
from commonswatch.domain.states import Channel, PersonState
from commonswatch.domain.states import Role as RoleName
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Person, Role
from commonswatch.services.deciding import audit
from commonswatch.services.upkeep.queue import insert_new
from commonswatch.services.words import one_line

NAME_LENGTH = 120


def address_digest(keyring: Keyring, address: str) -> bytes:
    """How an address is recognised without being readable, whether written in capitals or not."""
    return keyring.digest("address", address.lower())


def find_or_create_person(session: Session, keyring: Keyring, address: str, language: str, now: datetime) -> Person:
    """The person behind a normalised address, made when nobody has it yet; two doors at once make one."""
    digest = address_digest(keyring, address)
    row = {
        "address_sealed": keyring.seal_text(address),
        "address_digest": digest,
        "language": language,
        "channel": Channel.MAIL,
        "state": PersonState.UNASKED,
        "link_nonce": secrets.token_bytes(16),
        "created_at": now,
    }
    session.execute(insert_new(session, Person), [row])
    return session.scalars(select(Person).where(Person.address_digest == digest)).one()


def find_account(session: Session, address: str) -> Account | None:
    """The account that signs in with an address. Raise InvalidInput when it is not one mail address."""
    return session.scalars(select(Account).where(Account.email == parse_address(address).lower())).first()


def find_or_create_account(
    session: Session, keyring: Keyring, address: str, now: datetime, name: str = "", language: str = "en"
) -> Account:
    """The account of an address, made when there is none. Raise InvalidInput when it is not one mail address."""
    address = parse_address(address).lower()
    person = find_or_create_person(session, keyring, address, language, now)
    row = {
        "email": address,
        "name": one_line(name, NAME_LENGTH),
        "active": True,
        "fs_uniquifier": uuid.uuid4().hex,
        "created_at": now,
        "person_id": person.id,
    }
    added = session.execute(insert_new(session, Account).returning(Account.id), [row]).first()
    account = session.scalars(select(Account).where(Account.email == address)).one()
    if added is not None:
        audit.record(session, f"account:{account.id}", "account.create", f"account:{account.id}", {}, now)
    return account


def change_profile(session: Session, account: Account, name: str, language: str, channel: Channel) -> None:
    """Set the name shown to people the creator names, the language of mail and pages, and how to be told."""
    account.name = one_line(name, NAME_LENGTH)
    account.person.language = language
    account.person.channel = channel
    session.flush()


def has_role(account: Account, role: RoleName) -> bool:
    """Whether the account may do what ``role`` may do."""
    return any(held.name == role for held in account.roles)


def grant(session: Session, account: Account, role: RoleName, actor: str, now: datetime) -> None:
    """Give an account a role; nothing happens when it has it. ``actor`` is ``account:3`` or ``system``."""
    if has_role(account, role):
        return
    session.execute(insert_new(session, Role), [{"name": role.value, "description": ""}])
    account.roles.append(session.scalars(select(Role).where(Role.name == role.value)).one())
    session.flush()
    audit.record(session, actor, "role.grant", f"account:{account.id}", {"role": role.value}, now)


def revoke(session: Session, account: Account, role: RoleName, actor: str, now: datetime) -> None:
    """Take a role away; raise Conflict for the last administrator, who could never get it back."""
    if not has_role(account, role):
        return
    if role == RoleName.ADMINISTRATOR and not _administrators_beside(session, account):
        raise Conflict("This is the only administrator. Make another account administrator first.")
    account.roles = [held for held in account.roles if held.name != role]
    session.flush()
    audit.record(session, actor, "role.revoke", f"account:{account.id}", {"role": role.value}, now)


def administrators_exist(session: Session) -> bool:
    """Whether any active account is administrator."""
    return bool(session.scalar(select(Account.id).where(_is_administrator()).limit(1)))


def _administrators_beside(session: Session, account: Account) -> bool:
    return bool(session.scalar(select(Account.id).where(_is_administrator(), Account.id != account.id).limit(1)))


def _is_administrator() -> ColumnElement[bool]:
    return and_(Account.active, Account.roles.any(Role.name == RoleName.ADMINISTRATOR.value))
