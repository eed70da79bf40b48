"""``python -m benchmarks.manifests [--rows N]``: a list of addresses against a million registered keys.

A naive loop, polars, duckdb, `wc -l`, whole scans and the kernel alone in turn on the same generated file, each in a
process of its own on one core: processor seconds, peak memory. The naive loop and the twin read the first million rows.
All must find the same rows. Scans also with a key index, on two cores, of rows with faces in base64, and through gzip,
where the other cores must be free: for figures of seconds that pass, look at the load beside them. Some ten minutes.
"""

import argparse
import gzip
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.contenders import others
from benchmarks.contenders.measuring import Cost, Way, alone, compared
from benchmarks.manifest_rows import keys, write_faces, write_rows

SMALL = 1_000_000  # rows the slow ones read
ROUNDS = 3


def _scan(**options: int) -> Way:
    def way(path: Path, registered: Path) -> int:
        from benchmarks.contenders import ours

        return ours.scan(path, registered, **options)

    return way


def _kernel(*, digests: bool = False, confirm: bool = False) -> Way:
    def way(path: Path, registered: Path) -> int:
        from benchmarks.contenders import ours

        return ours.kernel(path, registered, secret=ours.SECRET if digests else None, confirm=confirm)

    return way


def _indexed(path: Path, registered: Path) -> int:
    from benchmarks.contenders import ours

    return ours.scan(path, registered, index=path.with_suffix(".index"))


WAYS: dict[str, Way] = {
    "naive": others.naive,
    "polars": others.polars,
    "duckdb": others.duckdb,
    "wc": others.count_lines,
    "gzip": others.unpack,
    "twin": _kernel(),
    "kernel": _kernel(),
    "kernel, with digests": _kernel(digests=True),
    "kernel, all confirmed": _kernel(confirm=True),
    "scan": _scan(),
    "scan, two cores": _scan(cores=2),
    "scan, with its index": _indexed,
    "scan through gzip": _scan(),
}
CORES = {"scan, two cores": 2, "scan through gzip": 3}
OURS = [
    "kernel",
    "kernel, with digests",
    "kernel, all confirmed",
    "scan",
    "scan, two cores",
    "scan, with its index",
    "wc",
]


class Results(NamedTuple):
    """What each way cost on each of the files."""

    rows: int
    small: int
    first: dict[str, Cost]
    whole: dict[str, Cost]
    faces: dict[str, Cost]
    packed: dict[str, Cost]
    index_bytes: int


def main() -> None:
    """Measure all, or one way by itself."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--way", nargs=3, metavar=("WAY", "FILE", "KEYS"), help="used by itself")
    chosen = parser.parse_args()
    if chosen.way:
        alone(WAYS[chosen.way[0]], Path(chosen.way[1]), Path(chosen.way[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        tell(run(Path(folder), chosen.rows, chosen.rounds))


def run(folder: Path, rows: int, rounds: int) -> Results:
    """Write the files, then have each of them read in every way."""
    small, large, registered = min(rows, SMALL), folder / "rows.tsv", folder / "keys"
    write_rows(large, rows)
    registered.write_text("\n".join(keys()))
    first, faces = _start_of(large, small), folder / "faces.tsv"
    write_faces(faces, max(1000, rows // 50))

    def on(path: Path, *ways: str, times: int = rounds) -> dict[str, Cost]:
        return compared(ways, path, registered, times, CORES)

    return Results(
        rows,
        small,
        first=on(first, "naive", "twin", "kernel", times=1 if rows > small else rounds),
        whole=on(large, "polars", "duckdb", *OURS),
        faces=on(faces, "scan", "wc"),
        packed=on(_squeezed(large), "scan through gzip", "gzip"),
        index_bytes=large.with_suffix(".index").stat().st_size,
    )


def _start_of(path: Path, rows: int) -> Path:
    """A file of its first rows."""
    start = path.with_name("first.tsv")
    with path.open("rb") as file, start.open("wb") as out:
        out.writelines(next(file) for _ in range(rows))
    return start


def _squeezed(path: Path) -> Path:
    squeezed = path.with_name(f"{path.name}.gz")
    with path.open("rb") as file, gzip.open(squeezed, "wb", compresslevel=6) as out:
        shutil.copyfileobj(file, out, 2**20)
    return squeezed


def tell(results: Results) -> None:
    """All ways in a table, then what is promised, one line of JSON each."""
    if results.whole["scan"].matches != results.packed["scan through gzip"].matches:
        raise SystemExit("not the same rows through gzip")
    naive = results.small / results.first["naive"].processor
    for way, cost in {"naive": results.first["naive"], "twin": results.first["twin"], **results.whole}.items():
        rate = (results.small if way in ("naive", "twin") else results.rows) / cost.processor
        print(
            f"{way:24} {rate / 1e6:8.3f} M rows/s of a core  {rate / naive:7.1f} x naive  {cost.peak:6.0f} MB"
            f"  {cost.matches or 0:,} rows"
        )
    for name, value, bar in figures(results, naive):
        load = round(os.getloadavg()[0], 1)
        print(json.dumps({"figure": name, "value": round(value, 2), "bar": bar, "rows": results.rows, "load": load}))


def figures(results: Results, naive: float) -> list[tuple[str, float, float | None]]:
    """What is promised, and what comes of it."""
    first, whole, faces, packed = results.first, results.whole, results.faces, results.packed
    scan, kernel, both, index = (whole[way] for way in ("scan", "kernel", "scan, two cores", "scan, with its index"))
    rate: Callable[[Cost], float] = lambda cost: results.rows / cost.processor  # noqa: E731
    return [
        ("scan to naive, one core", rate(scan) / naive, 80),
        ("kernel to naive, one core", rate(kernel) / naive, None),
        ("scan to polars, one core", whole["polars"].processor / scan.processor, 20),
        ("two cores to one, seconds that pass", scan.wall / both.wall, 1.8),
        (
            "two cores to one, twice the processor seconds of one to those of both",
            2 * scan.processor / both.processor,
            1.8,
        ),
        (
            "what a scan needs besides the kernel, ns a row",
            (scan.processor - kernel.processor) / results.rows * 1e9,
            15,
        ),
        ("peak memory of a scan, MB", scan.peak, 150),
        ("peak memory of a scan through gzip, MB", packed["scan through gzip"].peak, 150),
        ("peak memory of a scan with its index, MB", index.peak, 150),
        ("twin to naive", first["naive"].processor / first["twin"].processor, 2.5),
        ("rows with base64, scan to wc", faces["scan"].processor / faces["wc"].processor, 1.5),
        ("gzip on three cores, rate to that of isal", packed["gzip"].wall / packed["scan through gzip"].wall, 0.9),
        ("scan with its index, M rows/s of a core", rate(index) / 1e6, 2.0),
        ("size of the index, bytes a row", results.index_bytes / results.rows, 13),
        ("kernel with every match confirmed, to naive", rate(whole["kernel, all confirmed"]) / naive, None),
    ]


if __name__ == "__main__":
    main()
