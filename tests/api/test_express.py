"""A plain report takes a short way around Flask: what comes out must be the same as on the long way."""

import json
from typing import Any

import pytest
from commonswatch.api import express
from commonswatch.context import Context
from commonswatch.models import Report
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

URL = "/api/v1/reports"


@pytest.fixture(params=["short", "long"])
def way(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Which way reports go, and whether each request was answered on the short way."""
    taken: list[bool] = []
    short = app.extensions["commonswatch.api"].extensions["commonswatch.express"]
    original = short.take

    def take(environ: Any) -> Any:
        answer = original(environ) if request.param == "short" else None
        taken.append(answer is not None)
        return answer

    monkeypatch.setattr(short, "take", take)
    taken.append(request.param == "short")
    return taken


def test_both_ways_answer_alike(way: list[bool], client: FlaskClient, report: Any) -> None:
    answer = client.post(URL, json=report(note="one"), headers={"Idempotency-Key": "k1"})
    again = client.post(URL, json=report(note="one"), headers={"Idempotency-Key": "k1"})
    assert way == [way[0]] * 3, "all went the way they should"
    assert answer.status_code == again.status_code == 202
    assert answer.json["receipt"] == again.json["receipt"]
    assert (answer.json["repeated"], again.json["repeated"]) == (False, True)
    assert answer.headers["Location"] == f"{URL}/{answer.json['receipt']}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.content_type == "application/json"


def test_a_report_repeated_on_the_other_way_is_the_same(client: FlaskClient, report: Any, context: Context) -> None:
    first = client.post(URL, json=report(note="x"))
    second = client.post(URL, data=json.dumps(report(note="x")), content_type="application/json; charset=utf-8")
    assert second.json == {**first.json, "repeated": True}
    with context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Report)) == 1


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (415, {"data": "{}", "content_type": "text/plain"}),
        (422, {"data": "{", "content_type": "application/json"}),
        (422, {"data": "[" * 5000, "content_type": "application/json"}),
        (422, {"json": {"version": 1, "page": "https://a.example/", "unknown": 1}}),
        (422, {"json": {"version": 1, "page": "https://a.example/"}, "headers": {"Idempotency-Key": "a b"}}),
        (401, {"json": {"version": 1, "page": "https://a.example/"}, "headers": {"Authorization": "Bearer no"}}),
        (413, {"data": b" " * (2 * 1024 * 1024), "content_type": "application/json"}),
        (405, {"method": "PUT"}),
    ],
)
def test_what_is_not_as_it_should_be_is_told_as_on_the_long_way(
    way: list[bool], client: FlaskClient, status: int, sent: dict[str, Any]
) -> None:
    answer = client.open(URL, **{"method": "POST", **sent})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert way[1:] == [False]


def test_a_conflict_and_a_limit_are_told_on_both_ways(way: list[bool], client: FlaskClient, report: Any) -> None:
    client.post(URL, json=report(note="a"), headers={"Idempotency-Key": "same"})
    assert client.post(URL, json=report(note="b"), headers={"Idempotency-Key": "same"}).status_code == 409
    statuses = [client.post(URL, json=report(note=str(number))).status_code for number in range(40)]
    assert 429 in statuses
    assert statuses == sorted(statuses)


def test_both_ways_are_counted_in_the_numbers(way: list[bool], client: FlaskClient, report: Any) -> None:
    client.post(URL, json=report())
    numbers = client.get("/metrics").text
    assert f'commonswatch_request_seconds_count{{method="POST",route="{express.PATH}",status="202"}} 1.0' in numbers
