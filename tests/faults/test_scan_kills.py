"""Scans and index writers are killed with SIGKILL at random moments: nothing is lost, doubled or half there."""

import json
import multiprocessing
import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commonswatch.manifests.index import IndexWriter, KeyIndex
from commonswatch.manifests.scanning import Looking, Options, Scan, passes, shards
from commonswatch.manifests.scanning.sieves import RowByRow

from tests.unit.manifests.scanning.played import Looked, PlayedSource, a_list, digest, key

ROWS = 3000
KILLS = 8
_processes = multiprocessing.get_context("fork")  # starts in no time, so that kills fall into the work


def _looking() -> Looking:
    registry = Looked({key(row): (row,) for row in range(0, ROWS, 7)})
    return Looking(registry, RowByRow(registry, digest), indexed=True)


def _scan(path: Path, folder: Path, cores: int, slow: float) -> None:
    """One run of a scan; what it tells is written in one piece at the end."""
    passes.CHECKPOINT_EVERY = shards.TELL_EVERY = 0.03
    options = Options(folder=folder / "state", index=folder / "index", cores=cores, smallest_range=1)
    scan = Scan(PlayedSource(path, slow), _looking(), options, lambda _progress: None)
    told = [[match.row, match.place.line, match.how, match.what, match.work_id] for match in scan]
    summary = scan.summary.as_json() | {"seconds": 0}
    (folder / "told").write_text(json.dumps([told, summary]))


def _told(folder: Path) -> tuple[list[Any], dict[str, Any], dict[int, list[int]]]:
    matches, summary = json.loads((folder / "told").read_text())
    with KeyIndex.open(folder / "index") as index:
        index.verify()
        return matches, summary, index.rows_of_many([digest(key(row)) for row in range(ROWS)])


def _start(*words: Any) -> BaseProcess:
    process = _processes.Process(target=_scan, args=words)
    process.start()
    return process


def _kill(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.parametrize("cores", [1, 3])
def test_a_scan_killed_again_and_again_tells_what_an_undisturbed_one_tells(tmp_path: Path, cores: int) -> None:
    path = a_list(tmp_path / "list", ROWS)
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    undisturbed.mkdir()
    disturbed.mkdir()
    first = _start(path, undisturbed, cores, 0.0)
    first.join()
    chance, kills = random.Random(5), 0
    while not (disturbed / "told").exists():
        process = _start(path, disturbed, cores, 0.01)
        if kills < KILLS:
            time.sleep(chance.uniform(0.05, 0.7))
            _kill(process)
            kills += 1
        else:
            process.join()
            assert process.exitcode == 0
    matches, summary, rows = _told(disturbed)
    wanted_matches, wanted_summary, wanted_rows = _told(undisturbed)
    assert (matches, rows) == (wanted_matches, wanted_rows)
    assert len(rows) == ROWS
    assert summary == wanted_summary | {"resumed": summary["resumed"]}  # not when the last kill came at the very end
    assert not (disturbed / "state").exists()


def _write_again_and_again(path: Path) -> None:
    for generation in range(1, 1000):
        writer = IndexWriter(path)
        digests = np.arange(1, 20_001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        writer.add(digests, np.full(20_000, generation, np.uint64))
        writer.checkpoint()
        writer.commit(1000)


def test_an_index_killed_while_it_is_written_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path, chance, last = tmp_path / "index", random.Random(6), 0
    for _ in range(KILLS):
        process = _processes.Process(target=_write_again_and_again, args=(path,))
        process.start()
        deadline = time.monotonic() + 20
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.02, 0.4))
        _kill(process)
        with KeyIndex.open(path) as index:
            index.verify()
            found = index.rows_of_many([number * 0x9E3779B97F4A7C15 % 2**64 for number in range(1, 20_001)])
        assert len(found) == 20_000
        assert len({tuple(rows) for rows in found.values()}) == 1
        last = max(last, next(iter(found.values()))[0])
    assert last > 1


def test_a_second_scan_of_the_same_waits_for_the_ranges_of_a_killed_one(tmp_path: Path) -> None:
    path = a_list(tmp_path / "list", ROWS)
    process = _start(path, tmp_path, 3, 0.1)
    deadline = time.monotonic() + 20
    while not (tmp_path / "state" / "range-2" / "checkpoint").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    _kill(process)
    began = time.monotonic()
    _scan(path, tmp_path, 3, 0.0)
    assert time.monotonic() - began < 10
    matches, summary, _ = _told(tmp_path)
    assert len(matches) == len(range(0, ROWS, 7))
    assert summary["resumed"]
