"""The pictures inside a manifest (archives, rows with base64), looked up by their bytes and by how they look.

What a picture's bytes mean is not known in this room: ``Looked`` is given.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from commonswatch.manifests.readers.formats import Picture
from commonswatch.manifests.readers.shapes import Place
from commonswatch.manifests.scanning.findings import How, Match, Progress
from commonswatch.manifests.scanning.source import Manifest
from commonswatch.manifests.scanning.state import Part

AT_ONCE = 64  # pictures
_MOST_BYTES = 64 * 2**20  # that wait to be looked at


class Found(NamedTuple):
    """A registered work that one picture shows."""

    how: How
    what: str
    work_id: int
    distance: int | None = None


Looked = Callable[[Sequence[bytes]], Sequence[list[Found] | None]]
"""Pictures → the works each shows; None for one that cannot be read."""


class PicturePass:
    """Looks at all pictures of a manifest, going on behind those an earlier run had looked at."""

    def __init__(self, manifest: Manifest, looked: Looked, part: Part) -> None:
        self._manifest, self._looked, self._part = manifest, looked, part
        self.seen, self.unread = int(part.state.get("pictures", 0)), int(part.state.get("unread", 0))
        self.matches = int(part.state.get("matches", 0))

    def run(self) -> Iterator[tuple[Progress, list[Match]]]:
        """The matches of some pictures at a time. Each lot is a checkpoint: pictures take much longer than that."""
        if self._part.state.get("done"):
            return
        pictures = islice(self._manifest.pictures(), self.seen, None)
        while lot := list(_lot(pictures)):
            found = []
            for picture, works in zip(lot, self._looked([one.data for one in lot]), strict=True):
                self.unread += works is None
                place = Place(picture.row, member=picture.member)
                found += [Match(picture.row, place, *work) for work in works or ()]
            self.seen, self.matches = self.seen + len(lot), self.matches + len(found)
            self._part.add(found)
            self._save()
            read, total = self._manifest.position()
            yield Progress(self.seen, read, total, self.matches), found
        self._save(done=True)

    def _save(self, *, done: bool = False) -> None:
        state = {"pictures": self.seen, "unread": self.unread, "matches": self.matches, "done": done}
        self._part.save(state)


def _lot(pictures: Iterator[Picture]) -> Iterator[Picture]:
    size = 0
    for picture in islice(pictures, AT_ONCE):
        yield picture
        size += len(picture.data)
        if size > _MOST_BYTES:
            return
