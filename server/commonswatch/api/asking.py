"""Lookups together: what strangers ask at the same moment is looked up by one thread, in one search and one query.

As reports share a transaction (``intake``), lookups share what costs the same for one or for many. The thread starts
with the first lookup and ends when none has come for a while.
"""

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence

import structlog

from commonswatch import parking
from commonswatch.api import lookups
from commonswatch.api.reads import Reads
from commonswatch.api.schemas.lookups import LookupAnswer, Question
from commonswatch.context import Context
from commonswatch.domain.errors import TooMany
from commonswatch.services.looking_up.lookups import STRANGER

LARGEST_GROUP = 64  # requests
MOST_WAITING = 2000  # requests; more go the long way
MANY = 3  # requests in one group: more are about to come
GATHER_SECONDS = 0.002  # then this is waited for them, so that they share the search and the query
IDLE_SECONDS = 5.0
ANSWER_SECONDS = 30.0

log = structlog.get_logger("commonswatch.api")


class _Waiting:
    """One request, and its answers once there are any; None when it has to go the long way."""

    def __init__(self, questions: Sequence[Question], who: bytes) -> None:
        self.questions = questions
        self.who = who
        self.answers: Sequence[LookupAnswer] | None = None
        self.signal = parking.Signal()


class Asking:
    """The thread of one process that looks up for strangers. ``ask`` may be called from any thread."""

    _change: threading.Condition
    _waiting: deque[_Waiting]
    _thread: threading.Thread | None

    def __init__(self, context: Context, reads: Reads) -> None:
        self._context = context
        self._reads = reads
        self._reset()
        reset = weakref.WeakMethod(self._reset)
        os.register_at_fork(after_in_child=lambda: (again := reset()) and again())

    def ask(self, questions: Sequence[Question], who: bytes) -> Sequence[LookupAnswer] | None:
        """The answers for somebody (a keyed digest, whose read is counted); None: refused, or it failed."""
        waiting = _Waiting(questions, who)
        with self._change:
            if len(self._waiting) >= MOST_WAITING:
                return None
            self._waiting.append(waiting)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="lookups", daemon=True)
                self._thread.start()
            if len(self._waiting) == 1:
                self._change.notify()
        waiting.signal.wait(ANSWER_SECONDS)
        return waiting.answers

    def _reset(self) -> None:
        """Begin with nothing; also in a forked child, where the parent's thread and lock mean nothing."""
        self._change = threading.Condition()
        self._waiting = deque()
        self._thread = None

    def _work(self) -> None:
        while group := self._next_group():
            try:
                self._answer([one for one in group if self._may_ask(one)])
            except Exception as error:  # noqa: BLE001 - each meets it again on the long way, which says so
                log.warning("a group of lookups failed", error=type(error).__name__)
            parking.give(one.signal for one in group)
            if len(group) >= MANY:
                time.sleep(GATHER_SECONDS)

    def _next_group(self) -> list[_Waiting]:
        """What waits now; nothing when the thread is to end."""
        with self._change:
            if not self._change.wait_for(lambda: self._waiting, IDLE_SECONDS):
                self._thread = None
                return []
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_GROUP))]

    def _may_ask(self, one: _Waiting) -> bool:
        try:
            self._reads.count(one.who)
        except TooMany:
            return False
        return True

    def _answer(self, group: Sequence[_Waiting]) -> None:
        every = [question for one in group for question in one.questions]
        if not every:
            return
        answers = lookups.answers(self._context, every, STRANGER)
        start = 0
        for one in group:
            end = start + len(one.questions)
            one.answers, start = answers[start:end], end
