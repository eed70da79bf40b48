"""Accounts as Flask-Security wants to see them: the same tables, mapped a second time with its mixins.

So ``models`` knows no Flask. Only Flask-Security uses these classes; doors and services use ``models.Account``.
"""

from datetime import UTC, datetime
from typing import Any

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy.orm import DeclarativeBase, relationship

from commonswatch.models import Account, Base, Passkey, Role
from commonswatch.models.account import account_roles


class SecondMapping(DeclarativeBase):
    """A registry of its own over the tables of ``models``."""

    metadata = Base.metadata


class RoleOfSignedIn(RoleMixin, SecondMapping):
    """A role, with Flask-Security's methods."""

    __table__ = Role.__table__


class PasskeyOfSignedIn(WebAuthnMixin, SecondMapping):
    """A passkey, with Flask-Security's methods."""

    __table__ = Passkey.__table__

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"create_datetime": datetime.now(UTC), **values})

    def get_user_mapping(self) -> dict[str, Any]:
        """How Flask-Security finds the account of a passkey."""
        return {"id": self.user_id}  # type: ignore[attr-defined]


class SignedIn(UserMixin, SecondMapping):
    """An account, with Flask-Security's methods."""

    __table__ = Account.__table__

    roles = relationship(RoleOfSignedIn, secondary=account_roles, lazy="selectin", viewonly=True)
    webauthn = relationship(PasskeyOfSignedIn, cascade="all, delete-orphan", overlaps="user,webauthn")
