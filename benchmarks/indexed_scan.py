"""``python -m benchmarks.indexed_scan [--rows N]``: a whole scan that leaves a key index, and the same without one.

As the scan command does it (reading, finding, checkpoints, the index put in place), on one core, in a process of its
own; processor seconds after the registry of a million keys is loaded. Prints one line of JSON per figure.
"""

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROUNDS = 3
SECRET = bytes(range(16))


def scan(path: Path, registered: Path, index: Path | None, start: Callable[[], None] = lambda: None) -> int:
    """Scan a list against the keys in a file, a line each; how many matches there are.

    The index is put at ``index`` if one is wanted. ``start`` is called when all is loaded.
    """
    from commonswatch.manifests.kernel import Registry
    from commonswatch.manifests.scanning import FileSource, Looking, Options, Scan
    from commonswatch.manifests.scanning.sieves import Kernel

    with registered.open() as file:
        registry = Registry(((line.rstrip("\n"), number) for number, line in enumerate(file)), 1_000_000)
    sieve = Kernel(registry, None if index is None else SECRET)
    sieve.prepare()
    start()
    looking = Looking(registry, sieve, indexed=index is not None)
    return sum(1 for _ in Scan(FileSource(path), looking, Options(index=index), lambda _progress: None))


def alone(path: Path, registered: Path, index: Path | None) -> None:
    """In a process of its own: do it, and say what it cost."""
    before = []
    matches = scan(path, registered, index, lambda: before.append(_spent()))
    status = Path("/proc/self/status").read_text()  # of this program alone: ru_maxrss counts what started it, too
    peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    print(json.dumps({"matches": matches, "processor": _spent() - before[0], "peak": peak}))


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(path: Path, registered: Path, index: Path | None) -> dict[str, float]:
    """The same, in another process on one core."""
    command = ["taskset", "-c", "3", sys.executable, "-m", "benchmarks.indexed_scan", "--alone", path, registered]
    done = subprocess.run([*command, *([index] if index else [])], check=True, capture_output=True)
    return json.loads(done.stdout.splitlines()[-1])


def compare(folder: Path, rows: int, tell: Callable[..., None], rounds: int = ROUNDS) -> None:
    """Scans with and without an index in turn: the medians of their seconds, the highest peak."""
    from benchmarks.manifest_rows import keys, write_rows

    path, registered, index = folder / "rows.tsv", folder / "keys", folder / "index"
    write_rows(path, rows)
    registered.write_text("\n".join(keys()))
    runs = [(measured(path, registered, index), measured(path, registered, None)) for _ in range(rounds)]
    with_it, without = (statistics.median(run["processor"] for run in way) for way in zip(*runs, strict=True))
    what = f"scan of {rows:,} rows against a million keys"
    tell(f"{what}, with its index", rows / with_it / 1e6, "M rows/s/core", ">= 2")
    tell(f"{what}, without", rows / without / 1e6, "M rows/s/core")
    tell(f"{what}, with its index: peak memory", max(run["peak"] for run, _ in runs), "MB", "<= 150")
    tell(f"{what}: size of the index", index.stat().st_size / rows, "bytes/row", "<= 13")


def told(name: str, value: float, unit: str, bar: str = "") -> None:
    """One line of JSON."""
    print(json.dumps({"figure": name, "value": float(f"{value:.4g}"), "unit": unit, "bar": bar}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, help="where the files go")
    parser.add_argument("--alone", nargs="+", type=Path, metavar="FILE", help="used by itself: list, keys, index")
    chosen = parser.parse_args()
    if chosen.alone:
        alone(*[*chosen.alone, None][:3])
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        compare(Path(name), chosen.rows, told, chosen.rounds)


if __name__ == "__main__":
    main()
