"""One child process, as the parent sees it: started, asked under a clock, ended. `pool` says who asks which."""

import os
import signal
import subprocess
import sys
import threading
from typing import IO, cast

from commonswatch.fingerprints import frames
from commonswatch.fingerprints.facts import Unreadable

_SWITCH = "COMMONSWATCH_NATIVE"
_COMMAND = (sys.executable, "-I", "-B", "-m", "commonswatch.fingerprints.child")
# All a child gets to know. Threads would reserve its address space; the other says whether to do without the kernels.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"} | {name: on for name, on in os.environ.items() if name == _SWITCH}
_LARGEST_ANSWER = 256 * 1024  # bytes
_PICTURES_PER_CHILD = 200

TOO_LONG = "Reading the picture took too long."
STOPPED = "The picture could not be read: reading it had to be stopped."


class Child:
    """A process that reads pictures; used by one thread at a time. Raises OSError when none can be started."""

    def __init__(self, video: int | None = None) -> None:
        """``video`` is the number of an open file: the child reads that one, and nothing else."""
        self.process = subprocess.Popen(  # noqa: S603  # our own program, no foreign words
            (*_COMMAND, *([] if video is None else [str(video)])),
            pass_fds=() if video is None else (video,),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_ENVIRONMENT,
            process_group=0,  # Ctrl-C in a terminal is the parent's affair
        )
        self._in = cast("IO[bytes]", self.process.stdin)
        self._out = cast("IO[bytes]", self.process.stdout)
        frames.widen(self._in.fileno())
        self._pictures_left = _PICTURES_PER_CHILD
        self._timed_out = False

    @property
    def worn(self) -> bool:
        """Whether it has read so many pictures that a fresh one is better."""
        return self._pictures_left <= 0

    def ask(self, word: bytes, body: bytes, seconds: float) -> tuple[bytes, bytes]:
        """Send one frame and wait for the answer. Raises frames.Ended when the child dies or its time is up."""
        clock = threading.Timer(seconds, self._time_is_up)
        clock.daemon = True
        clock.start()
        try:
            frames.send(self._in.fileno(), word, body)
            return frames.receive(self._out.fileno(), _LARGEST_ANSWER)
        finally:
            clock.cancel()
            self._pictures_left -= 1

    def end(self) -> int:
        """End the process, close its pipes, and say how it ended: a negative number is the signal that did it."""
        self.process.kill()
        self._in.close()
        self._out.close()
        return self.process.wait()

    def raise_for_its_death(self) -> None:
        """Raise Unreadable if the picture was to blame, and nothing if somebody killed the child from outside."""
        signalled = -self.end()
        if self._timed_out or signalled == signal.SIGXCPU:
            raise Unreadable(TOO_LONG)
        if signalled not in (signal.SIGKILL, signal.SIGTERM):
            raise Unreadable(STOPPED)

    def let_go(self) -> None:
        """In a forked copy of the parent: close the pipes, so that the real parent's death still ends the child."""
        self._in.close()
        self._out.close()
        self.process.returncode = 0  # not ours to kill or to wait for

    def _time_is_up(self) -> None:
        self._timed_out = True
        self.process.kill()
