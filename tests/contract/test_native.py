"""The kernels in C are optional: without a compiler the package installs, and says once that it will be slower."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]


def test_without_a_compiler_the_package_is_built_all_the_same(tmp_path: Path) -> None:
    copy = shutil.copytree(HOME, tmp_path / "tree", ignore=shutil.ignore_patterns(".*", "node_modules", "var", "*.so"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    environment = {**os.environ, "CC": "/nowhere/cc"}
    subprocess.run([*command, tmp_path / "out", copy], check=True, env=environment, timeout=110)
    [wheel] = (tmp_path / "out").glob("*.whl")
    names = subprocess.run([sys.executable, "-m", "zipfile", "-l", wheel], check=True, capture_output=True, text=True)
    assert "commonswatch/native/pdq.py" in names.stdout
    assert "_kernels" not in names.stdout


def test_a_long_command_says_once_that_the_twins_do_the_work(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("https://pictures.example/a.jpg\n")
    environment = {**os.environ, "COMMONSWATCH_HOME": str(tmp_path / "var"), "COMMONSWATCH_NATIVE": "off"}
    run = [sys.executable, "-m", "commonswatch"]
    subprocess.run([*run, "db", "upgrade"], check=True, env=environment, timeout=60, capture_output=True)
    scan = [*run, "scan", str(tmp_path / "list.txt")]
    told = subprocess.run(scan, env=environment, timeout=60, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert told.stderr.count("slower twins") == 1
