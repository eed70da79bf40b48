"""The HTML door: what it needs once, and one blueprint per page. File name = first part of the address."""

from collections.abc import Callable

from flask import Blueprint, Flask

from commonswatch.context import Context
from commonswatch.web import (
    account,
    audit,
    cases,
    datasets,
    devices,
    extension,
    found,
    health,
    home,
    jobs,
    members,
    metrics,
    outbox,
    p,
    pictures,
    registrations,
    report,
    scans,
    setup,
    sign_in,
    start,
    unsubscribe,
    works,
)
from commonswatch.web.frame import (
    assets,
    csrf,
    database,
    errors,
    filters,
    guessing,
    headers,
    languages,
    navigation,
    pages,
    policy,
    request_log,
    security,
    sessions,
)

_MEGABYTE = 1024 * 1024
LARGEST_FORM = 11 * _MEGABYTE

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    sign_in.blueprint,
    start.blueprint,
    works.blueprint,
    registrations.blueprint,
    found.blueprint,
    datasets.blueprint,
    report.blueprint,
    extension.blueprint,
    p.blueprint,
    unsubscribe.blueprint,
    devices.blueprint,
    account.blueprint,
    cases.blueprint,
    scans.blueprint,
    outbox.blueprint,
    setup.blueprint,
    members.blueprint,
    pictures.blueprint,
    audit.blueprint,
    jobs.blueprint,
    health.blueprint,
)


def observe(door: Flask, app: Flask) -> None:
    """Log and measure the requests of another door together with those of the pages."""
    request_log.register(door)
    metrics.share(app, door)


def noting(app: Flask) -> Callable[[str, str, str, int, float], None]:
    """What logs and measures a request that Flask did not see: request id, method, route, status, seconds."""

    def note(request_id: str, method: str, route: str, status: int, seconds: float) -> None:
        request_log.write(request_id, method, route, status, seconds)
        metrics.count(app, method, route, status, seconds)

    return note


def register(app: Flask) -> None:
    """Put the pages on the application; ``app.extensions['commonswatch']`` holds the context already."""
    context: Context = app.extensions["commonswatch"]
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_FORM, MAX_FORM_MEMORY_SIZE=LARGEST_FORM, MAX_FORM_PARTS=100)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    sessions.register(app, context.settings, context.keyring.session_key)
    for part in (pages, request_log, metrics, database, headers, languages, errors, csrf, guessing):
        part.register(app)
    security.register(app, context.settings, context.keyring)
    for part in (policy, assets, filters, navigation):
        part.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
