"""Accounts, their roles and passkeys, and the links that sign somebody in. The shape Flask-Security expects."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commonswatch.models.base import Base, Data, RowId
from commonswatch.models.person import Person

account_roles = Table(
    "account_roles",
    Base.metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """What an account may do (``domain.states.Role``)."""

    __tablename__ = "roles"

    id: Mapped[RowId]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")


class Account(Base):
    """Somebody who signs in. Who is to be told about their works is the ``person`` behind the account."""

    __tablename__ = "accounts"

    id: Mapped[RowId]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)

    person: Mapped[Person] = relationship()
    roles: Mapped[list[Role]] = relationship(secondary=account_roles, lazy="selectin")
    webauthn: Mapped[list["Passkey"]] = relationship(back_populates="user", cascade="all, delete-orphan")


class Passkey(Base):
    """A passkey of an account."""

    __tablename__ = "passkeys"

    id: Mapped[RowId]
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(Data)
    extensions: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(64))
    create_datetime: Mapped[datetime]
    lastuse_datetime: Mapped[datetime]

    user: Mapped[Account] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """How Flask-Security finds the account of a passkey."""
        return {"id": self.user_id}


class SignInLink(Base):
    """A link sent by mail that signs one address in, once, in the browser that asked."""

    __tablename__ = "sign_in_links"

    id: Mapped[RowId]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    next_page: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_sign_in_links_expires_at", "expires_at"),)
