"""What an unpacked stream is, told by its first bytes and never by its name."""

import json
import re
from typing import Literal

from commonswatch.manifests.readers.encodings import Encoding, encoding_of

Kind = Literal["list", "table", "json-lines", "json", "card", "parquet", "tar", "zip", "unknown"]

HEAD = 2**20  # bytes that are looked at
_BLANKS = b" \t\r\n"
_VALUE = re.compile(rb"(?:[-+.0-9eE]+|true|false|null|NaN|-?Infinity)\s*(?:[,\]]|\Z)")
_SCRIPT = re.compile(rb"\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w.$]{0,100}(?:\s*=|\()\s*(?=[\[{])")
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


def text_kind(head: bytes) -> Kind:
    """The kind of a text in UTF-8."""
    if _is_json(head[start_of_json(head) :]):
        return "json-lines" if _are_json_lines(head) else "json"
    return "card" if re.match(rb"---[ \t]*\r?\n(?:[^\n]*\n){0,5000}?---[ \t]*\r?(?:\n|\Z)", head[: 2**17]) else "table"


def _is_json(text: bytes) -> bool:
    """Whether it starts as an object or a list does; as Python writes them itself is none, nor a link in brackets."""
    inside = text.lstrip(_BLANKS)
    if inside.startswith(b"["):
        inside = inside.lstrip(b"[" + _BLANKS)
        if not inside.startswith(b"{"):
            return inside[:1] in (b'"', b"]", b"") or _VALUE.match(inside) is not None
    return inside.startswith(b"{") and inside[1:].lstrip(_BLANKS)[:1] in (b'"', b"}", b"")


def start_of_json(head: bytes) -> int:
    """Where a JSON document starts, behind what makes it a script: the name of a function, or of a variable."""
    found = _SCRIPT.match(head)
    return found.end() if found else 0


def holds_several(head: bytes) -> bool:
    """Whether a JSON document is followed by another one."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    try:
        end = json.JSONDecoder().raw_decode(text)[1]
    except (ValueError, RecursionError):
        return False
    return text[end:].lstrip().startswith(("{", "["))


def _are_json_lines(head: bytes) -> bool:
    """Whether each of the first lines is a whole object or array. One alone is a document."""
    lines = [line.rstrip(b", \t\r") for line in head[: 2**19].split(b"\n", 4) if line.strip()]
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


__all__ = ["HEAD", "Encoding", "Kind", "holds_several", "is_tar", "kind_of", "start_of_json", "text_kind"]
