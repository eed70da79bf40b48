"""What survives a kill: for each range of a manifest a journal of matches, runs of its index, and a checkpoint.

A checkpoint counts only what was on disk before it. What a killed scan wrote after its last one is cut off.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from commonswatch.manifests.scanning.findings import Match, from_line, to_line

_VERSION = 3
_BUFFERED = 2**18  # bytes of matches, written at once


class Folder:
    """The folder of one scan. Only one process works in it; another one waits until that has gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _locked(path)
        while not _is_there(path, self._lock):  # whoever had it is done, and has removed the folder
            os.close(self._lock)
            self._lock = _locked(path)

    def plan(self, identity: Mapping[str, Any]) -> list[Any] | None:
        """The ranges an earlier run divided this very manifest into; None, and everything is cleared, without one."""
        plan = _read(self.path / "plan")
        if plan and plan.get("identity") == identity and isinstance(plan.get("ranges"), list):
            return list(plan["ranges"])
        for path in self.path.iterdir():
            if path.name != "lock":
                _remove(path)
        return None

    def keep_plan(self, identity: Mapping[str, Any], ranges: list[Any]) -> None:
        """Remember how the manifest is divided, before anything is read."""
        _write(self.path / "plan", {"identity": dict(identity), "ranges": ranges})

    def part(self, number: int) -> "Part":
        """What belongs to one range."""
        return Part(self.path / f"range-{number}")

    def close(self) -> None:
        """Let others in; everything stays."""
        os.close(self._lock)

    def remove(self) -> None:
        """The scan is done: nothing of it stays here."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.close()


class Part:
    """Journal and checkpoint of one range."""

    def __init__(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        self.path = path
        told = _read(path / "checkpoint") or {}
        self.state: dict[str, Any] = told.get("state", {})
        self._length = int(told.get("journal", 0))
        self._open: BinaryIO | None = None

    @property
    def runs(self) -> Path:
        """The folder of its index runs."""
        return self.path / "runs"

    @property
    def _journal(self) -> BinaryIO:
        """Opened when something is to be written; what a killed scan wrote after its last checkpoint is cut off."""
        if self._open is None:
            self._open = (self.path / "matches").open("ab", _BUFFERED)
            self._open.truncate(self._length)
            self._open.seek(self._length)
        return self._open

    def add(self, matches: Sequence[Match]) -> None:
        """Write matches down; they count with the next checkpoint."""
        if matches:
            self._journal.write(to_line(matches))

    def save(self, state: Mapping[str, Any]) -> None:
        """A checkpoint: everything written down so far counts from now on."""
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._length = self._journal.tell()
        self.state = dict(state)
        _write(self.path / "checkpoint", {"state": self.state, "journal": self._length})

    def matches(self, rows: int = 0, lines: int = 0) -> Iterator[list[Match]]:
        """All matches up to the last checkpoint, some at a time, counted on from that row and line."""
        if not self._length:
            return
        with (self.path / "matches").open("rb") as journal:
            while journal.tell() < self._length:
                yield from_line(journal.readline(), rows, lines)

    def close(self) -> None:
        """Everything stays."""
        if self._open is not None:
            self._open.close()


def _locked(folder: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):  # removed in between
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)  # children hold it too: nobody starts while one is left
            return lock


def _is_there(folder: Path, lock: int) -> bool:
    try:
        return os.path.samestat(os.fstat(lock), (folder / "lock").stat())
    except FileNotFoundError:
        return False


def _read(path: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        told = json.loads(path.read_bytes())
        if isinstance(told, dict) and told.get("version") == _VERSION:
            return told
    return None


def _write(path: Path, told: Mapping[str, Any]) -> None:
    """Aside, to disk, then in place: a kill leaves the old one or the new one."""
    aside = path.with_name(f"{path.name}.new")
    with aside.open("wb") as file:
        file.write(json.dumps({"version": _VERSION, **told}).encode())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
