"""One row of a manifest → its keys, digests, person keys and licence. This decides; what is faster only proposes."""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from commonswatch.domain.keys import MANY_WORKS, WorkKey
from commonswatch.domain.licences import Licence
from commonswatch.manifests.readers.anywhere import pieces, works_in
from commonswatch.manifests.readers.roles import ANYWHERE, BASE64, is_null
from commonswatch.manifests.readers.shapes import Block, Cells, Column, Place, Reads
from commonswatch.rules import account_keys, read_licence, work_keys

_LONGEST_NAME = 200  # characters
_KNOWN_LICENCES = 4096
_HEXADECIMAL = {"sha256": re.compile("[0-9A-Fa-f]{64}"), "md5": re.compile("[0-9A-Fa-f]{32}")}
_QID = re.compile("Q[1-9][0-9]{0,10}")
_MID = re.compile(r"/?([mg])[./]([0-9][0-9a-z_]{1,12})")
_MID_IN_PATH = re.compile(r"(?:[^\x00]*/)?([mg])\.(0[0-9a-z_]{2,12})[/@][^\x00]*")  # as in clean lists
_LANGUAGE = re.compile("@[A-Za-z]{2,3}(?:-[A-Za-z]{2,8})?")

Cell = tuple[Column, str]


class Digest(NamedTuple):
    """The digest of a file, as a column tells it."""

    algorithm: Literal["sha256", "md5"]
    bits: bytes


class PersonKey(NamedTuple):
    """What a row says of who is shown: a name as written (blanks for underscores), or an id: `Q42`, `m.0107_f`."""

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
    cells = reader.cells(record)
    filled = _filled(cells)
    return Row(
        number,
        place or Place(number),
        cells,
        keys=_all_keys(filled),
        digests=_all_digests(filled),
        person_keys=tuple(dict.fromkeys(person for column, text in filled for person in _persons(column, text))),
        accounts=tuple(dict.fromkeys(account for column, text in filled for account in _accounts(column, text))),
        licence=_licence([text for column, text in filled if column.role == "licence"]),
    )


def read_keys(reader: Reads, record: bytes) -> tuple[tuple[WorkKey, ...], tuple[Digest, ...]]:
    """The keys and digests of one record, as `read_row` has them, without what else it reads. Never raises."""
    filled = _filled(reader.cells(record))
    return _all_keys(filled), _all_digests(filled)


def row_of(block: Block, index: int) -> Row:
    """The row of the record with this number in a block."""
    return read_row(block.reader, block.record(index), block.first_row + index, block.place(index))


def _filled(cells: Cells) -> list[Cell]:
    """The cells that are read and say something, without blanks around them."""
    read = ((column, text.strip(" ")) for column, text in zip(cells.columns, cells.texts, strict=True) if column.role)
    return [(column, text) for column, text in read if not is_null(text)]


def _all_keys(filled: list[Cell]) -> tuple[WorkKey, ...]:
    unique: dict[str, WorkKey] = {}
    for column, text in filled:
        for key in _keys(column, text):
            unique.setdefault(key.key, key)
    return tuple(unique.values())


def _all_digests(filled: list[Cell]) -> tuple[Digest, ...]:
    return tuple(dict.fromkeys(digest for column, text in filled for digest in _digests(column, text)))


def _keys(column: Column, text: str) -> list[WorkKey]:
    if column.pattern == ANYWHERE:
        return works_in(text)
    if column.role in ("address", "path"):
        return [key for key in work_keys(text) if key.kind not in MANY_WORKS]
    if column.role != "key":
        return []
    found = re.fullmatch(column.pattern, text)
    return [WorkKey(column.key.format(found[found.lastindex or 0]), column.kind, "exact")] if found else []


def _digests(column: Column, text: str) -> Iterator[Digest]:
    if column.role not in ("sha256", "md5"):
        return
    if column.pattern == BASE64:
        bits = _from_base64(text)
        if len(bits) == 16:
            yield Digest("md5", bits)
    elif _HEXADECIMAL[column.role].fullmatch(text):
        yield Digest("sha256" if column.role == "sha256" else "md5", bytes.fromhex(text))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _persons(column: Column, text: str) -> Iterator[PersonKey]:
    if column.role == "qid" and _QID.fullmatch(text):
        yield PersonKey("qid", text)
    elif (column.role == "mid" and (found := _MID.fullmatch(text))) or (
        column.role == "path" and (found := _MID_IN_PATH.fullmatch(text))
    ):
        yield PersonKey("mid", f"{found[1]}.{found[2]}")
    elif column.role == "person" and (name := _name(text)):
        yield PersonKey("name", name)


def _name(text: str) -> str:
    """A name without quotes, the language behind them, and underscores for blanks."""
    bare, mark, language = text.rpartition("@")
    text = bare if mark and bare.endswith('"') and _LANGUAGE.fullmatch(mark + language) else text
    name = " ".join(text.replace("_", " ").strip('" ').split())
    return name if len(name) <= _LONGEST_NAME and any(map(str.isalpha, name)) else ""


def _accounts(column: Column, text: str) -> list[str]:
    if column.pattern == ANYWHERE:
        return [key.key for piece in pieces(text) for key in account_keys(piece)]
    return [key.key for key in account_keys(text)] if column.role in ("account", "address", "path") else []


def _licence(texts: list[str]) -> Licence | None:
    """The first licence that names its version, else the first; a code and its version may stand apart."""
    read = [licence for licence in map(_read_licence, texts) if licence]
    apart = [licence for one, other in pairwise(texts) if (licence := _read_licence(f"CC {one} {other}"))]
    return next((licence for licence in read + apart if licence.version), read[0] if read else None)


@lru_cache(_KNOWN_LICENCES)
def _read_licence(text: str) -> Licence | None:
    return read_licence(text)
