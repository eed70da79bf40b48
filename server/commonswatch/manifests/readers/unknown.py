"""What cannot be read, which is also what all formats have in common."""

from collections.abc import Iterator
from typing import NamedTuple

from commonswatch.manifests.readers.descriptions import Description
from commonswatch.manifests.readers.encodings import Encoding
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Trouble


class Picture(NamedTuple):
    """A picture inside an archive. ``capped``: it was larger than allowed, and ``data`` is empty."""

    row: int
    member: str
    data: bytes
    capped: bool


class Unknown:
    """What cannot be read, and why. Also the base of all formats."""

    kind: str = "unknown"
    about: Description | None = None
    columns: tuple[Column, ...] = ()
    head = b""  # what stands before the first row of a text
    encoding: Encoding | None = None  # of a text

    def __init__(self, why: str) -> None:
        self._why = why

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """All rows, in blocks; those behind a checkpoint where that is cheap, else all."""
        raise Trouble("unknown", self._why or "It is none of the formats that can be read.")
        yield

    def divided(self, parts: int) -> list[Checkpoint]:  # noqa: ARG002
        """Where about equal ranges begin; none where one must read from the start."""
        return []

    def pictures(self) -> Iterator[Picture]:
        """The pictures inside."""
        return iter(())

    def close(self) -> None:
        """Let go of what only this format holds."""
