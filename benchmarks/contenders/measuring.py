"""What a way of reading costs: each in a process of its own on cores of its own, several times, in turn."""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Way = Callable[[Path, Path], int | None]
_started: tuple[float, float] = (0.0, 0.0)


class Cost(NamedTuple):
    """``matches`` is None for what looks for nothing. Seconds of the processors, and seconds that pass; MB."""

    matches: int | None
    processor: float
    wall: float
    peak: float


def start() -> None:
    """The clock starts when all is loaded."""
    global _started  # noqa: PLW0603 - one measurement a process
    _started = _spent(), time.perf_counter()


def _spent() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def alone(way: Way, path: Path, registered: Path) -> None:
    """In this process: do it, and say what it cost."""
    matches = way(path, registered)
    processor, wall = _spent() - _started[0], time.perf_counter() - _started[1]
    status = Path("/proc/self/status").read_text()  # of this program alone: ru_maxrss counts what started it, too
    peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    print(json.dumps(Cost(matches, processor, wall, peak)))


def _measured(way: str, path: Path, registered: Path, cores: int) -> Cost:
    command = [sys.executable, "-m", "benchmarks.manifests", "--way", way, str(path), str(registered)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"} | ({"COMMONSWATCH_NATIVE": "off"} if way == "twin" else {})
    ours = ",".join(map(str, sorted(os.sched_getaffinity(0))[-cores:]))
    done = subprocess.run(["taskset", "-c", ours, *command], check=True, capture_output=True, env=environment)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def compared(
    ways: Sequence[str], path: Path, registered: Path, rounds: int, cores: Mapping[str, int]
) -> dict[str, Cost]:
    """Each way in turn, several times: the medians of the seconds, the highest peak. All must find as many rows."""
    runs: dict[str, list[Cost]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            runs[way].append(_measured(way, path, registered, cores.get(way, 1)))
    found = {way: cost.matches for way, costs in runs.items() for cost in costs if cost.matches is not None}
    if len(set(found.values())) > 1:
        raise SystemExit(f"not the same rows: {found}")
    return {way: _middle(costs) for way, costs in runs.items()}


def _middle(costs: Sequence[Cost]) -> Cost:
    processor, wall = (statistics.median(one) for one in ([c.processor for c in costs], [c.wall for c in costs]))
    return Cost(costs[0].matches, processor, wall, max(cost.peak for cost in costs))
