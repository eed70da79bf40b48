"""The bar a scan shows on the terminal: rows, rate, matches, time left. Nothing where there is no terminal."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from commonswatch.commands.lines import counted
from commonswatch.manifests.scanning import Progress as Told

_WORDS = "{task.fields[rows]} · {task.fields[rate]} rows/s · {task.fields[matches]}"


class ScanBar:
    """Shown on the error stream, so that what is found can go into a file. Drawn by the one who calls, in no thread."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(20),
            TextColumn(_WORDS),
            _TimeLeft(),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
            redirect_stdout=sys.stdout.isatty(),  # else what was found would go to the terminal instead of its file
            redirect_stderr=True,
        )
        self._is_seen = self._bar.console.is_interactive
        self._first = Told()

    def __enter__(self) -> Self:
        if self._is_seen:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_seen:
            self._bar.stop()

    def begin(self, name: str) -> None:
        """A manifest begins."""
        self._first = Told()
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._task = self._bar.add_task(name[:30], total=None, rows="0 rows", rate="-", matches="0 matches")

    def watch(self, told: Told) -> None:
        """Show how far it has come."""
        if not self._is_seen:
            return
        self._first = self._first if self._first.rows else told
        seconds = told.seconds - self._first.seconds
        self._bar.update(
            self._task,
            total=told.total,
            completed=told.read,
            rows=counted(told.rows, "row"),
            rate=f"{(told.rows - self._first.rows) / seconds:,.0f}" if seconds > 0 else "-",
            matches=counted(told.matches, "match", "matches"),
        )
        self._bar.refresh()


class _TimeLeft(ProgressColumn):
    """In words: `4 s left`; nothing while nobody knows."""

    def render(self, task: Task) -> Text:
        """What stands at the end of the bar."""
        return Text(time_left(task.time_remaining))


def time_left(seconds: float | None) -> str:
    """How long it will take, to the second, the minute or the hour."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"
