"""Numbers about the running process and the work waiting in the database, in Prometheus' form. No personal data."""

import time
from datetime import datetime
from typing import cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Gauge, Histogram
from sqlalchemy.orm import Session

from commonswatch.services.upkeep import numbers, readiness

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


def register(app: Flask) -> None:
    """Measure every request; each application has a registry of its own (tests make many)."""
    registry = CollectorRegistry()
    seconds = Histogram(
        "commonswatch_request_seconds",
        "Time to answer, by route.",
        ("method", "route", "status"),
        buckets=_BUCKETS,
        registry=registry,
    )
    states = Gauge("commonswatch_things", "Rows by kind and state.", ("kind", "state"), registry=registry)
    oldest = Gauge("commonswatch_oldest_job_seconds", "Age of the oldest due job.", registry=registry)
    app.extensions["commonswatch.metrics"] = {
        "registry": registry,
        "seconds": seconds,
        "states": states,
        "oldest": oldest,
    }
    app.after_request(_measure)


def share(app: Flask, door: Flask) -> None:
    """Count the requests of another door among those of ``app``."""
    door.extensions["commonswatch.metrics"] = app.extensions["commonswatch.metrics"]
    door.after_request(_measure)


def registry() -> CollectorRegistry:
    """All numbers of this application."""
    return cast("CollectorRegistry", _all()["registry"])


def read_database(session: Session, now: datetime) -> None:
    """Bring the numbers that come from the database up to date."""
    states = cast("Gauge", _all()["states"])
    states.clear()
    for kind, counts in numbers.by_state(session).items():
        for state, count in counts.items():
            states.labels(kind, state).set(count)
    cast("Gauge", _all()["oldest"]).set(readiness.oldest_wait(session, now).total_seconds())


def _all() -> dict[str, object]:
    return cast("dict[str, object]", current_app.extensions["commonswatch.metrics"])


def _measure(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.url_rule else "any"
    seconds = cast("Histogram", _all()["seconds"])
    seconds.labels(method, route, str(response.status_code)).observe(time.perf_counter() - g.began)
    return response
