"""Who has a role beside creator: the list an administrator works with. Granting is in ``accounts``."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Role as RoleName
from commonswatch.models import Account, Role

_SHOWN = (RoleName.MODERATOR.value, RoleName.ADMINISTRATOR.value)


def with_roles(session: Session) -> Sequence[Account]:
    """Moderators and administrators, by address."""
    held = Account.roles.any(Role.name.in_(_SHOWN))
    return session.scalars(select(Account).where(held).order_by(Account.email)).all()


def get(session: Session, account_id: int) -> Account:
    """One account; raise NotFound when there is none."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def names(session: Session, account_ids: set[int]) -> dict[int, str]:
    """What to call these accounts: their name, or their address when they gave none."""
    found = session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(account_ids)))
    return {row.id: row.name or row.email for row in found}
