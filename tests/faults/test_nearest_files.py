"""The file of the nearest set survives a kill at any moment, a full disk, and two processes that write it at once."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from commonswatch.fingerprints.nearest import NO_MARK, Mark, NearestSet, Refused, files

COUNT = 3000
WRITER = """
import sys, numpy as np
from pathlib import Path
from commonswatch.fingerprints.nearest import Mark, NearestSet
from commonswatch.fingerprints.nearest.files import only_writer
path, first = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for edge in range(first, 10**9, 2):
    bits = np.random.default_rng(edge).integers(0, 256, (3000, 32), dtype=np.uint8)
    with only_writer(path) as mine:
        if mine:
            NearestSet.of(np.arange(3000, dtype=np.uint64), bits).save(path, Mark(bytes(16), edge))
"""


def _bits(edge: int) -> np.ndarray:
    return np.random.default_rng(edge).integers(0, 256, (COUNT, 32), dtype=np.uint8)


def _is_whole(path: Path) -> bool:
    """Whether the file is exactly what was written with its mark."""
    opened = NearestSet.open(path)
    bits = _bits(opened.mark.edge)
    return len(opened) == COUNT and opened.within(bits[7].tobytes()) == [(7, 0)]


def _writer(path: Path, first: int) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, path, str(first)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path, generator = tmp_path / "pictures", random.Random(4)
    NearestSet.of(np.arange(COUNT, dtype=np.uint64), _bits(1)).save(path, Mark(bytes(16), 1))
    edges = set()
    for _ in range(6):
        process = _writer(path, 2)
        time.sleep(generator.uniform(0.0, 0.4))
        _end(process)
        assert _is_whole(path)
        edges.add(NearestSet.open(path).mark.edge)
    assert len(edges) > 1, "something was written meanwhile"


def test_two_processes_that_write_at_once_never_leave_a_mixture(tmp_path: Path) -> None:
    path = tmp_path / "pictures"
    NearestSet.of(np.arange(COUNT, dtype=np.uint64), _bits(1)).save(path, Mark(bytes(16), 1))
    processes = [_writer(path, first) for first in (2, 3)]
    seen = set()
    over = time.monotonic() + 1.5
    while time.monotonic() < over:
        assert _is_whole(path)
        seen.add(NearestSet.open(path).mark.edge % 2)
    for process in processes:
        _end(process)
    assert _is_whole(path)


def test_a_file_cut_or_changed_at_any_byte_is_refused(tmp_path: Path) -> None:
    path, generator = tmp_path / "pictures", random.Random(5)
    NearestSet.of(np.arange(40, dtype=np.uint64), _bits(1)[:40]).save(path, NO_MARK)
    whole = path.read_bytes()
    for _ in range(150):
        place = generator.randrange(len(whole))
        changed = bytearray(whole)
        changed[place] ^= 1 << generator.randrange(8)
        for harmed in (whole[:place], bytes(changed)):
            path.write_bytes(harmed)
            with pytest.raises(Refused):
                NearestSet.open(path)
    path.write_bytes(whole)
    assert len(NearestSet.open(path)) == 40


def test_a_file_goes_on_being_read_while_the_next_one_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "pictures"
    NearestSet.of(np.arange(COUNT, dtype=np.uint64), _bits(1)).save(path, Mark(bytes(16), 1))
    old = NearestSet.open(path)
    NearestSet.of(np.arange(COUNT, dtype=np.uint64), _bits(2)).save(path, Mark(bytes(16), 2))
    assert old.within(_bits(1)[9].tobytes()) == [(9, 0)]
    assert NearestSet.open(path).within(_bits(2)[9].tobytes()) == [(9, 0)]


def test_a_full_disk_is_an_error_and_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pictures"
    NearestSet.of(np.arange(COUNT, dtype=np.uint64), _bits(1)).save(path, Mark(bytes(16), 1))

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "posix_fallocate", full)
    with pytest.raises(OSError, match="space"):
        NearestSet.of(np.arange(COUNT, dtype=np.uint64), _bits(2)).save(path, Mark(bytes(16), 2))
    assert _is_whole(path)
