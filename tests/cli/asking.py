"""The real command as a process, its answer as rows."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def ask(*words: str | Path, given: bytes = b"", timeout: float = 60) -> subprocess.CompletedProcess[bytes]:
    """Run ``commonswatch`` with these words and these bytes on standard input."""
    command = [sys.executable, "-m", "commonswatch", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, timeout=timeout)


def rows(*words: str | Path, given: bytes = b"") -> list[dict[str, Any]]:
    """The JSON objects a command prints; it must end well and say nothing else."""
    answer = ask(*words, "--json", given=given)
    assert (answer.returncode, answer.stderr) == (0, b"")
    return [json.loads(line) for line in answer.stdout.splitlines()]
