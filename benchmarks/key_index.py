"""``python -m benchmarks.key_index``: how fast a key index is built, how large it is, how fast it answers.

Made-up digests: each row of a manifest has one key, and of two in three rows a second one (as lists with an address of
a picture and one of its page have them), so 1.65 keys a row; the size is also told for two keys in every row. One core,
processor time where it is the machine's own work, passing time for answers. The peer is what everybody has: SQLite's
table of digest and row with its B-tree. Prints one line of JSON per figure.
"""

import argparse
import mmap
import os
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from commonswatch.manifests.index import IndexWriter, KeyIndex

from benchmarks.indexed_scan import compare
from benchmarks.indexed_scan import told as tell

BLOCK = 200_000  # rows that are handed over at once
KEYS_A_ROW = 1.65
MANIFESTS, ROWS_OF_EACH, NEW_WORKS = 50, 10_000_000, 10_000
PEER_ROWS = 1_000_000


def keys(rows: int, seed: int, keys_a_row: float = KEYS_A_ROW) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Digests and rows of a manifest, in the order a scan hands them over."""
    made = np.random.default_rng(seed)
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        numbers = np.arange(start, start + count, dtype=np.uint64)
        second = numbers[made.random(count) < keys_a_row - 1]
        both = np.sort(np.concatenate((numbers, second)))
        yield made.integers(0, 2**64, len(both), dtype=np.uint64), both


def build(path: Path, rows: int, seed: int, keys_a_row: float = KEYS_A_ROW) -> float:
    """Processor seconds of one core for the index alone."""
    writer, spent = IndexWriter(path), 0.0
    for digests, numbers in keys(rows, seed, keys_a_row):
        before = time.process_time()
        writer.add(digests, numbers)
        spent += time.process_time() - before
    before = time.process_time()
    writer.commit(rows)
    return spent + time.process_time() - before


def forget_pages(path: Path) -> None:
    """Have the system read the file anew."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def some_digests(rows: int, seed: int, count: int) -> np.ndarray:
    """Digests of the first block, spread over the whole index as digests are."""
    return next(keys(rows, seed))[0][:count]


def measure_building(folder: Path, rows: int) -> Path:
    path = folder / "large"
    spent = build(path, rows, seed=1)
    tell(f"built: {rows:,} rows, {KEYS_A_ROW} keys a row", rows / spent / 1e6, "M rows/s/core", ">= 2 with the scan")
    tell(f"size: {rows:,} rows, {KEYS_A_ROW} keys a row", path.stat().st_size / rows, "bytes/row", "<= 13")
    tell("memory while building", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")
    small = folder / "two"
    build(small, rows // 10, seed=2, keys_a_row=2.0)
    tell(f"size: {rows // 10:,} rows, 2 keys a row", small.stat().st_size / (rows // 10), "bytes/row", "<= 13")
    with KeyIndex.open(small) as index:
        tell("bits kept of each digest, 2 keys a row", index.digest_bits, "bits")
    small.unlink()
    with KeyIndex.open(path) as index:
        tell("bits kept of each digest", index.digest_bits, "bits")
        tell("a foreign digest is found", index.chance, "probability")
    return path


def three_pages(path: Path) -> float:
    """Seconds for three pages from anywhere in the file, one after the other, past the system's memory.

    So many a look-up has to read (header, directory, block): what the disk itself takes for them now.
    """
    page, pages = mmap.mmap(-1, mmap.PAGESIZE), path.stat().st_size // mmap.PAGESIZE
    handle = os.open(path, os.O_RDONLY | os.O_DIRECT)
    before = time.perf_counter()
    for _ in range(3):
        os.preadv(handle, [page], random.randrange(pages) * mmap.PAGESIZE)
    spent = time.perf_counter() - before
    os.close(handle)
    return spent


def measure_one(path: Path, rows: int) -> None:
    wanted = [int(digest) for digest in some_digests(rows, 1, 2000)]
    cold, disk = [], []
    for digest in wanted[:300]:
        forget_pages(path)
        before = time.perf_counter()
        with KeyIndex.open(path) as index:
            assert index.rows_of(digest)
        cold.append(time.perf_counter() - before)
        disk.append(three_pages(path))  # in turn: what else the machine does delays both
    for what, times in (("one look-up, cold, with opening", cold), ("three pages of the disk", disk)):
        tell(f"{what} (median)", float(np.median(times)) * 1e3, "ms", "< 1")
        tell(f"{what} (95 %)", float(np.percentile(times, 95)) * 1e3, "ms", "< 1")
    with KeyIndex.open(path) as index:
        for digest in wanted:
            index.rows_of(digest)
        warm = []
        for digest in wanted:
            before = time.perf_counter()
            index.rows_of(digest)
            warm.append(time.perf_counter() - before)
    tell("one look-up, warm (median)", float(np.median(warm)) * 1e6, "us", "< 20")
    tell("one look-up, warm (95 %)", float(np.percentile(warm, 95)) * 1e6, "us", "< 20")


def measure_many(folder: Path, manifests: int, rows: int) -> None:
    """New works against many manifests: their indexes as they lie in the system's memory after the scans."""
    paths = []
    for number in range(manifests):
        path = folder / f"manifest-{number}"
        if number < 5:
            build(path, rows, seed=100 + number)
        else:
            path.write_bytes((folder / f"manifest-{number % 5}").read_bytes())  # other pages, the same work
        paths.append(path)
    wanted = np.concatenate(
        (some_digests(rows, 100, NEW_WORKS // 100), np.random.default_rng(9).integers(0, 2**64, NEW_WORKS, np.uint64))
    )[:NEW_WORKS]
    times = []
    for _ in range(3):
        before, cpu = time.perf_counter(), time.process_time()
        found = 0
        for path in paths:
            with KeyIndex.open(path) as index:
                found += len(index.rows_of_many(wanted))
        times.append((time.perf_counter() - before, time.process_time() - cpu))
    assert found >= NEW_WORKS // 100
    what = f"{NEW_WORKS:,} new works against {manifests} manifests of {rows:,} rows"
    tell(f"{what}, first time", times[0][0], "s", "< 2")
    tell(what, min(times)[0], "s", "< 2")
    tell(f"{what}, processor", min(times)[1], "s")


def measure_peer(folder: Path) -> None:
    """SQLite with the same pairs, in the order of the scan, and an index on the digest."""
    path = folder / "peer.sqlite3"
    ours = build(folder / "ours", PEER_ROWS, seed=1)
    pairs = [
        (int(digest) - 2**63, int(row))
        for digests, rows in keys(PEER_ROWS, 1)
        for digest, row in zip(digests, rows, strict=True)
    ]
    database = sqlite3.connect(path)
    before = time.process_time()
    database.execute("CREATE TABLE keys (digest INTEGER, row INTEGER)")
    database.executemany("INSERT INTO keys VALUES (?, ?)", pairs)
    database.execute("CREATE INDEX by_digest ON keys (digest, row)")
    database.commit()
    peer = time.process_time() - before
    tell("SQLite builds so much slower", peer / ours, "x")
    tell("SQLite is so much larger", path.stat().st_size / (folder / "ours").stat().st_size, "x")
    wanted = [digest for digest, _ in pairs[:: len(pairs) // NEW_WORKS]][:NEW_WORKS]
    before = time.process_time()
    for digest in wanted:
        database.execute("SELECT row FROM keys WHERE digest = ?", (digest,)).fetchall()
    peer = time.process_time() - before
    asked = np.array([digest + 2**63 for digest in wanted], np.uint64)
    before = time.process_time()
    with KeyIndex.open(folder / "ours") as index:
        assert len(index.rows_of_many(asked)) == len(wanted)
    tell(f"SQLite looks {NEW_WORKS:,} up so much slower", peer / (time.process_time() - before), "x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000_000, help="of the large index")
    parser.add_argument("--manifests", type=int, default=MANIFESTS)
    parser.add_argument("--rows-of-each", type=int, default=ROWS_OF_EACH)
    parser.add_argument("--scanned", type=int, default=10_000_000, help="rows of the list that is scanned")
    parser.add_argument("--folder", type=Path, help="where the files go (16 GB at full size)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        path = measure_building(folder, chosen.rows)
        measure_one(path, chosen.rows)
        path.unlink()
        if chosen.manifests:
            measure_many(folder, chosen.manifests, chosen.rows_of_each)
        measure_peer(folder)
        compare(folder, chosen.scanned, tell)
    tell("other work on this machine (load)", os.getloadavg()[0], "processes")


if __name__ == "__main__":
    main()
