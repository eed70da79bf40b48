"""The worker: lanes that work on the queue, and the clock that fills it, until somebody asks it to stop.

workers = Workers(context); workers.start(); …; workers.stop()
"""

import signal
import threading
import time
from collections.abc import Mapping

import structlog

from commonswatch.context import Context
from commonswatch.jobs import HANDLERS, leases, ticks
from commonswatch.jobs.handling import Handler
from commonswatch.jobs.lane import Lane

GRACE = 10.0
"""Seconds jobs have to end when the worker is asked to stop."""
SLOW = ("verify", "verify-anonymous", "examine", "read-lists", "scan")
"""Kinds that wait for other people's servers, or read for hours. Each has a lane of its own: fifty thousand works to be
examined hold up neither the next report nor a sign-in letter, and strangers hold up no paired device."""

_AHEAD = 4

_log = structlog.get_logger()


class Workers:
    """All lanes of one process; start and stop them once. ``threads``: for each lane, instead of the setting."""

    def __init__(
        self, context: Context, handlers: Mapping[str, Handler] = HANDLERS, threads: int | None = None
    ) -> None:
        self._context = context
        size = threads or max(2, context.settings.worker_threads // 2)
        self._lanes = [Lane(context, group, size, _ahead(group)) for group in _grouped(handlers)]

    def start(self) -> None:
        """Free what a killed worker of this machine still held, then begin."""
        with self._context.database.writing() as session:
            leases.free_orphans(session, self._context.now())
        for lane in self._lanes:
            lane.start()

    def wake(self) -> None:
        """Look into the queue now instead of at the next poll."""
        for lane in self._lanes:
            lane.wake()

    def stop(self, timeout: float = GRACE) -> None:
        """Claim nothing more, wait up to ``timeout`` seconds for running jobs, give the rest back."""
        deadline = time.monotonic() + timeout
        for lane in self._lanes:
            lane.claim_no_more()
        for lane in self._lanes:
            lane.end(deadline)


def _ahead(group: Mapping[str, Handler]) -> int:
    """How many jobs are claimed ahead for each thread: none of a slow kind, they would wait where nobody sees them."""
    return 0 if group.keys() & set(SLOW) else _AHEAD


def _grouped(handlers: Mapping[str, Handler]) -> list[dict[str, Handler]]:
    """One group for each slow kind, one for all others."""
    slow = [{kind: handlers[kind]} for kind in SLOW if kind in handlers]
    others = {kind: handler for kind, handler in handlers.items() if kind not in SLOW}
    return [*slow, others] if others else slow


def run_until_stopped(context: Context) -> None:
    """Work on the queue and tick, until SIGTERM or SIGINT; then end what is running and return."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    workers, scheduler = Workers(context), ticks.make_scheduler(context)
    workers.start()
    scheduler.start()
    _log.info("worker.started", threads=context.settings.worker_threads)
    asked.wait()
    scheduler.shutdown(wait=False)
    workers.stop()
    _log.info("worker.stopped")
