"""The application on a migrated SQLite database, and browsers that are signed in."""

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.domain.states import Role
from flask import Flask
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).parent))
import filled

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """Pages are tested on SQLite; the services under them on both databases."""
    path = tmp_path / "commonswatch.sqlite3"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def app(context: Context) -> Flask:
    app = create_app(context.settings, context)
    app.config.update(WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def signed_in_as(app: Flask, context: Context) -> SignIn:
    """A browser signed in as a new account with these roles."""

    def sign_in(*roles: Role, email: str = "ada@example.org") -> FlaskClient:
        with context.database.writing() as session:
            account = filled.put_account(context, session, email, *roles)
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = account.fs_uniquifier
            session["_fresh"] = True
            session["fs_paa"] = datetime.now(UTC).timestamp()
        return browser

    return sign_in


@pytest.fixture
def moderator(signed_in_as: SignIn) -> FlaskClient:
    return signed_in_as(Role.MODERATOR, email="moderator@example.org")


@pytest.fixture
def administrator(signed_in_as: SignIn) -> FlaskClient:
    return signed_in_as(Role.ADMINISTRATOR, email="administrator@example.org")
