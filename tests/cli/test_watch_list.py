"""``commonswatch watch-list``: make a version, change the key, check everything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path) -> Path:
    from commonswatch.context import open_context
    from commonswatch.settings import Settings

    home = tmp_path / "var"
    home.mkdir()
    (home / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    open_context(Settings(home=home)).database.engine.dispose()
    return home


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COMMONSWATCH_HOME": str(home)}
    command = [sys.executable, "-m", "commonswatch", "watch-list", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


def test_versions_are_made_signed_anew_and_verified(home: Path) -> None:
    assert _run(home, "verify").stdout.startswith("0 versions")
    assert _run(home, "build").stdout == "Version 1: 0 keys, 0 pictures.\n"
    assert _run(home, "build").stdout == "Nothing has changed.\n"
    assert _run(home, "rotate-key").stdout.startswith("New key: ")
    assert _run(home, "build").stdout.startswith("Version 2: ")
    assert _run(home, "build", "--above", "41").stdout.startswith("Version 42: ")
    told = _run(home, "verify")
    assert told.returncode == 0
    assert told.stdout.startswith("3 versions, chain intact.")
    assert "Not in this history: versions 3 to 41" in told.stdout


def test_a_damaged_file_is_told_with_an_exit_code(home: Path) -> None:
    _run(home, "build")
    for file in (home / "watch-list").glob("?" * 64):
        file.write_bytes(file.read_bytes() + b"x")
    told = _run(home, "verify")
    assert told.returncode == 1
    assert "does not hold: A file of version 1 is not what it should be (size)." in told.stderr
