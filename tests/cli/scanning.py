"""``commonswatch scan`` called by tests, and lists for it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from commonswatch.cli import main

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PHOTO = 52_000_000_000


def address(number: int) -> str:
    """Of a photograph, as a list has it."""
    return f"https://live.staticflickr.com/65535/{PHOTO + number}_0123456789_b.jpg"


def run(home: Path, *words: str | Path, given: bytes = b"", **more: str) -> Result:
    """In this interpreter: where a process of its own matters, the test starts one."""
    environment = {"COMMONSWATCH_HOME": str(home), **more}
    answer = CliRunner().invoke(main, ["scan", *map(str, words)], input=given, env=environment)
    assert isinstance(answer.exception, SystemExit | None), answer.exception
    return answer


def told(home: Path, *words: str | Path, given: bytes = b"", **more: str) -> list[dict[str, Any]]:
    """What it prints as JSON; it must end well."""
    answer = run(home, "--json", *words, given=given, **more)
    assert answer.exit_code == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def tsv(rows: int) -> bytes:
    """A list with so many photographs, and a header."""
    return b"id\turl\n" + b"".join(f"{row}\t{address(row)}\n".encode() for row in range(rows))
