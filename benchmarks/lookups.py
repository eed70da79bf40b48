"""``python -m benchmarks.lookups``: lookups over HTTP among a million pictures, beside a Flask route that says ``ok``.

Each server process holds both: the product, and a bare Flask application at ``/ok``; there are two that share the
port, as `commonswatch run` starts them (``--processes``). Rounds alternate; the server is
pinned to two cores, wrk to the others. Half of the questions are registered hashes with 0 to 31 bits turned over, half
are random; strangers ask, so matches are of publicly listed works and confirmed in the tables. The limit of reads is
lifted: one network asks everything. Prints a table, then one line of JSON per figure.
"""

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import requests
from commonswatch import schema
from commonswatch.db import Database, connect
from commonswatch.domain.states import Listing, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import FingerprintOfWork, Registration, Work
from commonswatch.services.membership import accounts
from sqlalchemy import insert

from benchmarks.watch_list import NOW

SERVER_CORES, LOAD_CORES = {0, 1}, {2, 3}
QUESTIONS = 20_000
CHUNK = 50_000
SHARE, P99 = 0.5, 10.0
LOOKUPS, OK = "/api/v1/lookups", "/ok"
_SCRIPT = Path(__file__).with_name("lookup.lua")
_ROOT = Path(__file__).resolve().parent.parent
SERVER = """
from commonswatch import serving
from commonswatch.api import reads
from commonswatch.app import create_app
from commonswatch.settings import Settings
from flask import Flask
reads.PORTION = 10**12
settings = Settings.from_env()
product, other = create_app(settings), Flask("other")
other.add_url_rule("/ok", "ok", lambda: "ok", methods=["POST"])
def both(environ, start_response):
    return (other if environ["PATH_INFO"] == "/ok" else product)(environ, start_response)
serving.serve(both, settings)
"""


@dataclass
class Rounds:
    """What the rounds of one path gave."""

    path: str
    told: list[dict[str, float]] = field(default_factory=list)
    processor: float = 0.0

    def middle(self, name: str) -> float:
        return statistics.median(one[name] for one in self.told)

    @property
    def rate(self) -> float:
        return statistics.median(one["answers"] / one["seconds"] for one in self.told)

    @property
    def microseconds(self) -> float:
        return self.processor * 1e6 / sum(one["answers"] for one in self.told)


def fill(database: Database, keyring: Keyring, hashes: np.ndarray) -> None:
    """Publicly listed works with one picture each."""
    with database.writing() as session:
        creator = accounts.find_or_create_account(session, keyring, "ada@example.org", NOW)
        session.flush()
        registration = Registration(creator_id=creator.id, row_count=0, created_at=NOW)
        session.add(registration)
        session.flush()
        owned = {"creator_id": creator.id, "registration_id": registration.id, "created_at": NOW}
    facts = {"url": "https://pictures.example/", "title": "", "state": WorkState.READY, "listing": Listing.PUBLIC}
    picture = {"algorithm": "pdq", "rendition": "original", "quality": 90}
    for start in range(0, len(hashes), CHUNK):
        numbers = range(start, min(start + CHUNK, len(hashes)))
        with database.writing() as session:
            session.execute(insert(Work), [{"id": n + 1, "key": f"k:{n}", **owned, **facts} for n in numbers])
            rows = [{"work_id": n + 1, "bits": hashes[n].tobytes(), **picture} for n in numbers]
            session.execute(insert(FingerprintOfWork), rows)


def bodies(hashes: np.ndarray, generator: random.Random) -> list[str]:
    """One question each."""
    made = []
    for number in range(QUESTIONS):
        value = generator.getrandbits(256)
        if number % 2:
            value = int.from_bytes(hashes[generator.randrange(len(hashes))].tobytes())
            for place in generator.sample(range(256), generator.randrange(32)):
                value ^= 1 << place
        made.append(json.dumps({"questions": [{"pdq": f"{value:064x}", "quality": 90}]}))
    return made


def drive(port: int, path: str, file: Path, seconds: float, connections: int) -> dict[str, float]:
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds:.0f}", "-s", str(_SCRIPT)]
    command += [f"http://127.0.0.1:{port}", "--", path, str(file)]
    pinned = {"preexec_fn": lambda: os.sched_setaffinity(0, LOAD_CORES)}
    said = subprocess.run(command, capture_output=True, text=True, check=True, **pinned).stdout
    told = json.loads(said.splitlines()[-1])
    if told["wrong"] or told["broken"]:
        raise SystemExit(f"{path}: {told['wrong']} refused, {told['broken']} broken")
    return told


def start(home: str, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "COMMONSWATCH_HOME": home, "COMMONSWATCH_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-c", SERVER], cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, SERVER_CORES)
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def measure(home: str, chosen: argparse.Namespace) -> tuple[Rounds, Rounds, float]:
    hashes = np.random.default_rng(1).integers(0, 256, (chosen.works, 32), dtype=np.uint8)
    database = connect(f"sqlite:///{home}/commonswatch.sqlite3")
    schema.upgrade(database.engine)
    fill(database, Keyring.open(Path(home) / "keys"), hashes)
    database.engine.dispose()
    file = Path(home) / "bodies"
    file.write_text("\n".join(bodies(hashes, random.Random(2))))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    processes = [start(home, port) for _ in range(chosen.processes)]
    try:
        body = file.read_text().splitlines()[1]
        first = requests.post(
            f"http://127.0.0.1:{port}{LOOKUPS}", data=body, headers={"Content-Type": "application/json"}, timeout=120
        )
        print("first answer:", first.text)
        sides = Rounds(OK), Rounds(LOOKUPS)
        watched = [psutil.Process(process.pid) for process in processes]
        for number in range(chosen.rounds + 1):
            for side in sides:
                before = spent(watched)
                told = drive(port, side.path, file, chosen.seconds if number else 1, chosen.connections)
                after = spent(watched)
                if number:  # the first round only warms up
                    side.told.append(told)
                    side.processor += after - before
        return *sides, sum(one.memory_info().rss for one in watched) / 2**20
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(20)


def spent(processes: list[psutil.Process]) -> float:
    """Seconds of processor time."""
    return sum(times.user + times.system for times in (one.cpu_times() for one in processes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--connections", type=int, default=32)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookups-") as home:
        ok, asked, memory = measure(home, chosen)
    print(f"load average {os.getloadavg()[0]:.1f}, {chosen.works:,} pictures, {chosen.connections} connections")
    print(f"  {'':18}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs/request':>16}")
    for side in (ok, asked):
        times = f"{side.middle('p50'):9.1f}{side.middle('p99'):9.1f}"
        print(f"  {side.path:18}{side.rate:12.0f}{times}{side.microseconds:16.0f}")
    figures = [
        {"figure": "lookups rate of ok", "ratio": round(asked.rate / ok.rate, 3), "bar": SHARE},
        {"figure": "lookups p99 ms", "value": asked.middle("p99"), "bar": P99, "p99 of ok": ok.middle("p99")},
        {"figure": "lookups CPU of ok", "ratio": round(asked.microseconds / ok.microseconds, 3)},
        {"figure": "lookups server memory MiB", "value": round(memory)},
    ]
    for figure in figures:
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
