"""The wheel holds everything the product needs when it is installed without its source tree."""

import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_the_wheel_holds_each_tracked_file_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "--quiet", PROJECT, source], check=True)
    subprocess.run([*command, "--wheel-dir", tmp_path, source], check=True)
    [wheel] = tmp_path.glob("commonswatch-*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "server", "migrations", "extension/src"],
        cwd=source,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    expected = {_in_the_wheel(name) for name in listed if not name.endswith((".po", ".pot", ".mako"))}
    assert expected - packed == set()


def _in_the_wheel(name: str) -> str:
    for folder, package in (("server/", ""), ("extension/src/", "commonswatch/extension/")):
        if name.startswith(folder):
            return package + name.removeprefix(folder)
    return f"commonswatch/{name}"
