"""Reports exactly as the extension sends them (its tests wrote the files) are taken by the real API."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from flask import Flask
from flask.testing import FlaskClient

PAYLOADS = sorted((Path(__file__).parents[1] / "fixtures" / "payloads").glob("*.json"))


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "contract.sqlite3")
    return f"sqlite:///{tmp_path / 'contract.sqlite3'}"


@pytest.fixture
def app(context: Context) -> Flask:
    return create_app(context.settings, context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _send(client: FlaskClient, body: bytes) -> Any:
    headers = {"Idempotency-Key": "5f0c1f9e-2f0a-4a57-a6a0-3f4fd4a3a0c1"}
    return client.post("/api/v1/reports", data=body, content_type="application/json", headers=headers)


def test_there_are_payloads_of_every_kind() -> None:
    assert {path.stem for path in PAYLOADS} >= {"works", "copies", "access-code", "pictures", "hand-link", "largest"}


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_what_the_extension_sends_is_taken_once(client: FlaskClient, path: Path) -> None:
    answer = _send(client, path.read_bytes().rstrip(b"\n"))
    assert answer.status_code == 202, answer.json
    again = _send(client, path.read_bytes().rstrip(b"\n"))
    assert (again.status_code, again.json) == (202, {"receipt": answer.json["receipt"], "repeated": True})
