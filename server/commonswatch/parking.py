"""Waiting without a thread: plain code that runs on an event loop in a greenlet, and is parked there while it waits.

The bridge starts such code with ``run``; whatever it has to wait for is a ``Signal``. In an ordinary thread (a test
client, another web server) the same signal blocks the thread, so the code in between need not know where it runs.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar, cast

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

Given = ParamSpec("Given")
Result = TypeVar("Result")


class NeedsThread(Exception):
    """What comes next may take long, or wait for something that cannot be parked."""


class _Parkable(greenlet):  # type: ignore[misc]
    """Code that runs on an event loop and may be parked."""


class Signal:
    """Something to wait for, once. Made where it is waited for."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop() if isinstance(getcurrent(), _Parkable) else None
        if self.loop is None:
            self._lock = threading.Lock()  # the cheapest signal between threads
            self._lock.acquire()
        else:
            self._future = self.loop.create_future()

    def wait(self, seconds: float) -> None:
        """Wait until the signal is given, but not longer than this."""
        if self.loop is None:
            self._lock.acquire(timeout=seconds)
        elif (parent := getcurrent().parent) is not None:
            too_long = self.loop.call_later(seconds, self.given)
            parent.switch(self._future)
            too_long.cancel()

    def given(self) -> None:
        """End the waiting; on a loop only from its own thread."""
        if self.loop is None:
            self._lock.release()
        elif not self._future.done():
            self._future.set_result(None)


def need_thread() -> None:
    """Leave the event loop: raise NeedsThread there, so that the whole is begun again in a thread. Else nothing."""
    if isinstance(getcurrent(), _Parkable):
        raise NeedsThread


async def run(function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Run plain code here; whenever it waits for a signal, the loop does other things."""
    code = _Parkable(function)
    told: Any = code.switch(*args, **kwargs)
    while not code.dead:
        try:
            await told
        except asyncio.CancelledError:
            code.throw()
            raise
        told = code.switch()
    return cast("Result", told)


def give(signals: Iterable[Signal]) -> None:
    """Give many signals, from any thread: each loop is woken once for all of them."""
    by_loop: defaultdict[asyncio.AbstractEventLoop | None, list[Signal]] = defaultdict(list)
    for signal in signals:
        by_loop[signal.loop].append(signal)
    for loop, waiting in by_loop.items():
        if loop is None:
            _give_all(waiting)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(_give_all, waiting)


def _give_all(signals: Iterable[Signal]) -> None:
    for signal in signals:
        signal.given()
