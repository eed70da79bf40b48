"""Group commit: what waits is written together by one thread, and each request answers after its own commit.

One fsync for many reports: as durable as one transaction each, and much faster (``docs/decisions/0003``). The
thread starts with the first report (making an application starts none) and ends when none has come for a while.
"""

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from commonswatch import parking
from commonswatch.api.problems import Refused
from commonswatch.db import Database
from commonswatch.keyring import Keyring
from commonswatch.services.reporting import reports
from commonswatch.services.reporting.reports import Answer, Incoming

LARGEST_GROUP = 1000  # reports in one transaction: several full batches share one fsync
MOST_WAITING = 2000  # reports that wait; more are sent away
MANY = 4  # requests in one group: more are about to come
GATHER_SECONDS = 0.002  # then this is waited for them, so that they share a transaction
IDLE_SECONDS = 5.0
ANSWER_SECONDS = 30.0

log = structlog.get_logger("commonswatch.api")


class _Waiting:
    """The reports of one request, and their answers once there are any."""

    def __init__(self, reports: Sequence[Incoming]) -> None:
        self.reports = reports
        self._answers: Sequence[Answer] | Exception = TimeoutError("the reports were not written in time")
        self.signal = parking.Signal()

    def answer(self, answers: Sequence[Answer] | Exception) -> None:
        """Keep the answers, or what went wrong, for whoever is woken next."""
        self._answers = answers

    def wait(self) -> Sequence[Answer]:
        """Wait for the answers: in a thread, or parked on the event loop."""
        self.signal.wait(ANSWER_SECONDS)
        if isinstance(self._answers, Exception):
            raise self._answers
        return self._answers


class Intake:
    """The writer of one process. ``submit`` may be called from any thread."""

    _change: threading.Condition
    _waiting: deque[_Waiting]
    _count: int  # reports that wait
    _writer: threading.Thread | None

    def __init__(self, database: Database, keyring: Keyring, now: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._now = now
        self._reset()
        reset = weakref.WeakMethod(self._reset)
        os.register_at_fork(after_in_child=lambda: (again := reset()) and again())

    def submit(self, reports: Sequence[Incoming]) -> Sequence[Answer]:
        """Take reports in and return once they are committed; raise Refused (503) when too many wait already."""
        waiting = _Waiting(reports)
        with self._change:
            if self._count + len(reports) > MOST_WAITING:
                raise Refused(503, "The server is busy. Try again in a few seconds.", headers={"Retry-After": "5"})
            self._waiting.append(waiting)
            self._count += len(reports)
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="intake", daemon=True)
                self._writer.start()
            if len(self._waiting) == 1:
                self._change.notify()
        return waiting.wait()

    def _reset(self) -> None:
        """Begin with nothing; also in a forked child, where the parent's thread and lock mean nothing."""
        self._change = threading.Condition()
        self._waiting = deque()
        self._count = 0
        self._writer = None

    def _write(self) -> None:
        while group := self._next_group():
            try:
                self._receive(group)
            except Exception as error:  # noqa: BLE001 - one bad report must harm nobody else's
                log.warning("a group of reports failed, trying one by one", error=type(error).__name__)
                for waiting in group:
                    self._receive_alone(waiting)
            if len(group) >= MANY:
                time.sleep(GATHER_SECONDS)

    def _next_group(self) -> list[_Waiting]:
        """What waits now, up to ``LARGEST_GROUP`` reports; nothing when the thread is to end."""
        with self._change:
            if not self._change.wait_for(lambda: self._waiting, IDLE_SECONDS):
                self._writer = None
                return []
            group = [self._waiting.popleft()]
            size = len(group[0].reports)
            while self._waiting and size + len(self._waiting[0].reports) <= LARGEST_GROUP:
                group.append(self._waiting.popleft())
                size += len(group[-1].reports)
            self._count -= size
            return group

    def _receive(self, group: Sequence[_Waiting]) -> None:
        """One transaction for the group; only when it is committed does anybody learn of it."""
        together = [report for waiting in group for report in waiting.reports]
        with self._database.turn(), self._database.writing() as session:
            answers = reports.receive(session, self._keyring, together, self._now())
        at = 0
        for waiting in group:
            waiting.answer(answers[at : at + len(waiting.reports)])
            at += len(waiting.reports)
        parking.give(waiting.signal for waiting in group)

    def _receive_alone(self, waiting: _Waiting) -> None:
        try:
            self._receive([waiting])
        except Exception as error:  # noqa: BLE001 - it belongs to the request that waits for it
            waiting.answer(error)
            parking.give([waiting.signal])
