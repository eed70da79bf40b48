"""Hostile bodies: every answer is a problem below 500, nothing is stored, and nothing sent comes back."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.models import Report
from flask.testing import FlaskClient
from sqlalchemy import func, select

MARK = "x7Qz-mark"  # in every body; must be in no answer
GOOD = {"version": 1, "page": "https://sharing.example/a"}
LARGEST = 1024 * 1024


def _with(**other: Any) -> bytes:
    return json.dumps({**GOOD, "dataset": MARK, **other}).encode()


def _raw(field: str) -> bytes:
    return b'{"version":1,"page":"https://sharing.example/a","note":"' + MARK.encode() + b'",' + field.encode() + b"}"


HOSTILE = {
    "malformed": b'{"page": "' + MARK.encode(),
    "empty": b"",
    "wrong top level": f'["{MARK}"]'.encode(),
    "a bare text": f'"{MARK}"'.encode(),
    "not a number": _raw('"version":NaN'),
    "infinity": _raw('"quality":-Infinity'),
    "bad UTF-8": _raw('"dataset":"\\u0020"').replace(MARK.encode(), MARK.encode() + b"\xff\xfe"),
    "UTF-16": json.dumps({**GOOD, "note": MARK}).encode("utf-16"),
    "deep lists": b'{"page":"' + MARK.encode() + b'","media":' + b"[" * 200_000,
    "deep objects": b'{"media":' + b'{"a":' * 150_000,
    "deep and closed": b'{"media":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "repeated keys with a wrong last": _raw('"page":"https://sharing.example/b","page":7'),
    "an unknown field": _with(**{MARK: 1}),
    "an unknown field deep inside": _with(media=[{MARK: MARK}]),
    "many unknown fields": json.dumps({f"{MARK}{n}": n for n in range(40_000)}).encode(),
    "a wrong version": _with(version=2),
    "no version": f'{{"page":"https://sharing.example/{MARK}"}}'.encode(),
    "a boolean as a number": _with(version=True),
    "a text as a number": _with(version="1"),
    "a broken number": _with(version=1.5),
    "a number of 5,000 digits": _raw(f'"version":{"9" * 5000}'),
    "a huge exponent": _raw('"version":1e999999'),
    "NUL": _with(note=f"{MARK}\0"),
    "control characters": _with(dataset=f"{MARK}\x1b[31m"),
    "a C1 control": _with(dataset=f"{MARK}\x85"),
    "a line break in a line": _with(dataset=f"{MARK}\r\nBcc: a@example.org"),
    "half a surrogate": _raw('"dataset":"\\ud800"'),
    "the other half": _raw('"dataset":"\\udc00' + MARK + '"'),
    "another scheme": _with(page=f"javascript:alert('{MARK}')"),
    "a page with blanks": _with(page=f"https://sharing.example/ {MARK}"),
    "a long page": _with(page="https://sharing.example/" + "a" * 2048),
    "a long note": _with(note=MARK * 300),
    "501 media": _with(media=[{"name": MARK}] * 501),
    "201 links": _with(links=[{"url": "https://sharing.example/"}] * 201),
    "a digest of another length": _with(media=[{"sha256": "ab"}]),
    "a digest in capitals": _with(media=[{"pdq": "AB" * 32}]),
    "a quality above 100": _with(media=[{"quality": 101}]),
    "a moment without a zone": _with(observed_at="2026-11-23T12:00:00"),
    "a moment that never was": _with(observed_at="2026-02-30T12:00:00Z"),
    "a moment as a number": _with(observed_at=1),
    "null for a page": _with(page=None),
    "null for a list": _with(media=None),
    "a list for a text": _with(page=[MARK]),
}


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "hostile.sqlite3")
    return f"sqlite:///{tmp_path / 'hostile.sqlite3'}"


@pytest.fixture
def client(context: Context) -> FlaskClient:
    return create_app(context.settings, context).test_client()


def _stored(context: Context) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count(Report.id))) or 0


@pytest.mark.parametrize("path", ["/api/v1/reports", "/api/v1/reports/batch", "/api/v1/devices"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_without_an_echo(
    client: FlaskClient, context: Context, name: str, path: str
) -> None:
    started = time.perf_counter()
    answer = client.post(path, data=HOSTILE[name], content_type="application/json")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert len(answer.data) < 5000
    assert MARK not in answer.text
    assert MARK not in str(answer.headers)
    assert time.perf_counter() - started < 2
    assert _stored(context) == 0


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "a/b"]
)
def test_other_media_types_are_refused(client: FlaskClient, media_type: str) -> None:
    answer = client.post("/api/v1/reports", data=_with(), headers={"Content-Type": media_type})
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_a_body_of_10_mb_is_too_large(client: FlaskClient, context: Context) -> None:
    answer = client.post("/api/v1/reports", data=_with(note="a" * 10_000_000), content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    assert _stored(context) == 0


def test_a_body_that_just_fits_is_read(client: FlaskClient) -> None:
    body = _with().ljust(LARGEST)
    assert client.post("/api/v1/reports", data=body, content_type="application/json").status_code == 202
    assert client.post("/api/v1/reports", data=body + b" ", content_type="application/json").status_code == 413


@pytest.mark.parametrize("key", ["a b", "ü", "a" * 201, "", '"\x7f"'])
def test_keys_that_are_no_keys_are_refused(client: FlaskClient, context: Context, key: str) -> None:
    answer = client.post(
        "/api/v1/reports", data=_with(), content_type="application/json", headers={"Idempotency-Key": key}
    )
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/Idempotency-Key")
    assert _stored(context) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v2/reports",
        "/api/v1/reports/a/b",
        f"/api/{MARK}",
        "/api/%ff",
        f"/api/v1/reports//{MARK}",
        "/api/v1//alerts",
    ],
)
def test_addresses_that_do_not_exist_get_a_problem(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert MARK not in answer.text
    assert path == "/api" or answer.mimetype == "application/problem+json"


def test_a_method_that_does_not_exist_gets_the_ones_that_do(client: FlaskClient) -> None:
    answer = client.put("/api/v1/reports")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]
