"""How the product logs: one JSON object a line on standard error, cleaned of addresses, whoever wrote it."""

import atexit
import contextlib
import logging
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog

_MAIL_ADDRESS = re.compile(r"[^\s<>\"'@/]+@[^\s<>\"'@/]+")
_WEB_ADDRESS = re.compile(r"(https?://)(?:[^\s/@]*@)?([^\s/?#\"']+)[^\s\"']*")
_MOMENT = 0.05  # seconds
_MOST_WAITING = 10_000
_KEPT_WHOLE = frozenset({"level", "timestamp", "route", "method", "request_id"})


def set_up(level: str) -> None:
    """Send everything, our own log and that of libraries, through one cleaning pipeline. ``level`` is a word."""
    number = logging.getLevelName(level.upper())
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_errors,
        clean,
    ]
    lines = Lines(sys.stderr)
    atexit.register(lines.flush)
    global _everyday  # noqa: PLW0603  # where all lines go is one thing for a process, as structlog's own set-up is
    _everyday = lines.info if number <= logging.INFO else _drop
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: lines,
    )
    handler = logging.StreamHandler(sys.stderr)
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[drop, structlog.processors.JSONRenderer()]
        )
    )
    logging.raiseExceptions = False  # or a broken line would spill its arguments
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _drop(_line: str) -> None:
    """Nobody wants to read it."""


_everyday: Callable[[str], None] = _drop


def request(request_id: str, method: str, route: str, status: int, milliseconds: float) -> None:
    """Log one request, as ``info("request", …)`` would: written by hand, since it is a tenth of what a request takes.

    ``method`` and ``route`` are our own words, so there is nothing to clean or to escape.
    """
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    _everyday(
        f'{{"request_id": "{request_id}", "method": "{method}", "route": "{route}", "status": {status}, '
        f'"milliseconds": {milliseconds}, "event": "request", "level": "info", "timestamp": "{moment}"}}'
    )


class Lines:
    """Where structlog writes. Lines of everyday are gathered for a moment and written together; a warning is not.

    A write for each request gives up Python's lock each time: that took a third of the time of a report.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._gathered: deque[str] = deque()
        self._writing = threading.Lock()
        self._some = threading.Event()
        self._writer: threading.Thread | None = None

    def info(self, line: str) -> None:
        """Take one line; it is written within a moment."""
        self._gathered.append(line)
        if len(self._gathered) > _MOST_WAITING:  # whoever reads the log is slow: then so are we
            self.flush()
        elif not self._some.is_set():
            self._wake()

    def warning(self, line: str) -> None:
        """Take one line and write it at once, after those that wait."""
        self._gathered.append(line)
        self.flush()

    debug = msg = info
    error = critical = fatal = warning

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            lines = [self._gathered.popleft() for _ in range(len(self._gathered))]
            if lines:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()

    def _wake(self) -> None:
        self._some.set()
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="log", daemon=True)
            self._writer.start()

    def _write(self) -> None:
        while self._some.wait():
            time.sleep(_MOMENT)
            self._some.clear()
            with contextlib.suppress(OSError, ValueError):  # whoever read it is gone: that must not end the writing
                self.flush()


def name_errors(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the kind of an exception, not its words: they may repeat what somebody sent."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event


def clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take mail addresses out, and leave of web addresses only the host."""
    for name, value in event.items():
        if name not in _KEPT_WHOLE:
            event[name] = _cleaned(value)
    return event


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        if "@" not in value and "://" not in value:
            return value
        return _MAIL_ADDRESS.sub("[address]", _WEB_ADDRESS.sub(r"\1\2/…", value))
    if isinstance(value, (list, tuple)):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    return value
