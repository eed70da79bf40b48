"""What is scanned: a file that can be opened again and divided, or a stream that is read once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.formats import Picture
from commonswatch.manifests.readers.shapes import Block, Limits, Problem


class Manifest(Protocol):
    """An open manifest, as ``manifests.opening`` gives it."""

    @property
    def kind(self) -> str:
        """What it is, in one word."""

    @property
    def compression(self) -> tuple[str, ...]:
        """How it is packed, the outermost first."""

    @property
    def ended_by(self) -> Problem | None:
        """Why it was not read to its end."""

    @property
    def left_out(self) -> Problem | None:
        """What was passed over so far, while its rows went on."""

    def blocks(self, checkpoint: Any = None) -> Iterator[Block]:
        """Its rows, from the start or from where a block ended."""

    def pictures(self) -> Iterator[Picture]:
        """The pictures inside, one after the other."""

    def divided(self, parts: int) -> Sequence[Any]:
        """Where about equal ranges begin; none when it cannot be divided."""

    def position(self) -> tuple[int, int | None]:
        """Bytes read of the file as it lies there, and how many it has."""


class Source(Protocol):
    """Something to scan."""

    @property
    def divisible(self) -> bool:
        """Whether several processes may open it."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What changes when it becomes another."""

    @property
    def cut(self) -> str:
        """Why only its start can be read, in a sentence; empty when that is not so."""

    def open(self) -> AbstractContextManager[Manifest]:
        """Read it from its start."""


@dataclass(frozen=True)
class FileSource:
    """A file."""

    path: Path
    limits: Limits = field(default_factory=Limits)
    name: str = ""  # what it was called where it came from
    cut: str = ""  # why only its start is here, in a sentence; empty: all of it is

    divisible = True

    @property
    def identity(self) -> Mapping[str, Any]:
        """Its size, its last change and its number."""
        told = self.path.stat()
        return {"size": told.st_size, "changed": told.st_mtime_ns, "file": told.st_ino}

    def open(self) -> AbstractContextManager[Manifest]:
        """Read it from its start."""
        return open_manifest(self.path, self.limits, name=self.name or self.path.name)


@dataclass(frozen=True)
class StreamSource:
    """A stream: it can be opened once, so a scan of it cannot go on after a kill."""

    stream: BinaryIO
    limits: Limits = field(default_factory=Limits)

    divisible = False
    cut = ""
    identity: Mapping[str, Any] = field(default_factory=dict)

    def open(self) -> AbstractContextManager[Manifest]:
        """Read it on."""
        return open_manifest(self.stream, self.limits)
