"""Numbers about the web processes and the work waiting in the database, in Prometheus' form. No personal data."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from commonswatch.services.upkeep import numbers, readiness

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_SEVERAL_PROCESSES = "PROMETHEUS_MULTIPROC_DIR"  # set where web processes share their numbers in a folder


def register(app: Flask) -> None:
    """Measure every request; each application has a registry of its own (tests make many)."""
    app.extensions["commonswatch.seconds"] = Histogram(
        "commonswatch_request_seconds",
        "Time to answer, by route.",
        ("method", "route", "status"),
        buckets=_BUCKETS,
        registry=None,
    )
    app.after_request(_measure)


def share(app: Flask, door: Flask) -> None:
    """Count the requests of another door among those of ``app``."""
    door.extensions["commonswatch.seconds"] = app.extensions["commonswatch.seconds"]
    door.after_request(_measure)


def text(session: Session, now: datetime) -> bytes:
    """All numbers: of the requests to every web process, and from the database."""
    registry = CollectorRegistry()
    if _SEVERAL_PROCESSES in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_seconds())
    registry.register(_Things(session, now))
    return generate_latest(registry)


@dataclass(frozen=True)
class _Things(Collector):
    """What is counted in the database when somebody asks."""

    session: Session
    now: datetime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        states = GaugeMetricFamily("commonswatch_things", "Rows by kind and state.", labels=("kind", "state"))
        for kind, counts in numbers.by_state(self.session).items():
            for state, count in counts.items():
                states.add_metric((kind, state), count)
        yield states
        wait = readiness.oldest_wait(self.session, self.now).total_seconds()
        yield GaugeMetricFamily("commonswatch_oldest_job_seconds", "Age of the oldest due job.", value=wait)


def _seconds() -> Histogram:
    return cast("Histogram", current_app.extensions["commonswatch.seconds"])


def _measure(response: Response) -> Response:
    rule, seconds = request.url_rule, time.perf_counter() - g.began
    method, route = (request.method, rule.rule) if rule else ("any", "unknown")
    _seconds().labels(method, route, str(response.status_code)).observe(seconds)
    return response


def count(app: Flask, method: str, route: str, status: int, seconds: float) -> None:
    """Measure a request that Flask did not see."""
    histogram = cast("Histogram", app.extensions["commonswatch.seconds"])
    histogram.labels(method, route, str(status)).observe(seconds)
