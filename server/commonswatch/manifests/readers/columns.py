"""Which role each column of a table gets, by its name, its first cells, and the columns beside it."""

import re
from collections.abc import Sequence

from commonswatch.domain.keys import MANY_WORKS
from commonswatch.manifests.readers.anywhere import works_in
from commonswatch.manifests.readers.names import are_names
from commonswatch.manifests.readers.roles import (
    ANYWHERE,
    FLICKR,
    KINDS,
    PERSON,
    VIDEO,
    VIDEO_IN_PATH,
    is_null,
    squeezed,
)
from commonswatch.manifests.readers.shapes import Column
from commonswatch.rules import work_keys

_LOOKED_AT = 512  # characters of a cell
_TRIED = 50  # cells, of each column, that are read in both ways
_LEAST_GAIN = 0.2  # of the cells, for addresses to be looked for inside of them; in a column without a role:
_LEAST_HELD = 0.5
_PROSE = re.compile(r".*(?:caption|text|desc|comment|title|body|content|message|summary|abstract|tags?|meta|exif).*")
_NO_VIDEO = re.compile(r".*(?:image|img|photo|pic|short|code|tweet|post|hash|user).*")
_ALBUM = re.compile(r"72[01][0-9]{14}")  # what Flickr's albums are numbered, but for the oldest: PIPA's first column
_VERSION = re.compile(r"[1-4]\.[0-9]")
_LEAST_IDS = 3  # rows
_LEAST_EQUAL = 0.6
_LEAST_ALBUMS = 0.5


def columns_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The columns of a table, by their names (empty where unknown) and the first rows."""
    width = len(names)
    cells = [
        [row[at][:_LOOKED_AT].strip(" ") for row in rows if at < len(row) and not is_null(row[at])]
        for at in range(width)
    ]
    columns = [column_of(name, some) for name, some in zip(names, cells, strict=True)]
    columns = _together(columns, cells, rows)
    if not any(_tells(column, some) for column, some in zip(columns, cells, strict=True)):
        columns = [_inside(column, some) for column, some in zip(columns, cells, strict=True)]
    return tuple(columns)


def column_of(name: str, cells: Sequence[str]) -> Column:
    """One column, by its name and some cells, none of them null."""
    column = _by_table(name, cells)
    if column.role == "address" or (column.role == "path" and squeezed(name)):
        return Column(name, "address", pattern=ANYWHERE) if _gain(cells) >= _LEAST_GAIN else column
    return column


def _inside(column: Column, cells: Sequence[str]) -> Column:
    """A column in whose cells works stand among other things; texts about something are none."""
    if column.role not in ("", "path") or _PROSE.fullmatch(squeezed(column.name)) or _gain(cells) < _LEAST_HELD:
        return column
    return Column(column.name, "address", pattern=ANYWHERE)


def _tells(column: Column, cells: Sequence[str]) -> bool:
    """Whether a column names works in most rows."""
    if column.role == "key" or column.pattern == ANYWHERE:
        return True
    tried = cells[:_TRIED] if column.role in ("address", "path") else ()
    return sum(bool(work_keys(cell)) for cell in tried) > _LEAST_HELD * len(tried)


def _by_table(name: str, cells: Sequence[str]) -> Column:
    short = squeezed(name)
    for kind in KINDS:
        if kind.is_called(short) and (kind.share(cells) >= kind.named if cells else kind.role != "person"):
            return kind.column(name)
    for kind in KINDS:
        if kind.alone and kind.share(cells) >= kind.alone:
            return kind.column(name)
    if len(cells) >= _LEAST_IDS and not _NO_VIDEO.fullmatch(short):
        for kind in (VIDEO, VIDEO_IN_PATH):
            if kind.share(cells) >= kind.alone and _are_mixed([kind.value(cell) for cell in cells]):
                return kind.column(name)
    if not cells:
        return Column(name, "address")  # nothing known: what will stand there is looked at
    return PERSON.column(name) if are_names(cells) and not short else Column(name)


def _gain(cells: Sequence[str]) -> float:
    """In how many cells works are found only if they are looked for anywhere in them, less those lost by that."""
    tried = cells[:_TRIED]
    gain = 0
    for cell in tried:
        whole = {key.key for key in work_keys(cell) if key.kind not in MANY_WORKS}
        inside = {key.key for key in works_in(cell)}
        gain += (not inside <= whole) - (not whole <= inside and len(inside) <= len(whole))
    return gain / len(tried) if tried else 0.0


def _are_mixed(ids: Sequence[str]) -> bool:
    """Whether most have small and capital letters, as ids of YouTube do and words do not."""
    mixed = sum(not one[1:11].islower() and not one[1:11].isupper() and not one[1:11].isdigit() for one in ids)
    return mixed >= 0.9 * len(ids)


def _together(columns: list[Column], cells: list[list[str]], rows: Sequence[Sequence[str]]) -> list[Column]:
    """What only a look at several columns tells."""
    roles = {column.role for column in columns}
    is_flickrs = {"secret", "server"} <= {squeezed(column.name) for column in columns}  # as its API tells of photos
    for at, column in enumerate(columns):
        if column.role == "person" and not squeezed(column.name) and roles & {"licence", "account"}:
            columns[at] = Column(column.name)  # who took the picture, not who is shown
        if is_flickrs and squeezed(column.name) == "id" and FLICKR.share(cells[at]) >= FLICKR.named:
            columns[at] = FLICKR.column(column.name)
        if not column.role and not squeezed(column.name):
            columns[at] = _by_neighbours(at, columns, cells, rows)
    return columns


def _by_neighbours(at: int, columns: list[Column], cells: list[list[str]], rows: Sequence[Sequence[str]]) -> Column:
    name, before = columns[at].name, columns[at - 1] if at else Column("")
    if before.role == "licence" and cells[at] and all(map(_VERSION.fullmatch, cells[at])):
        return Column(name, "licence")
    if before.role == "mid" and cells[at] and are_names(cells[at], 1):
        return PERSON.column(name)
    if at and FLICKR.share(cells[at]) == 1 and _are_albums(cells[at - 1]):
        return FLICKR.column(name)
    return FLICKR.column(name) if _is_photo_id(at, columns, rows) else columns[at]


def _are_albums(cells: Sequence[str]) -> bool:
    """Whether most are numbers of albums of Flickr, and all are numbers."""
    albums = sum(_ALBUM.fullmatch(cell) is not None for cell in cells)
    return albums > 0 and albums >= _LEAST_ALBUMS * len(cells) and all(cell.isdecimal() for cell in cells)


def _is_photo_id(at: int, columns: list[Column], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column repeats the number that the addresses of the same rows hold."""
    addresses = [other for other, column in enumerate(columns) if column.role in ("address", "path")]
    told = equal = 0
    for row in rows:
        keys = {
            key.key
            for other in addresses
            if other < len(row)
            for key in work_keys(row[other])
            if key.kind not in MANY_WORKS
        }
        if at < len(row) and any(key.startswith("flickr:photo:") for key in keys):
            told += 1
            equal += f"flickr:photo:{row[at].strip()}" in keys
    return told > 0 and equal >= _LEAST_EQUAL * told
