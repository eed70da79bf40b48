"""For whoever runs this: is the process alive (/healthz), can it work (/readyz), and numbers (/metrics)."""

import hmac
import shutil

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from commonswatch import schema
from commonswatch.domain.errors import NotFound
from commonswatch.services.upkeep import readiness
from commonswatch.web import metrics
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import public

blueprint = Blueprint("health", __name__)
_LEAST_DISK_FREE = 0.05
_THIS_MACHINE = ("127.0.0.1", "::1")


@blueprint.get("/healthz")
@public
def alive() -> str:
    """The process answers; nothing else is asked."""
    return "ok"


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """200 when all checks hold, 503 with the names of those that do not."""
    checks = {"database": _database_answers(), "disk": _disk_has_room()}
    if checks["database"]:
        checks |= {"migrations": schema.is_current(database.current().database.engine)}
    if checks.get("migrations"):
        checks |= readiness.check(database.session(), database.current().now())
    return jsonify(checks), 200 if all(checks.values()) else 503


@blueprint.get("/metrics")
@public
def numbers() -> Response:
    """Prometheus text. Only this machine, or whoever holds the token, may read it; for others it does not exist."""
    if not _may_read_metrics():
        raise NotFound("There is no such page.")
    text = metrics.text(database.session(), database.current().now())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics() -> bool:
    token = database.current().settings.metrics_token
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return request.remote_addr in _THIS_MACHINE and not _came_through_a_proxy()


def _came_through_a_proxy() -> bool:
    return any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"))


def _database_answers() -> bool:
    try:
        database.session().execute(select(1))
    except SQLAlchemyError:
        return False
    return True


def _disk_has_room() -> bool:
    usage = shutil.disk_usage(database.current().settings.home)
    return usage.free / usage.total > _LEAST_DISK_FREE
