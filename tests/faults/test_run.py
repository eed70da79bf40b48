"""``commonswatch run``: starts, starts again, survives the death of a part, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from tests.running import RunningProduct

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


def _eventually(holds: Callable[[], bool], within: float = 30.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def _alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_it_starts_offers_the_first_administrator_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var") as product:
        assert re.search(rf"{re.escape(product.url)}/setup/\S+", product.output())
        children = [*chain(*product.children().values())]
        assert len(children) == 3, "two web processes and a worker"
        assert product.end() == 0
    assert not any(_alive(child) for child in children)
    assert "Traceback" not in product.output()


def test_a_second_start_reuses_everything(tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var"):
        keys = {file.name: file.read_bytes() for file in (tmp_path / "var/keys").iterdir()}
    with RunningProduct(tmp_path / "var"):
        assert keys == {file.name: file.read_bytes() for file in (tmp_path / "var/keys").iterdir()}


@pytest.mark.parametrize("part", ["serve", "worker"])
def test_a_part_that_is_killed_is_started_again(tmp_path: Path, part: str) -> None:
    with RunningProduct(tmp_path / "var") as product:
        before = product.children()[part]
        os.kill(before[0], signal.SIGKILL)
        assert _eventually(lambda: len(set(product.children()[part]) - {before[0]}) == len(before))
        product.wait_until_ready()


def test_no_part_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var") as product:
        children = [*chain(*product.children().values())]
        product.process.kill()
        product.process.wait()
        assert _eventually(lambda: not any(_alive(child) for child in children))


def test_a_used_port_is_said_plainly(tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "one") as first:
        second = RunningProduct(tmp_path / "two", {"COMMONSWATCH_PORT": str(first.port)})
        with second.log.open("wb"):
            pass
        ended = subprocess.run(
            [sys.executable, "-m", "commonswatch", "run"],
            env=second.environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert ended.returncode == 1
        assert "is in use" in ended.stderr
        assert "Traceback" not in ended.stderr
        with urllib.request.urlopen(first.url + "/healthz", timeout=5) as answer:
            assert answer.status == 200


def test_the_web_processes_share_one_port_and_their_numbers(tmp_path: Path) -> None:
    def requests_counted() -> float:
        with urllib.request.urlopen(product.url + "/metrics", timeout=5) as answer:
            numbers = answer.read().decode()
        return sum(float(number) for number in re.findall(r'_count{.*route="/about",.*} ([0-9.]+)', numbers))

    with RunningProduct(tmp_path / "var", {"COMMONSWATCH_WEB_PROCESSES": "3"}) as product:
        assert _eventually(lambda: len(product.children()["serve"]) == 3)
        for _ in range(60):  # each on a connection of its own, so that each process gets some
            with urllib.request.urlopen(product.url + "/about", timeout=5) as answer:
                assert answer.status == 200
        assert requests_counted() == 60


def test_it_does_not_run_twice_in_one_home(tmp_path: Path) -> None:
    with RunningProduct(tmp_path / "var") as first:
        second = RunningProduct(tmp_path / "var")
        ended = subprocess.run(
            [sys.executable, "-m", "commonswatch", "run"],
            env=second.environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert ended.returncode == 1
        assert "is running in" in ended.stderr
        assert str(first.home) in ended.stderr
        first.wait_until_ready()
    assert not list((tmp_path / "var").glob("numbers-*")), "numbers of an ended run are of no use"
