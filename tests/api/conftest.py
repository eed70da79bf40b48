"""What the tests of the JSON door share: a client, a paired device, a report."""

from collections.abc import Callable
from typing import Any

import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.services.membership import accounts, devices
from flask import Flask
from flask.testing import FlaskClient

Report = Callable[..., dict[str, Any]]


@pytest.fixture
def app(context: Context) -> Flask:
    return create_app(context.settings, context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def code(context: Context) -> str:
    """A fresh pairing code of an account."""
    now = context.now()
    with context.database.writing() as session:
        account = accounts.find_or_create_account(session, context.keyring, "ada@example.org", now)
        return devices.make_code(session, context.keyring, account, now)


@pytest.fixture
def token(client: FlaskClient, code: str) -> dict[str, str]:
    """The header of a paired device."""
    answer = client.post("/api/v1/devices", json={"code": code, "name": "Test browser"})
    return {"Authorization": f"Bearer {answer.json['token']}"}


@pytest.fixture
def report() -> Report:
    def make(**other: Any) -> dict[str, Any]:
        return {
            "version": 1,
            "page": "https://sharing.example/dataset/1",
            "media": [{"url": "https://pictures.example/a.jpg", "sha256": "ab" * 32}],
            "links": [{"url": "https://sharing.example/a.zip", "text": "part 1"}],
            **other,
        }

    return make
