"""What tar and zip have in common: rows are their pictures with what lies beside them, and the rows of lists inside."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from commonswatch.manifests.readers.members import Samples, is_list, is_picture
from commonswatch.manifests.readers.shapes import Block, Checkpoint, Column, Reading, Trouble
from commonswatch.manifests.readers.streams import read_fully
from commonswatch.manifests.readers.unknown import Picture, Unknown


class Member(NamedTuple):
    """One file inside. Its content is looked for when somebody asks."""

    name: str
    size: int
    content: Callable[[], Any]


class Archive(Unknown):
    """An archive of any kind: `members` says what is in it."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._samples = reading, Samples(reading)

    def members(self) -> Iterator[Member]:
        """All files, in order; Trouble where the archive is damaged."""
        raise NotImplementedError

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Those found so far."""
        return self._samples.columns

    def blocks(self, checkpoint: Checkpoint | None) -> Iterator[Block]:  # noqa: ARG002
        """Its rows, from the first."""
        try:
            yield from self._rows()
        except Trouble:
            yield from self._samples.rest()
            raise
        yield from self._samples.rest()

    def _rows(self) -> Iterator[Block]:
        from commonswatch.manifests.readers.formats import inner_blocks  # noqa: PLC0415  # archives are formats, too

        for number, member in enumerate(self.members()):
            if number >= self._reading.limits.members:
                raise Trouble("too-large", f"It has more than {number:,} members.")
            if is_list(member.name, member.size):
                yield from self._samples.rest()
                yield from inner_blocks(member.content(), member.name, self._reading)
            else:
                yield from self._samples.add(*member)

    def pictures(self) -> Iterator[Picture]:
        """Each with the number of its row, were the rows read."""
        most = self._reading.limits.member
        for number, member in enumerate(member for member in self.members() if is_picture(member.name)):
            data = b"" if member.size > most else read_fully(member.content(), most + 1)
            capped = member.size > most or len(data) > most
            yield Picture(number, member.name, b"" if capped else data, capped)
