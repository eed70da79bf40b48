"""The log knows no personal data: no address, no query, no token, whoever writes it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from commonswatch import logs
from commonswatch.context import Context
from commonswatch.services.membership import setup
from flask.testing import FlaskClient


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield capfd
    _written(capfd)
    structlog.reset_defaults()
    root.handlers[:], level = before
    root.setLevel(level)


def _written(logged: pytest.CaptureFixture[str]) -> str:
    structlog.get_config()["logger_factory"]().flush()
    return logged.readouterr().err


def _lines(logged: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in _written(logged).splitlines()]


def test_a_request_is_one_line_with_its_route_and_id(logged, client: FlaskClient) -> None:
    logs.set_up("info")
    answer = client.get("/?secret=1")
    [line] = _lines(logged)
    assert (line["route"], line["method"], line["status"]) == ("/", "GET", 200)
    assert line["request_id"] == answer.headers["X-Request-ID"]


def test_tokens_queries_and_addresses_stay_out(logged, client: FlaskClient, context: Context) -> None:
    logs.set_up("info")
    with context.database.reading() as session:
        link = setup.make_setup_link(session, context.keyring, "", context.now())
    client.get(link)
    client.post(link, data={"address": "ada@example.org", "name": "Ada Example"})
    client.get("/cases?site=private.example", headers={"User-Agent": "agent-x", "Authorization": "Bearer tok-1"})
    client.get("/unknown/path-of-somebody")
    text = _written(logged)
    token = link.rsplit("/", 1)[1]
    for private in (token, "ada@example.org", "Ada", "private.example", "agent-x", "tok-1", "path-of", "127.0.0.1"):
        assert private not in text


def test_what_others_log_is_cleaned_too(logged) -> None:
    logs.set_up("info")
    structlog.get_logger().warning("sent", to="ada@example.org", seen=["https://u:p@host.example/p/tok?q=1"])
    logging.getLogger("library").warning("mail to %s failed", "ada@example.org")
    try:
        raise ValueError("ada@example.org was here")
    except ValueError:
        logging.getLogger("library").exception("broken")
    first, second, third = _lines(logged)
    assert first["to"] == "[address]"
    assert first["seen"] == ["https://host.example/…"]
    assert second["event"] == "mail to [address] failed"
    assert (third["event"], third["error"]) == ("broken", "ValueError")
    assert "was here" not in json.dumps(third)


def test_a_log_that_cannot_be_written_does_not_spill_what_it_was_given(logged) -> None:
    logs.set_up("info")
    logging.getLogger("library").warning("%d letters", "ada@example.org")
    assert "ada@example.org" not in _written(logged)
