"""What a column holds, told by its name and by its first cells. A table, read from top to bottom; docs/manifests.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from commonswatch.domain.keys import MANY_WORKS
from commonswatch.manifests.readers.shapes import Column, Role
from commonswatch.rules import work_keys

SAMPLE = 200  # rows that are looked at
NULLS = frozenset({"", "\\n", "null", "none", "nan", "na", "n/a", "-", "?", "nil"})
_LOOKED_AT = 512  # characters of a cell

BASE64 = "base64"  # how a digest is written, where not in hexadecimal digits
PICTURE_NAME = r"[^\x00]*[^\x00/\\]\.(?i:jpe?g|png|gif|webp|bmp|tiff?|avif|heic|svg|mp4|webm|avi|mov|mkv)(?:#\d)?"
_LETTER = r"[^\W\d_]"
_FLICKR_ID = r"[1-9][0-9]{3,10}"
_NUMBER = r"[1-9][0-9]{0,19}"
_YOUTUBE_ID = r"[0-9A-Za-z_-]{11}"


@dataclass(frozen=True)
class Kind:
    """One kind of column: the names it goes by (letters and digits only, small) and what its cells look like.

    With such a name a column is of this kind if at least ``named`` of its cells fit; without, if ``alone`` of them do
    (0: never without a name).
    """

    role: Role
    names: str
    cell: str
    named: float = 0.5
    alone: float = 0.0
    key: str = ""
    kind: str = ""
    pattern: str = ""

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        return re.compile(self.cell, re.DOTALL)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return re.compile(self.names)

    def is_called(self, name: str) -> bool:
        """Whether a column of this name may be one."""
        return bool(name) and self._names.fullmatch(name) is not None

    def share(self, cells: Sequence[str]) -> float:
        """How many of the cells fit, from 0 to 1."""
        return sum(self._cell.fullmatch(cell) is not None for cell in cells) / len(cells) if cells else 0.0

    def column(self, name: str) -> Column:
        """A column of this kind."""
        return Column(name, self.role, self.key, self.pattern, self.kind)


PERSON = Kind(
    "person",
    r"(?:person|identity|celebrity|celeb|actor|actress|subject|people|player|entity)(?:name|namestring|label)?|queryname",
    rf"(?=[^\x00]*{_LETTER})(?![^\x00]*(?:://|\.(?i:jpe?g|png)$))[^<>{{}}\[\]|=\\]{{2,80}}",
)
_SMALL = r"(?:d[aeiou]s?|del|la|le|van|von|de[nr]|bin|ibn|al|el|y|e|of|the|und|zu|af|av|te[nr])"  # inside names
_CAPITAL = r"(?:(?=[^\Wa-z])[\w.'’()-]+)"
_WRITTEN_NAME = re.compile(  # two words or more, or what is not written with blanks
    rf"(?=[^\Wa-z\d_]|\d+th_)[\w.'’-]+(?:[ _]+(?:{_SMALL}|{_CAPITAL}))*[ _]+{_CAPITAL}"
    r"|[\u3040-\u9fff\uac00-\ud7af·]{2,20}"
)
_IN_A_LANGUAGE = re.compile(r'"([^"]+)"(?:@[A-Za-z-]+)?')
NAME = Kind(  # of somebody or of anything: only what is written as names of people are
    "person",
    r"(?:full)?name|query|label",
    rf"(?!.*(?i:licen[cs]e|dataset|rights|attribution))"
    rf"(?:{_WRITTEN_NAME.pattern})",
    0.6,
)
FLICKR = Kind(
    "key", r"flickr(?:photo|image)?(?:id)?|photoid|yfccid", _FLICKR_ID, 0.8, 0, "flickr:photo:{}", "photo", _NUMBER
)
KINDS: tuple[Kind, ...] = (
    Kind("", r"pixelmd5|pixelhash|.*phash|.*pdq.*|.*ahash|.*dhash|crc32|.*etag", r".*", 0),
    Kind("sha256", r".*sha256.*|.*checksum.*|.*hash|oid|digest", r"[0-9A-Fa-f]{64}", 0.5, 0.6),
    Kind("md5", r".*md5.*|.*checksum.*|.*hash|digest", r"[0-9A-Fa-f]{32}", 0.5, 0.6),
    Kind("md5", r".*md5.*|.*checksum.*|.*hash|digest", r"[A-Za-z0-9+/]{22}==", 0.5, 0, pattern=BASE64),
    Kind("payload", r".*base64.*|facedata|imagedata|.*bytes|jpe?g|png|image", r"[A-Za-z0-9+/\r\n]{16,}={0,2}", 0.8),
    Kind("payload", "", r"(?:/9j/|iVBOR)[A-Za-z0-9+/=\r\n]*|(?![0-9A-Fa-f]*$)[A-Za-z0-9+/\r\n]{80,}={0,2}", 1, 0.6),
    Kind(
        "licence",
        r".*(?:licen[cs]e|usageterms|rights)(?:url|uri|id|name|short|shortname|type|version|code|title)?(?:value)?",
        r".*",
        0,
    ),
    Kind(
        "licence",
        "",
        r"(?:https?:)?(?://)?(?:www\.)?creativecommons\.org/.*|(?i:cc[- ]?)?by(?:-nc)?(?:-nd|-sa)?(?:[- ][1-4]\.[0-9])?"
        r"|(?i:cc0.*|.*attribution.*licen[cs]e.*)",
        1,
        0.5,
    ),
    Kind(
        "account",
        r"(?:author|owner|user|creator|uploader|photographer|account|member|profile|artist|flickruser)+(?:profile)?"
        r"(?:url|uri|link|ids?|page)?|.*nsid",
        r"[0-9]{5,11}@[Nn][0-9]{2}|(?:https?:)?(?://)?(?:www\.)?flickr\.com/(?:people|photos)/[^/]+/?",
    ),
    Kind(
        "account", "", r"[0-9]{5,11}@[Nn][0-9]{2}|(?:https?://)?(?:www\.)?flickr\.com/(?:people|photos)/[^/]+/?", 1, 0.6
    ),
    Kind(
        "key",
        r"y(?:ou)?t(?:u?be?)?(?:video)?(?:id)?|.*youtube.*|video(?:id)?|vid",
        _YOUTUBE_ID,
        0.9,
        0,
        "youtube:{}",
        "video",
        _YOUTUBE_ID,
    ),
    FLICKR,
    Kind(
        "mid", r"mid|.*freebase.*|.*classid|entityid|identityid|class|id", r"/?[mg][./][0-9][0-9a-z_]{1,12}", 0.5, 0.6
    ),
    Kind("qid", r"q|qid|.*wikidata.*|wdid", r"Q[1-9][0-9]{0,10}", 0.5, 0.9),
    Kind("path", r".*title|.*name", r"(?i:file|image):[^\x00]+", 0.5, 0.5),
    Kind(
        "address",
        r"(?:.*(?:url|uri|href|links?|src)s?[a-z0-9]{0,3}|url.*|source|thumbnail.*|image|original)",
        r"(?:[Hh][Tt][Tt][Pp][Ss]?:)?//[^\x00]+|(?:[A-Za-z0-9-]+\.)+[a-z]{2,12}/[^\x00]+",
        0.05,
        0.02,
    ),
    Kind("path", r".*(?:file|path|name|image|img|photo|picture|frame|key|member|location)s?", PICTURE_NAME, 0.05, 0.05),
    PERSON,
    NAME,
)
_VIDEO_VALUE = Kind(
    "key",
    "",
    rf"{_YOUTUBE_ID}(?: [0-9]{{1,4}})?",
    1,
    0.95,
    "youtube:{}",
    "video",
    rf"({_YOUTUBE_ID})(?: [0-9]{{1,4}})?",
)
_ALBUM = re.compile(r"721[0-9]{14}")  # what Flickr's albums are numbered: PIPA's first column
_VERSION = re.compile(r"[1-4]\.[0-9]")
_LEAST_NAMES, _LEAST_IDS = 5, 3  # rows
_LEAST_EQUAL = 0.6


def squeezed(name: str) -> str:
    """The last part of a name or JSON path, with letters and digits only, small."""
    return re.sub(r"[^a-z0-9]", "", re.split(r"[./]", name.strip().lower())[-1])


def is_null(cell: str) -> bool:
    """Whether a cell says nothing."""
    return len(cell) < 5 and cell.strip().lower() in NULLS


def columns_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The columns of a table, by their names (empty where unknown) and the first rows."""
    width = len(names)
    cells = [
        [row[at][:_LOOKED_AT].strip(" ") for row in rows if at < len(row) and not is_null(row[at])]
        for at in range(width)
    ]
    columns = [column_of(name, some) for name, some in zip(names, cells, strict=True)]
    return tuple(_together(columns, cells, rows))


def column_of(name: str, cells: Sequence[str]) -> Column:
    """One column, by its name and some cells, none of them null."""
    short = squeezed(name)
    for kind in KINDS:
        if kind.is_called(short) and (kind.share(cells) >= kind.named if cells else kind.role != "person"):
            return kind.column(name)
    for kind in KINDS:
        if kind.alone and kind.share(cells) >= kind.alone:
            return kind.column(name)
    if len(cells) >= _LEAST_IDS and _VIDEO_VALUE.share(cells) >= _VIDEO_VALUE.alone and _are_mixed(cells):
        return _VIDEO_VALUE.column(name)
    if not cells and not short:
        return Column(name, "address")  # nothing known: what will stand there is looked at
    return PERSON.column(name) if are_names(cells) and not short else Column(name)


def _are_mixed(cells: Sequence[str]) -> bool:
    """Whether most have small and capital letters, as ids of YouTube do and words do not."""
    mixed = sum(not cell[1:11].islower() and not cell[1:11].isupper() and not cell[1:11].isdigit() for cell in cells)
    return mixed >= 0.9 * len(cells)


def are_names(cells: Sequence[str], least: int = _LEAST_NAMES) -> bool:
    """Whether most are written as names of people are; ``least``: how many there must be to tell."""
    bare = (found[1] if (found := _IN_A_LANGUAGE.fullmatch(cell)) else cell for cell in cells)
    fitting = sum(_WRITTEN_NAME.fullmatch(name) is not None for name in bare)
    return len(cells) >= least and fitting >= 0.7 * len(cells)


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
    if (
        at
        and cells[at]
        and FLICKR.share(cells[at]) == 1
        and cells[at - 1]
        and all(map(_ALBUM.fullmatch, cells[at - 1]))
    ):
        return FLICKR.column(name)
    return FLICKR.column(name) if _is_photo_id(at, columns, rows) else columns[at]


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
