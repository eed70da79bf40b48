"""When: the clock that enqueues regular jobs. It keeps nothing in memory that matters; see ``services.clock``."""

from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from commonswatch.context import Context
from commonswatch.services.upkeep import clock
from commonswatch.services.watching import pace, versions

EVERY = {"purge": timedelta(hours=1)}
"""Kinds of job and how often they are due."""
HEARTBEAT_EVERY = timedelta(seconds=30)
LOOK_EVERY = timedelta(seconds=1)
"""How often it is looked whether the watch list has changed: reading, unless it has."""

_log = structlog.get_logger()


def make_scheduler(context: Context) -> BackgroundScheduler:
    """A scheduler that is not started yet. Missed moments run once, late; the first run is at the start."""
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
    for job, every in EVERY.items():
        _add(scheduler, _tick, every, [context, job, every])
    _add(scheduler, _beat, HEARTBEAT_EVERY, [context])
    _add(scheduler, _look_at_list, LOOK_EVERY, [context])
    return scheduler


def _add(scheduler: BackgroundScheduler, run: object, every: timedelta, arguments: list[object]) -> None:
    seconds = int(every.total_seconds())
    scheduler.add_job(run, "interval", arguments, seconds=seconds, next_run_time=datetime.now(UTC))


def _tick(context: Context, job: str, every: timedelta) -> None:
    try:
        with context.database.writing() as session:
            clock.tick(session, job, every, context.now())
    except SQLAlchemyError as error:
        _log.warning("tick.failed", job=job, error=type(error).__name__)


def _beat(context: Context) -> None:
    try:
        with context.database.writing() as session:
            clock.beat(session, HEARTBEAT_EVERY, context.now())
    except SQLAlchemyError as error:
        _log.warning("heartbeat.failed", error=type(error).__name__)


def _look_at_list(context: Context) -> None:
    try:
        now = context.now()
        recipe = versions.recipe(context.key_folder, now)
        with context.database.reading() as session:
            is_due = pace.is_due(session, recipe, now)
        if is_due:
            with context.database.writing() as session:
                pace.ask(session, now)
    except (SQLAlchemyError, OSError, RuntimeError) as error:
        _log.warning("watch-list.failed", error=type(error).__name__)
