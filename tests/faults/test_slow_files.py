"""Servers that drip while a file is saved: given up after a stretch of time, not after hours, and what came stays."""

import io
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commonswatch.fetch import Fetcher, FetchFailed, FetchPolicy

from tests.faults.raw_server import RawServer

STRETCH = 0.6
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
ROWS = b"1\thttps://a.example/1.jpg\n" * 100

Script = Callable[[Callable[[float], None]], Iterator[bytes]]


def _save(script: Script, folder: Path, **limits: float) -> tuple[bytes, str, float]:
    """What was written, why it ended, and how long it took."""

    first = iter([True])

    def behave(connection: socket.socket) -> None:
        if next(first, False):  # robots.txt
            connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            return
        for piece in script(server.pause):
            connection.sendall(piece)

    with RawServer(behave, folder) as server:
        policy = FetchPolicy(
            "Commonswatch/test", pace_over=STRETCH, played=server.played, ca_file=server.ca_file, host_delay=0
        )
        into, began = io.BytesIO(), time.monotonic()
        try:
            Fetcher(policy).save("https://slow.example/list.tsv", into, max_bytes=10**8, seconds=limits["seconds"])
            reason = ""
        except FetchFailed as failure:
            reason = failure.reason
        return into.getvalue(), reason, time.monotonic() - began


def drip(pause: Callable[[float], None]) -> Iterator[bytes]:
    yield HEAD + ROWS
    while True:
        pause(0.05)
        yield b"a"


def silence(pause: Callable[[float], None]) -> Iterator[bytes]:
    yield HEAD + ROWS
    pause(60)


def trailers(pause: Callable[[float], None]) -> Iterator[bytes]:
    chunk = b"%x\r\n" % len(ROWS) + ROWS + b"\r\n"
    yield HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n") + chunk + b"0\r\n"
    while True:
        pause(0.01)
        yield b"X: a\r\n"


@pytest.mark.parametrize("script", [drip, silence, trailers])
def test_a_server_that_drips_is_given_up_and_what_came_is_kept(tmp_path: Path, script: Script) -> None:
    written, reason, took = _save(script, tmp_path, seconds=3600)
    assert written.startswith(ROWS)
    assert reason == ("cut-short" if script is silence else "too-slow")
    assert took < 5 * STRETCH + 1


def header_drip(pause: Callable[[float], None]) -> Iterator[bytes]:
    yield HEAD[:-2]
    while True:
        pause(0.05)
        yield b"X: a\r\n"


def test_an_answer_that_never_begins_is_given_up(tmp_path: Path) -> None:
    written, reason, took = _save(header_drip, tmp_path, seconds=3600)
    assert (written, reason) == (b"", "too-slow")
    assert took < 2 * STRETCH + 1


def steady(pause: Callable[[float], None]) -> Iterator[bytes]:
    yield HEAD
    for _ in range(30):
        pause(0.1)
        yield ROWS[:600]


def test_a_slow_server_that_goes_on_has_all_the_time_there_is(tmp_path: Path) -> None:
    written, reason, _ = _save(steady, tmp_path, seconds=60)
    assert (len(written), reason) == (30 * 600, "")
    written, reason, took = _save(steady, tmp_path, seconds=1.2)
    assert (0 < len(written) < 30 * 600, reason) == (True, "too-slow")
    assert took < 3
