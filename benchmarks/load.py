"""The load: closed loops over keep-alive connections, by ``wrk`` where it is installed, else by a small client here.

It counts what was answered and how long each answer took; it does not decide what good means. Like ``wrk`` it opens
a new connection when the server closed the old one (gunicorn's sync workers do so after each answer).
"""

import json
import multiprocessing
import os
import secrets
import selectors
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_SCRIPT = Path(__file__).with_name("report.lua")
_CONTEXT = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Outcome:
    """What a load saw: how many answers in how many seconds, how many of them were refusals, times in milliseconds."""

    answers: int
    wrong: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


@dataclass
class _Seen:
    """What one process of the small client saw; times in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        return self.times[min(int(len(self.times) * share), len(self.times) - 1)] * 1000


def drive_wrk(
    address: tuple[str, int], path: str, reports: int, *, seconds: float, connections: int, cores: set[int]
) -> Outcome:
    """The same load as ``drive`` by wrk, which takes far less processor time and so disturbs less."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds:.0f}", "-s", str(_SCRIPT)]
    command += [f"http://{address[0]}:{address[1]}", "--", path, str(reports), secrets.token_hex(6)]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, preexec_fn=lambda: os.sched_setaffinity(0, cores)
    ).stdout
    told = json.loads(said.splitlines()[-1])
    return Outcome(told["answers"], told["wrong"], told["seconds"], told["p50"], told["p99"])


@dataclass
class _Line:
    """One connection and the answer that is arriving on it."""

    wire: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


def drive(
    address: tuple[str, int],
    requests: Callable[[int], Iterator[bytes]],
    *,
    seconds: float,
    connections: int = 32,
    processes: int = 2,
    cores: set[int] | None = None,
) -> Outcome:
    """Send ``requests(process number)`` as fast as they are answered, for some seconds; add up what all saw."""
    pipes = []
    for number in range(processes):
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        plan = (address, requests(number), seconds, connections // processes, cores, theirs)
        child = _CONTEXT.Process(target=_one_process, args=plan)
        child.start()
        pipes.append((ours, child))
    total = _Seen()
    for ours, child in pipes:
        part = ours.recv()
        child.join()
        total.statuses.update(part.statuses)
        total.times.extend(part.times)
        total.seconds = max(total.seconds, part.seconds)
    total.times.sort()
    wrong = sum(count for status, count in total.statuses.items() if status not in (200, 202))
    return Outcome(len(total.times), wrong, total.seconds, total.percentile(0.5), total.percentile(0.99))


def _one_process(address, requests, seconds, connections, cores, answer_to) -> None:
    if cores:
        os.sched_setaffinity(0, cores)
    outcome, selector, started = _Seen(), selectors.DefaultSelector(), time.perf_counter()
    for _ in range(connections):
        _send_next(_Line(socket.create_connection(address)), requests, selector)
    while (now := time.perf_counter()) - started < seconds:
        for key, _ in selector.select(0.2):
            _read(key.data, address, requests, selector, outcome)
    outcome.seconds = now - started
    answer_to.send(outcome)


def _send_next(line: _Line, requests: Iterator[bytes], selector: selectors.BaseSelector) -> None:
    line.received, line.sent_at = b"", time.perf_counter()
    line.wire.sendall(next(requests))
    if line.wire.fileno() not in selector.get_map():
        selector.register(line.wire, selectors.EVENT_READ, line)


def _read(line: _Line, address, requests, selector, outcome: _Seen) -> None:
    """Take what arrived; when an answer is whole, note it and send the next request."""
    try:
        arrived = line.wire.recv(65536)
    except ConnectionError:
        arrived = b""
    line.received += arrived
    whole = _is_whole(line.received)
    if whole:
        outcome.times.append(time.perf_counter() - line.sent_at)
        outcome.statuses[int(line.received[9:12])] += 1
    elif not arrived and not line.received:
        outcome.statuses[0] += line.sent_at > 0  # closed without an answer
    if not arrived or (whole and b"onnection: close" in line.received):
        selector.unregister(line.wire)
        line.wire.close()
        line.wire = socket.create_connection(address)
        _send_next(line, requests, selector)
    elif whole:
        _send_next(line, requests, selector)


def _is_whole(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at < 0:
        return True
    return len(body) >= int(lowered[at + 15 :].split(b"\r\n", 1)[0])
