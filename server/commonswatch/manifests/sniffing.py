"""What an unpacked stream is, told by its first bytes and never by its name; of tables also how they are written."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from commonswatch.manifests.readers import roles
from commonswatch.manifests.readers.shapes import Column
from commonswatch.manifests.readers.text import Syntax, TextReader, decoded, split

Kind = Literal["list", "table", "json-lines", "json", "card", "parquet", "tar", "zip", "unknown"]

HEAD = 2**20  # bytes that are looked at
_MOST_COLUMNS = 512
_DELIMITERS = ("\t", ",", ";", "|", "^", "\x01", "\x1f", "::", " ")  # \x01 is Hive's
_LOOSE = ("\t", " ")
_PREFERENCE = {"\t": 3.0, " ": 0.0}
_MOST_LINES = 50  # of one quoted cell, among the first rows
_COMMENT = "#"
_OPAQUE = (  # pickles are never loaded: they are programs
    (b"\x93NUMPY", "An array of NumPy: features or pictures, no list."),
    (b"\x80\x02", "A pickle: it may run code, and is not opened."),
    (b"\x80\x03", "A pickle: it may run code, and is not opened."),
    (b"\x80\x04", "A pickle: it may run code, and is not opened."),
    (b"\x80\x05", "A pickle: it may run code, and is not opened."),
    (b"\x89HDF", "An HDF5 file: no list."),
    (b"\x0a\x23\xd7\xce", "Records of MXNet: pictures without addresses."),
    (b"7z\xbc\xaf\x27\x1c", "A 7z archive: cannot be listed here."),
    (b"Rar!", "A RAR archive: cannot be listed here."),
    (b"SQLite format 3\x00", "A SQLite database: cannot be read here."),
    (b"\xff\xd8\xff", "A picture."),
    (b"\x89PNG", "A picture."),
    (b"GIF8", "A picture."),
    (b"%PDF", "A PDF."),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", 3),
    (b"\xff\xfe\x00\x00", "utf-32", 0),
    (b"\x00\x00\xfe\xff", "utf-32", 0),
    (b"\xff\xfe", "utf-16", 0),
    (b"\xfe\xff", "utf-16", 0),
)
_IDENTIFIER = re.compile(r"[^\W\d][\w .:/()-]{0,63}|#")
_IS_DATA = re.compile(
    r"(?:[a-z]+:)?//.*|.*[0-9]{4,}.*|[0-9.,:%-]+|.*\.(?:jpe?g|png|txt|gif)|[0-9A-Fa-f]{32,}", re.IGNORECASE
)


class Encoding(NamedTuple):
    """How text is written: its encoding, how many bytes stand before it, whether lone returns end its lines, and the
    mark of its byte order, which some put before UTF-8, too.
    """

    name: str
    skipped: int
    returns: bool
    mark: bytes = b""

    @property
    def is_plain(self) -> bool:
        """Whether lines can be cut without recoding."""
        return self.name == "utf-8" and not self.returns

    def written(self, text: bytes) -> bytes:
        """Plain text as this one is written, without the mark."""
        if self.is_plain:
            return text
        order = "be" if self.mark[:1] in (b"\xfe", b"\x00") else "le"
        name = f"{self.name}-{order}" if self.name in ("utf-16", "utf-32") else self.name.removesuffix("-sig")
        told = text.decode("utf-8", "replace")
        return (told.replace("\n", "\r") if self.returns else told).encode(name, "replace")


class Table(NamedTuple):
    """How a list or a table is written: the bytes and lines before its first row, and its reader."""

    skipped: int
    lines: int
    reader: TextReader


def kind_of(head: bytes) -> tuple[Kind, str]:
    """The kind of an unpacked stream, and for unknown ones why, in words. Lists and tables are told apart later."""
    if head.startswith(b"PAR1"):
        return "parquet", ""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")):
        return "zip", ""
    if is_tar(head):
        return "tar", ""
    for magic, what in _OPAQUE:
        if head.startswith(magic):
            return "unknown", what
    return _text_kind(head)


def is_tar(head: bytes) -> bool:
    """Whether a block of 512 bytes is a header of tar: its sum is right."""
    if len(head) < 512 or not head[:1].strip(b"\x00"):
        return False
    field = head[148:156].strip(b"\x00 ")
    return (
        field.isdigit() and int(field, 8) == sum(head[:512]) - sum(head[148:156]) + 8 * 32
        if _is_octal(field)
        else False
    )


def _is_octal(field: bytes) -> bool:
    return bool(field) and not field.strip(b"01234567")


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a text."""
    for mark, name, skipped in _BOMS:
        if head.startswith(mark):
            returns = _has_returns(head[skipped:], name)
            return Encoding(f"{name}-sig" if returns and skipped else name, skipped, returns, mark)
    even, odd = head[:4096:2].count(0), head[1:4096:2].count(0)
    if max(even, odd) > min(len(head), 4096) / 5 and min(even, odd) <= max(even, odd) / 50:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return Encoding(name, 0, _has_returns(head, name))
    returns = _has_returns(head, "utf-8")
    return Encoding("latin-1" if returns and not is_utf8(head) else "utf-8", 0, returns)


def is_utf8(head: bytes) -> bool:
    """Whether the first bytes of a text are UTF-8."""
    try:
        head.decode()
    except UnicodeDecodeError as failure:
        return failure.end >= len(head) - 3  # cut in the middle of a character
    return True


def _has_returns(head: bytes, encoding: str) -> bool:
    """Whether lone returns end the lines of a text."""
    text = head if encoding == "utf-8" else head.decode(encoding, "replace").encode()
    return b"\r" in text[:-1] and b"\n" not in text


def text_kind(head: bytes) -> Kind:
    """The kind of a text in UTF-8."""
    start = head.lstrip()[:1]
    if start in (b"{", b"["):
        return "json-lines" if _are_json_lines(head) else "json"
    return "card" if re.match(rb"---[ \t]*\r?\n(?:[^\n]*\n){0,5000}?---[ \t]*\r?(?:\n|\Z)", head[: 2**17]) else "table"


def _text_kind(head: bytes) -> tuple[Kind, str]:
    encoding = encoding_of(head)
    text = head if encoding.is_plain else head.decode(encoding.name, "replace").encode()
    if (
        encoding.is_plain
        and sum(head[:4096].count(octet) for octet in b"\x02\x03\x04\x05\x06\x0e\x0f\x10") > len(head[:4096]) / 50
    ):
        return "unknown", "Neither text nor a format that is known."
    text = text.replace(b"\r", b"\n") if encoding.returns else text
    return text_kind(text[encoding.skipped :]), ""


def _are_json_lines(head: bytes) -> bool:
    """Whether each of the first lines is a whole object or array. One alone is a document."""
    lines = [line for line in head[: 2**19].split(b"\n", 4) if line.strip()]
    whole = lines[: max(1, min(2, len(lines) - (len(head) > 2**19)))]
    if not all(line.lstrip().startswith((b"{", b"[")) and _is_value(line) for line in whole):
        return False
    return len(lines) > 1


def _is_value(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def table_of(head: bytes, *, whole: bool, kind: Kind = "table") -> Table:
    """How a list or a table is written. ``whole``: the head is all there is."""
    lines = _lines(head, whole=whole)
    comments = next((at for at, line in enumerate(lines) if not line.startswith(_COMMENT)), len(lines))
    body = lines[comments : comments + roles.SAMPLE]
    if kind == "json-lines":
        return Table(0, 0, TextReader((), "", "json"))
    delimiter, body = _delimited(body)
    quoted = bool(delimiter) and _is_quoted(body, delimiter)
    rows = [split(line, delimiter, quoted=quoted, most=_MOST_COLUMNS) for line in body if line.strip()]
    width = _width(rows, delimiter)
    names, header = _names(lines[:comments], rows, width, delimiter)
    columns = roles.columns_of(names, rows[header:])
    before = comments + sum(line.count("\n") + 1 for line in body[:header])
    syntax: Syntax = "quoted" if quoted else "plain"
    return Table(_bytes_of(head, before), before, TextReader(columns, delimiter, syntax))


def _bytes_of(head: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = head.find(b"\n", at) + 1
        if not at:
            return len(head)
    return at


def _lines(head: bytes, *, whole: bool) -> list[str]:
    lines = head.split(b"\n", 4 * roles.SAMPLE)
    cut = lines[: 4 * roles.SAMPLE]
    if len(cut) == len(lines) and len(cut) > 1 and (not whole or not cut[-1]):
        cut = cut[:-1]
    return [decoded(line[: 2**16]) for line in cut]


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that cuts most lines into as many cells; none for lists."""
    lines = [line for line in lines if line.strip()]
    if not lines or sum(_is_one_value(line) for line in lines) >= 0.8 * len(lines):
        return ""
    fitting = {sign: fitness for sign in _DELIMITERS if (fitness := _fitness(lines, sign)) is not None}
    if list(fitting) == [" "] and roles.are_names([line.strip() for line in lines]):
        return ""  # first and last names
    return max(fitting, key=fitting.__getitem__, default="")


def _is_one_value(line: str) -> bool:
    """One address or path and nothing else, commas and all."""
    if "\t" in line or '"' in line:
        return False
    is_address = re.fullmatch(r"(?:https?:)?//[^\s]+", line) is not None
    return is_address and not re.search(r"[\x01\x1f^]|::|[,;|](?:https?://|[^,;|/]*$)", line[8:].partition("?")[0])


def _delimited(lines: list[str]) -> tuple[str, list[str]]:
    """The delimiter, and the lines; those put together between which a quoted cell goes on."""
    whole = _whole(lines)
    if len(whole) < len(lines) and any(_is_quoted(whole, sign) and _fitness(whole, sign) for sign in _DELIMITERS[:-1]):
        lines = whole
    return _delimiter(lines) or ("," if _are_quoted_values(lines) else ""), lines


def _are_quoted_values(lines: Sequence[str]) -> bool:
    """Whether this is a table of one column, each cell in quotes."""
    filled = [line for line in lines if line.strip()]
    quoted = sum(re.fullmatch(r' *"(?:[^"]|"")*" *\r?', line) is not None for line in filled)
    return quoted > 0 and quoted >= 0.8 * len(filled)


def _whole(lines: Sequence[str]) -> list[str]:
    joined: list[str] = []
    is_open, since = False, 0
    for line in lines:
        if is_open and since < _MOST_LINES:
            joined[-1] += f"\n{line}"
            since += 1
        else:
            joined.append(line)
            since = 0
            is_open = False
        is_open ^= line.count('"') % 2 == 1
    return joined


def _fitness(lines: Sequence[str], sign: str) -> tuple[float, int] | None:
    quoted = sign != " " and _is_quoted(lines, sign)
    counts = Counter(len(split(line, sign, quoted=quoted, most=_MOST_COLUMNS)) for line in lines)
    width, often = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    share = often / len(lines)
    if width < 2 or share < (0.6 if sign in _LOOSE else 0.8):  # of the lines must have as many cells as most
        return None
    return share + _PREFERENCE.get(sign, 1.0) + 4.0 * (quoted and _explains_quotes(lines, sign)), width


def _explains_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether cut like this nearly every line starts and ends with a quote, or has cells in quotes beside it."""
    ends = re.compile(rf'"(?: *{re.escape(delimiter)} *)"')
    inner = sum(len(ends.findall(line)) for line in lines)
    return inner >= 0.9 * len(lines)


def _is_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Whether cells are put in quotes: some start with one, and nearly all that do also end with one."""
    lines = [line for line in lines if '"' in line]
    if delimiter == " " or not lines:
        return False
    sign = re.escape(delimiter)
    opening, whole = re.compile(rf'(?:^|{sign}) *"'), re.compile(rf'(?:^|{sign}) *"(?:[^"]|"")*" *(?={sign}|$)')
    opened = sum(len(opening.findall(line)) for line in lines)
    return opened > 0 and sum(len(whole.findall(line)) for line in lines) >= 0.5 * opened


def _width(rows: Sequence[Sequence[str]], delimiter: str) -> int:
    widths = Counter(map(len, rows))
    if delimiter == " " and widths:
        return max(widths, key=lambda width: (widths[width], -width))
    return max(widths, default=1)


def _names(comments: Sequence[str], rows: Sequence[Sequence[str]], width: int, delimiter: str) -> tuple[list[str], int]:
    """The names of the columns, and how many of the rows are header."""
    for comment in reversed(comments):
        cells = split(comment.lstrip("#").strip(), delimiter, quoted=False, most=_MOST_COLUMNS)
        if delimiter and len(cells) == width and all(map(_IDENTIFIER.fullmatch, cells)):
            return cells, 0
    first = [cell.strip(' "\ufeff') for cell in rows[0]] if rows else []
    if _is_header(first, rows[1:]):
        return (first + [""] * width)[: max(width, len(first))], 1
    return [""] * width, 0


def _is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first row names the columns: short words, none of them data, and one known or unlike what follows."""
    words = [cell for cell in first if cell]
    if not words or len(set(words)) < len(words) or any(_IS_DATA.fullmatch(word) for word in words):
        return False
    if not all(_IDENTIFIER.fullmatch(word) for word in words):
        return False
    known = sum(any(kind.is_called(roles.squeezed(word)) for kind in roles.KINDS) for word in words)
    if len(first) == 1:
        return known > 0 and bool(rows) and not re.fullmatch(_IDENTIFIER, rows[0][0] if rows[0] else "")
    return known > 0 or any(_unlike(word, at, rows) for at, word in enumerate(first))


def _unlike(word: str, at: int, rows: Sequence[Sequence[str]]) -> bool:
    below = [row[at].strip() for row in rows if at < len(row)]
    return len(below) > 2 and bool(word) and all(re.fullmatch(r"-?[0-9.eE+-]*", cell) for cell in below)


__all__ = [
    "HEAD",
    "Column",
    "Encoding",
    "Kind",
    "Table",
    "encoding_of",
    "is_tar",
    "is_utf8",
    "kind_of",
    "table_of",
    "text_kind",
]
