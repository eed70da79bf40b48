"""How the product logs: one JSON object a line on standard error, cleaned of addresses, whoever wrote it."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_MAIL_ADDRESS = re.compile(r"[^\s<>\"'@/]+@[^\s<>\"'@/]+")
_WEB_ADDRESS = re.compile(r"(https?://)(?:[^\s/@]*@)?([^\s/?#\"']+)[^\s\"']*")
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
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
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
        return _MAIL_ADDRESS.sub("[address]", _WEB_ADDRESS.sub(r"\1\2/…", value))
    if isinstance(value, (list, tuple)):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    return value
