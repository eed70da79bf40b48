"""The first administrator of a new installation: a signed link that works while there is none, for a day."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Role as RoleName
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Role
from commonswatch.services.membership import accounts
from commonswatch.services.upkeep.queue import insert_new

LIFETIME = timedelta(days=1)
_PURPOSE = "setup"
_NONCE = b"first administrator"
_ROLES = (RoleName.ADMINISTRATOR, RoleName.MODERATOR)


def make_setup_link(session: Session, keyring: Keyring, site: str, now: datetime) -> str | None:
    """The link that makes the first administrator; None when there is one already."""
    if accounts.administrators_exist(session):
        return None
    token = keyring.link_token(_PURPOSE, int(now.timestamp()), _NONCE)
    return f"{site}/setup/{token}"


def check_setup_link(session: Session, keyring: Keyring, token: str, now: datetime) -> None:
    """Raise NotFound unless the link is ours, is not older than a day, and there is no administrator yet."""
    keyring.check_link(_PURPOSE, token, _NONCE)
    made = datetime.fromtimestamp(keyring.read_link_number(token), UTC)
    if accounts.administrators_exist(session):
        raise NotFound("There is an administrator already. They can appoint others on the page “Members”.")
    if now - made > LIFETIME:
        raise NotFound("This link is older than a day. Run “commonswatch setup-link” for a new one.")


def make_first_administrator(
    session: Session, keyring: Keyring, token: str, address: str, name: str, now: datetime
) -> Account:
    """Make the account of ``address`` administrator and moderator; raise NotFound when the link does not hold.

    Two browsers at once: the row of the role is locked first, so the second sees the first one's administrator.
    """
    session.execute(insert_new(session, Role), [{"name": RoleName.ADMINISTRATOR.value, "description": ""}])
    session.execute(select(Role.id).where(Role.name == RoleName.ADMINISTRATOR.value).with_for_update())
    check_setup_link(session, keyring, token, now)
    account = accounts.find_or_create_account(session, keyring, address, now, name=name)
    for role in _ROLES:
        accounts.grant(session, account, role, "system", now)
    return account
