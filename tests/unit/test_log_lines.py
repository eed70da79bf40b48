"""Everyday lines are written together within a moment; a warning is written at once; nothing is lost or reordered."""

import io
import time

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
