"""The real server process against clients that send slowly, endlessly or falsely, and when it is told to end."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HEADER_SECONDS, BODY_SECONDS = 2.0, 3.0
MARGIN = 5.0  # seconds a loaded machine may be late in sending somebody away
EACH = 300
SERVER = f"""
import time
from commonswatch import logs
from commonswatch.app import create_app
from commonswatch.serving import WebServer, end_process
from commonswatch.settings import Settings

settings = Settings.from_env()
logs.set_up("info")  # to stderr: stdout is a pipe that nobody empties
app = create_app(settings)

def door(environ, start_response):
    if environ["PATH_INFO"] == "/takes-a-second":
        time.sleep(1)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]
    return app(environ, start_response)

server = WebServer(door, settings, header_seconds={HEADER_SECONDS}, body_seconds={BODY_SECONDS})
server.run(lambda address: print(address, flush=True))
end_process()
"""
SLOW_HEAD = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nX-Slow: "
SLOW_BODY = (
    b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n"
)
QUICK = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    address: tuple[str, int]

    def dial(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=5)

    def ask(self, request: bytes) -> bytes:
        """Send one request and read until the server closes."""
        with self.dial() as wire:
            wire.sendall(request)
            parts = []
            while part := wire.recv(65536):
                parts.append(part)
            return b"".join(parts)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Server]:
    """One server for all that do not end it."""
    with _running(tmp_path_factory.mktemp("server"), migrated_sqlite) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Server]:
    """A server that a test may end."""
    with _running(tmp_path, migrated_sqlite) as running:
        yield running


@contextlib.contextmanager
def _running(home: Path, empty: Path) -> Iterator[Server]:
    shutil.copy(empty, home / "commonswatch.sqlite3")
    environment = {**os.environ, "COMMONSWATCH_HOME": str(home), "COMMONSWATCH_PORT": "0"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", SERVER], env=environment, stdout=subprocess.PIPE, stderr=log)
    assert process.stdout is not None
    with process.stdout:
        host, port = process.stdout.readline().decode().strip().removeprefix("http://").split(":")
        try:
            yield Server(process, (host, int(port)))
        finally:
            process.terminate()
            process.wait(20)


@dataclass
class SlowClients:
    """Connections that send one byte a second, and when the server ended each."""

    wires: dict[socket.socket, bytes]
    started: float = field(default_factory=time.monotonic)
    ended: dict[bytes, list[float]] = field(default_factory=lambda: {SLOW_HEAD: [], SLOW_BODY: []})
    answers: list[bytes] = field(default_factory=list)
    dripped: float = 0.0

    def drip(self) -> None:
        """Send the next byte when a second has passed; notice who was sent away."""
        if time.monotonic() - self.dripped < 1:
            return
        self.dripped = time.monotonic()
        with selectors.DefaultSelector() as selector:
            for wire in self.wires:
                selector.register(wire, selectors.EVENT_READ)
            for key, _ in selector.select(0):
                self._end(key.fileobj)  # type: ignore[arg-type]
        for wire in self.wires:
            try:
                wire.send(b"a")
            except OSError:
                continue

    def _end(self, wire: socket.socket) -> None:
        try:
            self.answers.append(wire.recv(1000))
        except OSError:
            self.answers.append(b"")
        self.ended[self.wires.pop(wire)].append(time.monotonic() - self.started)
        wire.close()


def _slow_clients(server: Server) -> SlowClients:
    wires = {}
    for start in (SLOW_HEAD, SLOW_BODY):
        for _ in range(EACH):
            wire = server.dial()
            wire.sendall(start)
            wire.setblocking(False)
            wires[wire] = start
    return SlowClients(wires)


def test_600_slow_clients_slow_nobody_down_and_are_sent_away(server: Server) -> None:
    slow = _slow_clients(server)
    times = []
    while slow.wires and time.monotonic() - slow.started < BODY_SECONDS + MARGIN:
        slow.drip()
        started = time.perf_counter()
        assert server.ask(QUICK).startswith(b"HTTP/1.1 200")
        times.append(time.perf_counter() - started)
        time.sleep(0.01)
    for wire in slow.wires:
        wire.close()
    times.sort()
    assert len(times) > 40
    assert times[int(len(times) * 0.99)] < 0.250
    assert len(slow.ended[SLOW_HEAD]) == EACH
    assert len(slow.ended[SLOW_BODY]) == EACH
    assert max(slow.ended[SLOW_HEAD]) < HEADER_SECONDS + MARGIN
    assert max(slow.ended[SLOW_BODY]) < BODY_SECONDS + MARGIN
    assert sum(answer.startswith(b"HTTP/1.1 408") for answer in slow.answers) >= EACH


def test_a_chunked_body_of_10_mb_is_too_large(server: Server) -> None:
    head = b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    with server.dial() as wire:
        wire.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(160):
                wire.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        except OSError:
            pass  # it has answered and closed
        assert wire.recv(1000).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("length", [b"5", b"5000", b"-1", b"1e3", b"99999999999999999999999"])
def test_a_length_that_lies_gets_an_answer_below_500(server: Server, length: bytes) -> None:
    body = json.dumps({"version": 1, "page": "https://sharing.example/"}).encode()
    head = b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    with server.dial() as wire:
        wire.sendall(head + b"Content-Length: " + length + b"\r\n\r\n" + body)
        wire.shutdown(socket.SHUT_WR)
        answer = wire.recv(1000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert server.ask(QUICK).startswith(b"HTTP/1.1 200")


def test_length_and_chunks_together_smuggle_no_second_request(server: Server) -> None:
    second = b"GET /api/v1/devices/me HTTP/1.1\r\nHost: x\r\n\r\n"
    first = b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n"
    answer = server.ask(first % (5 + len(second)) + b"Connection: close\r\n\r\n0\r\n\r\n" + second)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_told_to_end_it_finishes_what_has_begun(own_server: Server) -> None:
    with own_server.dial() as wire:
        wire.sendall(b"GET /takes-a-second HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        own_server.process.send_signal(signal.SIGTERM)
        assert b"done" in wire.recv(1000)
    started = time.monotonic()
    assert own_server.process.wait(10) == 0
    assert time.monotonic() - started < 5


def test_idle_connections_do_not_delay_the_end(own_server: Server) -> None:
    with own_server.dial() as wire:
        wire.sendall(b"GET /api/v1/devices/me HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.recv(1000).startswith(b"HTTP/1.1 401")
        own_server.process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert own_server.process.wait(10) == 0
        assert time.monotonic() - started < 3
