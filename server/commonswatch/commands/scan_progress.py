"""The bar a scan shows on the terminal: rows, rate, matches, time left. Nothing where there is no terminal."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from commonswatch.manifests.scanning import Progress as Told


class ScanBar:
    """Shown on the error stream, so that what is found can go into a file. Drawn by the one who calls, in no thread."""

    def __init__(self) -> None:
        words = "{task.fields[rows]} rows  {task.fields[rate]} rows/s  {task.fields[matches]} matches"
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(24),
            TextColumn(words),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
            redirect_stdout=sys.stdout.isatty(),  # else what was found would go to the terminal instead of its file
            redirect_stderr=True,
        )
        self._before = 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, name: str) -> None:
        """A manifest begins."""
        self._before = 0
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._task = self._bar.add_task(name[:30], total=None, rows="0", rate="-", matches="0")

    def watch(self, told: Told) -> None:
        """Show how far it has come."""
        self._before = self._before or told.rows
        rate = (told.rows - self._before) / told.seconds if told.seconds > 1 else 0
        self._bar.update(
            self._task,
            total=told.total,
            completed=told.read,
            rows=f"{told.rows:,}",
            rate=f"{rate:,.0f}" if rate else "-",
            matches=f"{told.matches:,}",
        )
        if self._bar.console.is_terminal:
            self._bar.refresh()
