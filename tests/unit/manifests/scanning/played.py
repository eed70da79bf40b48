"""A list of addresses that is slow or breaks off on request, and what is looked for in it."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from commonswatch.manifests.readers.shapes import Block, Column, Place, Problem
from commonswatch.manifests.readers.text import TextReader

_SMALL = 4000  # bytes of a block


@dataclass
class PlayedManifest:
    """One address a line, handed out in small blocks."""

    path: Path
    slow: float = 0.0
    breaks_after: int | None = None
    kind: str = "list"
    compression: tuple[str, ...] = ()
    ended_by: Problem | None = None
    left_out: Problem | None = None
    read: int = 0

    def blocks(self, checkpoint: Any = None) -> Iterator[Block]:
        offset, row = (checkpoint["offset"], checkpoint["row"]) if checkpoint else (0, 0)
        end = (checkpoint or {}).get("until") or self.path.stat().st_size
        while offset < end:
            with self.path.open("rb") as file:
                file.seek(offset)
                data = file.read(min(_SMALL, end - offset))
            data = data[: data.rindex(b"\n") + 1]
            offset, self.read = offset + len(data), self.read + len(data)
            block = _block(data, row, {"offset": offset, "row": row + data.count(b"\n"), "until": end})
            row += block.rows
            time.sleep(self.slow)
            yield block
            if self.breaks_after is not None and row >= self.breaks_after:
                self.ended_by = Problem("broken", "It breaks off.")
                return

    def divided(self, parts: int) -> Sequence[Any]:
        data = self.path.read_bytes()
        cuts = [0, *(data.index(b"\n", len(data) * part // parts) + 1 for part in range(1, parts)), len(data)]
        return [{"offset": a, "until": b, "row": 0} for a, b in pairwise(cuts)]

    def position(self) -> tuple[int, int | None]:
        return self.read, self.path.stat().st_size


def _block(data: bytes, row: int, after: Mapping[str, Any]) -> Block:
    reader = TextReader((Column("", "address"),))
    return Block(memoryview(data), row, reader, lambda number: Place(row + number, row + number + 1), lambda: after)


@dataclass(frozen=True)
class PlayedSource:
    """A file of addresses."""

    path: Path
    slow: float = 0.0
    breaks_after: int | None = None
    divisible: bool = True
    cut: str = ""

    @property
    def identity(self) -> Mapping[str, Any]:
        return {"size": self.path.stat().st_size}

    @contextmanager
    def open(self) -> Iterator[PlayedManifest]:
        yield PlayedManifest(self.path, self.slow, self.breaks_after)


@dataclass(frozen=True)
class Looked:
    """Work keys that are registered."""

    known: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def works(self, text: str) -> Sequence[int]:
        return self.known.get(text, ())


def digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def photo(number: int) -> str:
    return f"https://live.staticflickr.com/65535/{50_000_000_000 + number}_0a1b2c3d4e_b.jpg"


def key(number: int) -> str:
    return f"flickr:photo:{50_000_000_000 + number}"


def a_list(path: Path, rows: int) -> Path:
    path.write_text("".join(f"{photo(row)}\n" for row in range(rows)))
    return path
