"""Limits hold for a device or a network, over all processes, and never know an address."""

from collections.abc import Iterator

import pytest
from commonswatch.api import reads
from commonswatch.app import create_app
from commonswatch.context import Context, open_context
from commonswatch.models import RateCounter
from commonswatch.services.membership import devices
from commonswatch.serving import behind_proxies
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

ALERTS, STATUS, PAIR = "/api/v1/alerts", "/api/v1/reports/nothing", "/api/v1/devices"
MOST = 2 * reads.PORTION
HERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(autouse=True)
def few_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PORTIONS", 2)


@pytest.fixture
def other_process(context: Context) -> Iterator[FlaskClient]:
    """The door as another process has it: the same database and keys, and nothing else in common."""
    opened = open_context(context.settings)
    yield create_app(context.settings, opened).test_client()
    opened.database.engine.dispose()


def _statuses(client: FlaskClient, path: str, times: int, **how: object) -> list[int]:
    return [client.get(path, **how).status_code for _ in range(times)]  # type: ignore[arg-type]


def _is_refusal(answer: TestResponse) -> bool:
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert 1 <= int(answer.headers["Retry-After"]) <= 600
    return True


def test_whoever_asks_too_often_is_told_when_to_come_back(client: FlaskClient) -> None:
    assert set(_statuses(client, STATUS, MOST, environ_base=HERE)) == {404}
    assert _is_refusal(client.get(STATUS, environ_base=HERE))
    assert _is_refusal(client.get(STATUS, environ_base={"REMOTE_ADDR": "192.0.2.200"}))
    assert client.head(STATUS, environ_base=HERE).status_code == 429
    assert client.get(STATUS, environ_base={"REMOTE_ADDR": "192.0.3.7"}).status_code == 404


def test_the_limit_of_reads_holds_over_processes(client: FlaskClient, other_process: FlaskClient) -> None:
    _statuses(client, STATUS, MOST, environ_base=HERE)
    assert _is_refusal(other_process.get(STATUS, environ_base=HERE))


def test_refusing_costs_no_write(client: FlaskClient, context: Context) -> None:
    _statuses(client, STATUS, MOST + 50, environ_base=HERE)
    with context.database.reading() as session:
        assert session.scalars(select(RateCounter.count)).all() == [3]


def test_a_device_counts_for_itself_wherever_it_is(client: FlaskClient, token: dict[str, str]) -> None:
    for number in range(MOST):
        there = {"REMOTE_ADDR": f"10.{number}.0.1"}
        assert client.get(ALERTS, headers=token, environ_base=there).status_code == 200
    assert _is_refusal(client.get(ALERTS, headers=token))
    assert _is_refusal(client.get(PAIR + "/me", headers=token))
    assert client.get(STATUS).status_code == 404
    assert client.delete(PAIR + "/me", headers=token).status_code == 204


def test_tries_to_pair_are_counted_over_processes(client: FlaskClient, other_process: FlaskClient, code: str) -> None:
    wrong = {"code": "AAAA-AAAA"}
    assert [client.post(PAIR, json=wrong).status_code for _ in range(devices.TRIES)] == [404] * devices.TRIES
    assert _is_refusal(other_process.post(PAIR, json={"code": code}))


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.0/24"), ("2001:db8:7:1::9", "2001:db8:7::/48"), ("::ffff:192.0.2.9", "192.0.2.0/24")],
)
def test_counters_know_the_keyed_digest_of_a_network_and_no_address(
    client: FlaskClient, context: Context, address: str, network: str
) -> None:
    client.get(STATUS, environ_base={"REMOTE_ADDR": address})
    with context.database.reading() as session:
        [key] = session.scalars(select(RateCounter.key))
    assert key.split(":")[1] == context.keyring.digest("network", network).hex()
    assert address not in key


def _asked_through(app: Flask, proxies: int, forwarded: str) -> int:
    client = Client(behind_proxies(app, proxies))
    return client.get(STATUS, environ_base=HERE, headers={"X-Forwarded-For": forwarded}).status_code


def test_without_trusted_proxies_a_forwarded_address_is_not_believed(app: Flask) -> None:
    assert {_asked_through(app, 0, f"198.51.{number}.1") for number in range(MOST)} == {404}
    assert _asked_through(app, 0, "203.0.113.1") == 429


def test_behind_a_trusted_proxy_the_address_it_saw_counts_and_nothing_the_caller_made_up(app: Flask) -> None:
    for number in range(MOST):
        assert _asked_through(app, 1, f"10.{number}.0.1, 198.51.100.7") == 404
    assert _asked_through(app, 1, "10.99.0.1, 198.51.100.7") == 429
    assert _asked_through(app, 1, "198.51.101.7") == 404
    assert _asked_through(app, 0, "198.51.100.7") == 404  # the proxy's own network has asked nothing yet
