"""The application on a migrated SQLite database, and browsers that are signed in."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.domain.states import Role
from commonswatch.models import Account, Person
from commonswatch.models import Role as RoleRow
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> Iterator[str]:
    """Pages are tested on SQLite; the services under them on both databases."""
    path = tmp_path / "commonswatch.sqlite3"
    shutil.copy(migrated_sqlite, path)
    yield f"sqlite:///{path}"


@pytest.fixture
def app(context: Context) -> Flask:
    app = create_app(context.settings, context)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def make_account(context: Context) -> Callable[..., Account]:
    """Put an account with these roles into the database."""
    return lambda *roles, email="ada@example.org": _make_account(context, email, roles)


@pytest.fixture
def signed_in_as(app: Flask, make_account: Callable[..., Account]) -> SignIn:
    """A browser signed in as a new account with these roles."""

    def sign_in(*roles: Role, email: str = "ada@example.org") -> FlaskClient:
        account = make_account(*roles, email=email)
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = account.fs_uniquifier
            session["_fresh"] = True
            session["fs_paa"] = datetime.now(UTC).timestamp()
        return browser

    return sign_in


def _make_account(context: Context, email: str, roles: tuple[Role, ...]) -> Account:
    now = context.now()
    with context.database.writing() as session:
        rows = {role.name: role for role in session.scalars(select(RoleRow))}
        person = Person(
            address_sealed=context.keyring.seal_text(email),
            address_digest=context.keyring.digest("address", email),
            link_nonce=bytes(16),
            created_at=now,
        )
        account = Account(email=email, fs_uniquifier=f"unique-{email}", created_at=now, person=person)
        account.roles = [rows.get(role) or RoleRow(name=role) for role in roles]
        session.add(account)
    return account
