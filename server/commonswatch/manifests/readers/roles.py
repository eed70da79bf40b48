"""What columns may hold: a table of the names they go by and what their cells look like; docs/manifests.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from commonswatch.manifests.readers.names import WRITTEN_NAME
from commonswatch.manifests.readers.shapes import Column, Role

SAMPLE = 200  # rows that are looked at
NULLS = frozenset({"", "\\n", "null", "none", "nan", "na", "n/a", "-", "?", "nil"})

BASE64 = "base64"  # how a digest is written, where not in hexadecimal digits
ANYWHERE = "anywhere"  # how addresses stand in a cell, where it is not one as a whole
PICTURE_NAME = r"[^\x00]*[^\x00/\\]\.(?i:jpe?g|png|gif|webp|bmp|tiff?|avif|heic|svg|mp4|webm|avi|mov|mkv)(?:#\d)?"
_LETTER = r"[^\W\d_]"
_FLICKR_ID = r"[1-9][0-9]{3,10}(?:\.0)?"  # with floating points where some rows have none
_NUMBER = r"([1-9][0-9]{0,19})(?:\.0)?"
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

    def value(self, cell: str) -> str:
        """What counts of a cell that fits."""
        found = re.fullmatch(self.pattern, cell)
        return found[found.lastindex or 0] if found else ""

    def column(self, name: str) -> Column:
        """A column of this kind."""
        return Column(name, self.role, self.key, self.pattern, self.kind)


PERSON = Kind(
    "person",
    r"(?:person|identity|celebrity|celeb|actor|actress|subject|people|player|entity)(?:name|namestring|label)?|queryname",
    rf"(?=[^\x00]*{_LETTER})(?![^\x00]*(?:://|\.(?i:jpe?g|png)$))[^<>{{}}\[\]|=\\]{{2,80}}",
)
NAME = Kind(  # of somebody or of anything: only what is written as names of people are
    "person",
    r"(?:full)?name|query|label",
    rf"(?!.*(?i:licen[cs]e|dataset|rights|attribution))"
    rf"(?:{WRITTEN_NAME})",
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
    replace(FLICKR, cell=rf"=?[\"']{_FLICKR_ID}[\"']", pattern=rf"=?[\"']{_NUMBER}[\"']"),
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
VIDEO = Kind(
    "key",
    "",
    rf"{_YOUTUBE_ID}(?: [0-9]{{1,4}})?",
    1,
    0.95,
    "youtube:{}",
    "video",
    rf"({_YOUTUBE_ID})(?: [0-9]{{1,4}})?",
)
VIDEO_IN_PATH = Kind(  # as VoxCeleb and LRS keep the pieces of a video
    "key",
    "",
    rf"(?:[^ ]*/)?{_YOUTUBE_ID}/[0-9]{{5}}(?:\.(?:wav|txt|m4a|mp4|avi))?",
    1,
    0.95,
    "youtube:{}",
    "video",
    rf"(?:[^ ]*/)?({_YOUTUBE_ID})/[0-9]{{5}}(?:\.(?:wav|txt|m4a|mp4|avi))?",
)


def squeezed(name: str) -> str:
    """The last part of a name or JSON path, with letters and digits only, small."""
    return re.sub(r"[^a-z0-9]", "", re.split(r"[./]", name.strip().lower())[-1])


def is_null(cell: str) -> bool:
    """Whether a cell says nothing."""
    return len(cell) < 5 and cell.strip().lower() in NULLS
