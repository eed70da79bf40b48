"""One row of a manifest → its keys, digests, person keys and licence. This decides; what is faster only proposes."""

from typing import Literal, NamedTuple

from commonswatch.domain.keys import WorkKey
from commonswatch.domain.licences import Licence
from commonswatch.manifests.readers.shapes import Block, Cells, Place, Reads


class Digest(NamedTuple):
    """The digest of a file, as a column tells it."""

    algorithm: Literal["sha256", "md5"]
    bits: bytes


class PersonKey(NamedTuple):
    """What a row says of who is shown: a name as written (blanks for underscores), or an id of a knowledge base."""

    kind: Literal["name", "mid", "qid"]
    value: str


class Row(NamedTuple):
    """What one row holds. ``accounts`` are those the works belong to: keys such as `flickr:user:9@N00`."""

    number: int
    place: Place
    cells: Cells
    keys: tuple[WorkKey, ...]
    digests: tuple[Digest, ...]
    person_keys: tuple[PersonKey, ...]
    accounts: tuple[str, ...]
    licence: Licence | None


def read_row(reader: Reads, record: bytes, number: int, place: Place | None = None) -> Row:
    """Read one record. Never raises. ``number`` counts the rows of the manifest from 0."""
    raise NotImplementedError  # follows


def row_of(block: Block, index: int) -> Row:
    """The row of the record with this number in a block."""
    return read_row(block.reader, block.record(index), block.first_row + index, block.place(index))
