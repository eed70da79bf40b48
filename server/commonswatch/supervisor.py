"""Runs several commands of the product as one: starts them, restarts one that dies, ends all on Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence

Command = Sequence[str]
"""The words after ``commonswatch``."""
GRACE = 15.0
"""Seconds a process has to finish what it is doing before it is killed."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_HEALTHY_AFTER = 10.0


def run(commands: Sequence[Command], environment: Mapping[str, str] | None = None) -> int:
    """Run ``commonswatch <command>`` for each command until SIGINT or SIGTERM; return the exit code.

    ``environment`` is added to ours.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    inherited = {**os.environ, **(environment or {})}
    threads = [threading.Thread(target=_keep_running, args=(command, inherited, stop)) for command in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


def _keep_running(command: Command, environment: Mapping[str, str], stop: threading.Event) -> None:
    pause = _FIRST_PAUSE
    while not stop.is_set():
        started = time.monotonic()
        process = _start(command, environment)
        while process.poll() is None and not stop.wait(0.1):
            pass
        if stop.is_set():
            _end(process)
            return
        if time.monotonic() - started > _HEALTHY_AFTER:
            pause = _FIRST_PAUSE
        sys.stderr.write(f"{command[0]} ended with code {process.returncode}; starting it again in {pause:.1f} s\n")
        stop.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def wait_for_site(host: str, port: int) -> None:
    """Return as soon as the web server of this machine answers that it is ready."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 (a key, nothing is bound)
    while True:
        try:
            with urllib.request.urlopen(f"http://{reachable}:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)


def end_with_parent() -> None:
    """In a supervised process: end when the supervisor is gone, however it went (its end of our stdin closes)."""

    def wait_for_the_end() -> None:
        while os.read(0, 1024):  # not through sys.stdin: its lock would be held when Python ends
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_end, daemon=True).start()


def _start(command: Command, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "commonswatch", *command, "--end-with-parent"]
    # A session of its own, so that Ctrl-C reaches it through us, once.
    return subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
