"""Writing the index of one manifest while it is scanned."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commonswatch.manifests.index.entries import Numbers
from commonswatch.manifests.index.merging import NO_SECRET, build
from commonswatch.manifests.index.runs import Runs


class IndexWriter:
    """Takes digests and rows in any order in bounded memory; ``commit`` puts the whole index in place."""

    def __init__(self, path: Path, *, secret_id: bytes = NO_SECRET, state: Mapping[str, Any] | None = None) -> None:
        """``state`` of an earlier ``checkpoint`` goes on from there; without it whatever was left over is removed.

        ``secret_id`` (8 bytes) names the secret the digests were made with.
        """
        self.path = path
        self._secret_id = secret_id
        self._runs = Runs(path.with_name(f"{path.name}.runs"), state)

    def add(self, digests: Numbers, rows: Numbers) -> None:
        """Take digests (uint64) and the row each stands in (uint64, from 0)."""
        self._runs.add(digests, rows)

    def checkpoint(self) -> dict[str, Any]:
        """What was taken is on disk; the state to go on from, for JSON."""
        return self._runs.checkpoint()

    def commit(self, rows: int, *, guessed: bool = False) -> None:
        """Write the index of a manifest of so many rows and put it in place; then the runs are removed.

        ``guessed``: all keys were read from file names.
        """
        build(self.path, self._runs.runs(), rows, self._secret_id, guessed=guessed)
        self._runs.remove()

    def discard(self) -> None:
        """Forget everything that was taken; an index that was there before stays."""
        self._runs.remove()
