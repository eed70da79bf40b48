"""One lane of a worker: some threads that work on some kinds of job, so that slow kinds never hold up the others.

A job's effects and its end are one transaction, so a worker may be killed at any moment: what was not recorded is
done again by whoever claims the job next. No session is held while a job acts.
"""

import contextlib
import threading
import time
import traceback
from collections.abc import Mapping
from functools import partial
from queue import SimpleQueue

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.domain.errors import CommonswatchError, Conflict
from commonswatch.jobs import leases
from commonswatch.jobs.handling import Handler, NotNow, Record
from commonswatch.services.upkeep import queue
from commonswatch.services.upkeep.queue import MAX_ATTEMPTS, ClaimedJob

POLL = 0.5
"""Seconds between looks into an empty queue."""
_RENEW_EVERY = queue.LEASE.total_seconds() / 3
_PAUSE_AFTER_TROUBLE = 2.0
_KILLER = "The worker ended abruptly each time it worked on this."

_log = structlog.get_logger()


class Lane:
    """Threads for some kinds of job: one claims them and keeps their leases, ``size`` others act and record.

    ``ahead`` jobs are claimed for each thread beyond the one it does: thousands of letters need fewer transactions.
    """

    def __init__(self, context: Context, handlers: Mapping[str, Handler], size: int, ahead: int = 0) -> None:
        self._context = context
        self._handlers = handlers
        self._size = size
        self._most_held = size * (1 + ahead)
        self._name = leases.new_name()
        self._claimed: SimpleQueue[ClaimedJob | None] = SimpleQueue()  # None: go home
        self._held: dict[int, ClaimedJob] = {}
        self._lock = threading.Lock()
        self._look = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=f"job-{target.__name__}", daemon=True)
            for target in (self._claim_until_stopped, *[self._work] * size)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look into the queue now instead of at the next poll."""
        self._look.set()

    def claim_no_more(self) -> None:
        """Let running jobs end, but begin none."""
        self._stopping.set()
        self.wake()

    def end(self, deadline: float) -> None:
        """Wait for running jobs until ``deadline`` (of ``time.monotonic``); give the rest back to the queue."""
        claimer, *others = self._threads
        claimer.join(max(0.0, deadline - time.monotonic()))
        for _ in others:
            self._claimed.put(None)
        for thread in others:
            thread.join(max(0.0, deadline - time.monotonic()))
        for job in self._jobs_held():
            self._record(job, partial(queue.put_back, job=job, now=self._context.now()))

    def _claim_until_stopped(self) -> None:
        renewed = time.monotonic()
        while not self._stopping.is_set():
            self._look.clear()
            try:
                if time.monotonic() - renewed > _RENEW_EVERY:
                    self._renew()
                    renewed = time.monotonic()
                if not self._claim():
                    self._look.wait(POLL)
            except SQLAlchemyError as error:
                _log.warning("queue.unreachable", error=type(error).__name__)
                self._stopping.wait(_PAUSE_AFTER_TROUBLE)

    def _claim(self) -> bool:
        """Claim as many jobs as threads are free, and some ahead; return whether there were any."""
        held = len(self._jobs_held())
        free = self._most_held - held if held <= self._size else 0
        database, now = self._context.database, self._context.now()
        if free <= 0:
            return False
        with database.reading() as session:
            if not queue.is_due(session, now, self._handlers):
                return False
        with database.writing() as session:
            jobs = queue.claim(session, self._name, now, free, self._handlers)
        for job in jobs:
            with self._lock:
                self._held[job.id] = job
            self._claimed.put(job)
        return bool(jobs)

    def _renew(self) -> None:
        for job in self._jobs_held():
            with contextlib.suppress(Conflict), self._context.database.writing() as session:
                queue.renew(session, job, self._context.now())

    def _work(self) -> None:
        while (job := self._claimed.get()) is not None:
            try:
                self._do(job)
            except SQLAlchemyError as error:  # the lease runs out and somebody tries again
                _log.warning("job.not-recorded", kind=job.kind, job=job.id, error=type(error).__name__)
            finally:
                with self._lock:
                    self._held.pop(job.id, None)
                self.wake()

    def _do(self, job: ClaimedJob) -> None:
        """Act and record one job. Nothing a job does may end its thread."""
        handler = self._handlers[job.kind]
        if job.attempts > max(handler.max_attempts, MAX_ATTEMPTS):
            self._record(job, partial(queue.give_up, job=job, problem=_KILLER, now=self._context.now()))
            return
        try:
            record = handler.run(self._context, job)
            self._record(job, partial(self._finish, job=job, handler=handler, record=record))
        except NotNow:
            self._record(job, partial(queue.step_back, job=job))
        except CommonswatchError as error:
            self._fail(job, handler, error.detail, permanent=getattr(error, "permanent", True))
        except Exception as error:  # noqa: BLE001 - whatever a job does, the others go on
            _log.error("job.failed", kind=job.kind, job=job.id, error=type(error).__name__, at=_place(error))
            self._fail(job, handler, f"Unexpected: {type(error).__name__}", permanent=False)

    def _finish(self, session: Session, job: ClaimedJob, handler: Handler, record: Record) -> None:
        now = self._context.now()
        again = record(session, now)
        if again is None:
            queue.finish(session, job, now)
        else:
            queue.retry_later(session, job, again, now, handler.max_attempts)

    def _fail(self, job: ClaimedJob, handler: Handler, problem: str, *, permanent: bool) -> None:
        attempts = 0 if permanent else handler.max_attempts
        now = self._context.now()
        self._record(job, partial(queue.retry_later, job=job, problem=problem, now=now, max_attempts=attempts))

    def _record(self, job: ClaimedJob, write: "partial[None]") -> None:
        """One transaction; when the lease was lost meanwhile, nothing of it stands."""
        try:
            with self._context.database.writing() as session:
                write(session)
        except Conflict:
            _log.info("job.lease-lost", kind=job.kind, job=job.id)

    def _jobs_held(self) -> list[ClaimedJob]:
        with self._lock:
            return list(self._held.values())


def _place(error: Exception) -> str:
    """Where an error came from. Its words are not logged: they may hold what somebody sent."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"
