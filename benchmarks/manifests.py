"""``python -m benchmarks.manifests [--rows N]``: a list of addresses against a million registered keys.

A naive loop, polars, duckdb, `wc -l` and the scan kernel in turn on the same generated file, each in a process of its
own on one core: processor seconds, peak memory. The naive loop and the twin read the first million rows. All must find
the same rows. The kernel also with an index wanted, on two cores, on rows with faces in base64, and through gzip.
"""

import argparse
import gzip
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from commonswatch.manifests.kernel import Registry
    from commonswatch.manifests.readers.shapes import Block
    from commonswatch.manifests.scanning.sieves import Kernel, Sifted

from benchmarks.manifest_rows import keys, write_faces, write_rows

SMALL = 1_000_000  # rows the slow ones read
ROUNDS = 3
CHUNK = 4 * 2**20
_STATIC = re.compile(r"/(?:[0-9]+/)?([0-9]+)_[0-9a-f]{10}(?:_[a-z])?\.jpg")
_PAGE = re.compile(r"/photos/[^/]+/([0-9]+)/?")


# ---- what a script would do ----


def naive_key(url: str) -> str | None:
    """The key of the addresses in the file, and of no others."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.endswith((".staticflickr.com", ".static.flickr.com")):
        found = _STATIC.fullmatch(parts.path)
        return f"flickr:photo:{found[1]}" if found else None
    if host == "www.flickr.com":
        found = _PAGE.fullmatch(parts.path)
        return f"flickr:photo:{found[1]}" if found else None
    if host == "upload.wikimedia.org":
        pieces = parts.path.split("/")
        return "wikimedia:commons:" + unquote(pieces[6 if pieces[3] == "thumb" else 5])
    if host == "commons.wikimedia.org":
        return "wikimedia:commons:" + unquote(parts.path.partition("File:")[2])
    query = "&".join(pair for pair in parts.query.split("&") if not pair.startswith("utm_")) if parts.query else ""
    return f"url:{host.removeprefix('www.')}{parts.path}" + (f"?{query}" if query else "")


def naive(path: Path, registered: Path) -> int:
    known = set(registered.read_text().split("\n"))
    start()
    found = 0
    with path.open() as file:
        for line in file:
            _, picture, page = line.rstrip("\n").split("\t")
            found += naive_key(picture) in known or naive_key(page) in known
    return found


def polars(path: Path, registered: Path) -> int:
    import polars as pl

    def key(name: str) -> pl.Expr:
        url = pl.col(name)
        host = url.str.extract(r"^https?://([^/?]+)").str.to_lowercase()
        where = url.str.extract(r"^https?://[^/?]+(/[^?]*)")
        query = url.str.extract(r"\?(.*)$").fill_null("").str.replace_all(r"(^|&)utm_[a-z]+=[^&]*", "")
        title = where.str.extract(r"^/(?:wikipedia/commons/(?:thumb/)?[0-9a-f]/[0-9a-f]{2}/|wiki/File:)([^/]+)")
        title = title.str.replace_all("%28", "(", literal=True).str.replace_all("%29", ")", literal=True)
        photo = where.str.extract(r"^/(?:photos/[^/]+/([0-9]+)/?|(?:[0-9]+/)?([0-9]+)_[0-9a-f]{10}.*)$", 1)
        photo = photo.fill_null(where.str.extract(r"^/(?:[0-9]+/)?([0-9]+)_[0-9a-f]{10}"))
        is_flickr = host.str.ends_with("flickr.com")
        is_wiki = host.str.ends_with(".wikimedia.org")
        other = pl.concat_str([pl.lit("url:"), host.str.strip_prefix("www."), where, query])
        return (
            pl.when(is_flickr)
            .then(pl.concat_str([pl.lit("flickr:photo:"), photo]))
            .when(is_wiki)
            .then(pl.concat_str([pl.lit("wikimedia:commons:"), title]))
            .otherwise(other)
        )

    known = pl.Series(registered.read_text().split("\n"))
    start()
    rows = pl.scan_csv(path, separator="\t", has_header=False, new_columns=["id", "picture", "page"], quote_char=None)
    hits = rows.filter(key("picture").is_in(known.implode()) | key("page").is_in(known.implode()))
    return int(hits.select(pl.len()).collect(engine="streaming").item())


def duckdb(path: Path, registered: Path) -> int:
    import duckdb as db

    base = db.connect()
    base.execute("SET threads = 1")
    columns = "delim='\t', header=false, quote='', escape=''"
    base.execute(
        "CREATE TABLE known AS SELECT DISTINCT column0 AS key "
        f"FROM read_csv('{registered}', {columns}, columns={{'column0': 'VARCHAR'}})"
    )
    start()

    def key(name: str) -> str:
        host = f"lower(regexp_extract({name}, '^https?://([^/?]+)', 1))"
        where = f"regexp_extract({name}, '^https?://[^/?]+(/[^?]*)', 1)"
        photo = f"regexp_extract({where}, '^/(?:photos/[^/]+/|(?:[0-9]+/)?)([0-9]+)(?:_[0-9a-f]{{10}}.*|/?)$', 1)"
        folder = "wikipedia/commons/(?:thumb/)?[0-9a-f]/[0-9a-f]{2}/"
        title = f"regexp_extract({where}, '^/(?:{folder}|wiki/File:)([^/]+)', 1)"
        title = f"replace(replace({title}, '%28', '('), '%29', ')')"
        query = f"regexp_replace(regexp_extract({name}, '\\?(.*)$', 1), '(^|&)utm_[a-z]+=[^&]*', '', 'g')"
        return (
            f"CASE WHEN {host} LIKE '%flickr.com' THEN 'flickr:photo:' || {photo} "
            f"WHEN {host} LIKE '%.wikimedia.org' THEN 'wikimedia:commons:' || {title} "
            f"ELSE 'url:' || regexp_replace({host}, '^www\\.', '') || {where} || {query} END"
        )

    shape = "columns={'id': 'VARCHAR', 'picture': 'VARCHAR', 'page': 'VARCHAR'}"
    rows = f"(SELECT {key('picture')} AS a, {key('page')} AS b FROM read_csv('{path}', {columns}, {shape}))"
    known = "(SELECT key FROM known)"
    return int(base.execute(f"SELECT count(*) FROM {rows} WHERE a IN {known} OR b IN {known}").fetchone()[0])


# ---- ours ----


def ranges(path: Path, parts: int) -> list[tuple[int, int]]:
    """Equal parts of a file, from line to line."""
    size, cuts = path.stat().st_size, [0]
    with path.open("rb") as file:
        for part in range(1, parts):
            file.seek(size * part // parts)
            file.readline()
            cuts.append(file.tell())
    return list(zip(cuts, [*cuts[1:], size], strict=True))


def chunks(path: Path, begin: int, end: int) -> Iterator[memoryview]:
    """Whole lines, in a buffer that is used again."""
    buffer = bytearray(CHUNK)
    view, kept = memoryview(buffer), 0
    with path.open("rb", buffering=0) as file:
        file.seek(begin)
        while begin < end:
            read = file.readinto(view[kept : kept + min(end - begin, CHUNK - kept)])
            begin += read
            last = buffer.rfind(b"\n", 0, kept + read) + 1
            yield view[:last]
            kept = kept + read - last
            buffer[:kept] = buffer[last : last + kept]


def _registry(registered: Path) -> "Registry":
    from commonswatch.manifests.kernel import Registry

    with registered.open() as file:
        return Registry(((line.rstrip("\n"), number) for number, line in enumerate(file)), 1_000_000)


def _sieve(registry: "Registry", secret: bytes | None = None, *, confirm: bool = False) -> "Kernel":
    """As scans have it, made ready."""
    from commonswatch.manifests.scanning.sieves import Kernel

    sieve = Kernel(registry, secret, is_trusted=not confirm)
    sieve.prepare()
    return sieve


def _rows(block: "Block", told: "Sifted", registry: "Registry") -> int:
    """How many rows match, as a scan finds it: those the kernel is not sure of are read by the exact engine."""
    from commonswatch.manifests.scanning.matching import matches_in, texts_in

    sure = {match.row for match in told.matches}
    asked = [row for row in told.rows if matches_in(block, row, texts_in(block, row), registry)]
    return len(sure) + len(asked)


def kernel(path: Path, registered: Path, *, cores: int = 1, secret: bytes | None = None, confirm: bool = False) -> int:
    """What a scan does: matches of which the kernel is sure, the other rows (or all) read by the exact engine."""
    from commonswatch.manifests.readers.shapes import Block, Column, Place
    from commonswatch.manifests.readers.text import TextReader

    registry = _registry(registered)
    sieve = _sieve(registry, secret, confirm=confirm)
    columns = (Column("id"), Column("picture", "address"), Column("page", "address"))
    if "faces" in path.name:
        columns = (Column("mid"), *columns, Column("face"), Column("rectangle"), Column("data", "payload"))
    reader, totals = TextReader(columns, "\t"), []
    start()

    def read(begin: int, end: int) -> None:
        blocks = (Block(buffer, 0, reader, Place, dict) for buffer in chunks(path, begin, end))
        totals.append(sum(_rows(block, sieve(block), registry) for block in blocks))

    threads = [threading.Thread(target=read, args=part) for part in ranges(path, cores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(totals)


def through_gzip(path: Path, registered: Path) -> int:
    """As a scan reads it."""
    from commonswatch.manifests.opening import open_manifest
    from commonswatch.manifests.scanning.side_by_side import is_worth_it, sifted

    registry = _registry(registered)
    sieve = _sieve(registry)
    with open_manifest(path) as manifest:
        start()
        told = sifted(manifest.blocks(), sieve, together=is_worth_it(manifest.compression))
        return sum(_rows(block, sift, registry) for block, sift in told)


def only_gzip(path: Path, registered: Path) -> int:
    del registered
    from isal import igzip

    start()
    with igzip.open(path, "rb") as file:
        while file.read(CHUNK):
            pass
    return 0


def count_lines(path: Path, registered: Path) -> int:
    del registered
    start()
    subprocess.run(["wc", "-l", path], check=True, stdout=subprocess.DEVNULL)
    return 0


SECRET = bytes(range(16))
WAYS: dict[str, Callable[[Path, Path], int]] = {
    "naive": naive,
    "polars": polars,
    "duckdb": duckdb,
    "wc": count_lines,
    "kernel": kernel,
    "kernel, two cores": lambda path, registered: kernel(path, registered, cores=2),
    "kernel, with digests": lambda path, registered: kernel(path, registered, secret=SECRET),
    "kernel, all confirmed": lambda path, registered: kernel(path, registered, confirm=True),
    "twin": kernel,
    "kernel through gzip": through_gzip,
    "gzip": only_gzip,
}


# ---- measuring ----

_started: tuple[float, float] = (0.0, 0.0)


def start() -> None:
    """The clock starts when all is loaded."""
    global _started  # noqa: PLW0603 - one measurement a process
    _started = _spent(), time.perf_counter()


def _spent() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def alone(way: str, path: Path, registered: Path) -> None:
    """In a process of its own: do it, and say what it cost."""
    matches = WAYS[way](path, registered)
    processor, wall = _spent() - _started[0], time.perf_counter() - _started[1]
    status = Path("/proc/self/status").read_text()  # of this program alone: ru_maxrss counts what started it, too
    peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024
    print(json.dumps({"matches": matches, "processor": processor, "wall": wall, "peak": peak}))


def measured(way: str, path: Path, registered: Path, cores: str = "3") -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.manifests", "--way", way, str(path), str(registered)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"} | ({"COMMONSWATCH_NATIVE": "off"} if way == "twin" else {})
    done = subprocess.run(["taskset", "-c", cores, *command], check=True, capture_output=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def compared(ways: list[str], path: Path, registered: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Each way in turn, several times: the median of the seconds, the highest peak."""
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            cores = "1,2,3" if "through" in way else "2,3" if "two" in way else "3"
            runs[way].append(measured(way, path, registered, cores))
    return {
        way: {
            "matches": some[0]["matches"],
            "processor": statistics.median(run["processor"] for run in some),
            "wall": statistics.median(run["wall"] for run in some),
            "peak": max(run["peak"] for run in some),
        }
        for way, some in runs.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--way", nargs=3, metavar=("WAY", "FILE", "KEYS"), help="used by itself")
    chosen = parser.parse_args()
    if chosen.way:
        alone(chosen.way[0], Path(chosen.way[1]), Path(chosen.way[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), chosen.rows, chosen.rounds)


def run(folder: Path, rows: int, rounds: int) -> None:
    small = min(rows, SMALL)
    large_path, small_path, registered = folder / "rows.tsv", folder / "first.tsv", folder / "keys"
    write_rows(large_path, rows)
    with large_path.open("rb") as file, small_path.open("wb") as out:
        out.writelines(next(file) for _ in range(small))
    registered.write_text("\n".join(keys()))
    faces, squeezed = folder / "faces.tsv", folder / "first.tsv.gz"
    write_faces(faces, max(1000, rows // 100))
    squeezed.write_bytes(gzip.compress(small_path.read_bytes(), 6))

    first = compared(["naive", "twin", "kernel"], small_path, registered, 1 if rows > small else rounds)
    ours = ["kernel", "kernel, two cores", "kernel, with digests", "kernel, all confirmed", "wc"]
    whole = compared(["polars", "duckdb", *ours], large_path, registered, rounds)
    base64_rows = compared(["kernel", "wc"], faces, registered, rounds)
    packed = compared(["kernel through gzip", "gzip"], squeezed, registered, rounds)
    same(first)
    same(whole)
    figures(first, whole, base64_rows, packed, rows, small)


def same(results: dict[str, dict[str, float]]) -> None:
    found = {way: result["matches"] for way, result in results.items() if way not in ("wc", "kernel, with digests")}
    if len(set(found.values())) != 1:
        raise SystemExit(f"not the same rows: {found}")


def figures(
    first: dict[str, dict[str, float]],
    whole: dict[str, dict[str, float]],
    base64_rows: dict[str, dict[str, float]],
    packed: dict[str, dict[str, float]],
    rows: int,
    small: int,
) -> None:
    naive_rate = small / first["naive"]["processor"]
    for way, result in {"naive": first["naive"], "twin": first["twin"], **whole}.items():
        count = small if way in ("naive", "twin") else rows
        rate, peak = count / result["processor"], result["peak"]
        print(
            f"{way:24} {rate / 1e6:8.3f} M rows/s of a core  {rate / naive_rate:7.1f} x naive  {peak:6.0f} MB"
            f"  {result['matches']:,.0f} rows"
        )
    ours = whole["kernel"]
    lines = {
        "kernel to naive, one core": (rows / ours["processor"] / naive_rate, 80),
        "kernel to polars, one core": (whole["polars"]["processor"] / ours["processor"], 20),
        "two cores to one, seconds that pass": (ours["wall"] / whole["kernel, two cores"]["wall"], 1.8),
        "peak memory, MB": (ours["peak"], 150),
        "twin to naive": (first["naive"]["processor"] / first["twin"]["processor"], 2.5),
        "rows with base64, kernel to wc": (base64_rows["kernel"]["processor"] / base64_rows["wc"]["processor"], 1.5),
        "gzip on three cores, rate to that of the decompressor": (
            packed["gzip"]["wall"] / packed["kernel through gzip"]["wall"],
            0.9,
        ),
        "with digests of every key, M rows/s": (rows / whole["kernel, with digests"]["processor"] / 1e6, 2.0),
        "with every match confirmed, to naive": (rows / whole["kernel, all confirmed"]["processor"] / naive_rate, None),
    }
    for name, (value, bar) in lines.items():
        print(
            json.dumps({"figure": name, "value": round(value, 2), "bar": bar, "rows": rows, "load": os.getloadavg()[0]})
        )


if __name__ == "__main__":
    main()
