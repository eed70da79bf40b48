"""For whoever runs the site."""

import dataclasses
from datetime import timedelta

from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.domain.states import JobState
from commonswatch.models import Job, Tick
from commonswatch.services.upkeep.readiness import HEARTBEAT
from flask.testing import FlaskClient


def _beat(context: Context, age: timedelta = timedelta()) -> None:
    with context.database.writing() as session:
        session.add(Tick(job=HEARTBEAT, at=context.now() - age))


def test_the_process_says_that_it_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok"


def test_ready_when_everything_holds(client: FlaskClient, context: Context) -> None:
    _beat(context)
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json
    assert set(answer.json) == {"database", "disk", "migrations", "queue", "heartbeat"}


def test_not_ready_when_the_worker_is_silent(client: FlaskClient, context: Context) -> None:
    _beat(context, timedelta(minutes=5))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["heartbeat"] is False


def test_not_ready_when_a_job_is_long_overdue(client: FlaskClient, context: Context) -> None:
    _beat(context)
    past = context.now() - timedelta(minutes=11)
    with context.database.writing() as session:
        row = {"kind": "verify", "key": "1", "payload": {}, "attempts": 0, "created_at": past}
        session.add(Job(state=JobState.QUEUED, run_after=past, **row))
    assert client.get("/readyz").json["queue"] is False


def test_not_ready_without_the_newest_migration(client: FlaskClient, context: Context) -> None:
    with context.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["migrations"] is False


def test_numbers_count_requests_by_route_and_things_by_state(client: FlaskClient) -> None:
    client.get("/")
    client.get("/nothing-here")
    numbers = client.get("/metrics").text
    assert 'commonswatch_request_seconds_count{method="GET",route="/",status="200"} 1.0' in numbers
    assert 'route="unknown",status="404"' in numbers
    assert "nothing-here" not in numbers
    assert "commonswatch_oldest_job_seconds 0.0" in numbers


def test_numbers_are_for_this_machine_only(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_with_a_token_numbers_are_for_whoever_holds_it(context: Context) -> None:
    settings = dataclasses.replace(context.settings, metrics_token="let-me-see")
    client = create_app(settings, dataclasses.replace(context, settings=settings)).test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer let-me-see"}).status_code == 200
