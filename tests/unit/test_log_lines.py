"""Everyday lines are written together within a moment; a warning is written at once; nothing is lost or reordered."""

import io
import json
import time
from collections.abc import Callable

import pytest
from commonswatch import logs
from commonswatch.logs import Lines


def test_a_warning_is_written_at_once_after_what_came_before():
    stream = io.StringIO()
    lines = Lines(stream)
    lines.info("first")
    lines.warning("second")
    assert stream.getvalue() == "first\nsecond\n"


def test_an_everyday_line_is_written_within_a_moment():
    stream = io.StringIO()
    lines = Lines(stream)
    for number in range(100):
        lines.info(str(number))
    deadline = time.monotonic() + 5
    while not stream.getvalue().endswith("99\n") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stream.getvalue().split() == [str(number) for number in range(100)]


def test_what_waits_is_bounded():
    stream = io.StringIO()
    lines = Lines(stream)
    for number in range(30_000):
        lines.info(str(number))
    assert stream.getvalue().count("\n") >= 20_000


def test_a_stream_that_breaks_does_not_end_the_writing() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    broken = lines._stream = io.StringIO()
    broken.close()
    lines.info("lost")
    _until(lambda: not lines._gathered)
    lines._stream = stream
    lines.info("kept")
    _until(lambda: stream.getvalue() == "kept\n")


def test_the_line_of_a_request_is_what_the_pipeline_would_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(logs, "_everyday", written.append)
    logs.request("ab" * 16, "GET", "/p/<token>", 200, 1.5)
    told = json.loads(written[0])
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "request_id": "ab" * 16,
        "method": "GET",
        "route": "/p/<token>",
        "status": 200,
        "milliseconds": 1.5,
        "event": "request",
        "level": "info",
    }


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
