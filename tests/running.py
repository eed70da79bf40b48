"""The real product as processes: ``RunningProduct`` is ``commonswatch run`` on a free port, in its own folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

READY_WITHIN = 40.0
END_WITHIN = 25.0


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningProduct:
    """``commonswatch run`` (or another command) until the end of the ``with`` block.

    ``url`` is its address, ``output()`` what it printed so far, ``home`` its folder.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None, command: str = "run") -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = command
        self.ready = "/healthz" if command == "serve" else "/readyz"  # without a worker the site is never ready
        own = {"COMMONSWATCH_HOME": str(home), "COMMONSWATCH_PORT": str(self.port)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMONSWATCH_")}
        self.environment = {**kept, **own, **(environment or {})}
        self.log = home.parent / f"{home.name}-{self.port}.log"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "commonswatch", self.command],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self.wait_until_ready()
        if self.command == "run":
            self._wait_for_greeting()

    def _wait_for_greeting(self, within: float = 10.0) -> None:
        deadline = time.monotonic() + within
        while "Commonswatch is ready" not in self.output():
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.05)

    def wait_until_ready(self, within: float = READY_WITHIN) -> None:
        """Wait until the product answers ``/readyz`` (a server alone: ``/healthz``) with 200; else show its output."""
        last, deadline = "no answer yet", time.monotonic() + within
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with code {self.process.returncode}:\n{self.output()}")
            try:
                with urllib.request.urlopen(self.url + self.ready, timeout=5) as answer:
                    answer.read()
                    return
            except urllib.error.HTTPError as error:
                last = error.read().decode()
                error.close()
            except OSError as error:
                last = str(error)
            time.sleep(0.1)
        raise AssertionError(f"not ready within {within} s: {last}\n{self.output()}")

    def end(self) -> int:
        """Press Ctrl-C and wait; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end on Ctrl-C:\n{self.output()}") from None

    def output(self) -> str:
        """What it printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def children(self) -> dict[str, list[int]]:
        """The process ids of the supervised commands, by name."""
        found = defaultdict(list)
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        for number in " ".join(tasks.read_text() for tasks in listed).split():
            try:
                words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if match := re.search(rb"commonswatch\0(\w+)", b"\0".join(words)):
                found[match[1].decode()].append(int(number))
        return found
