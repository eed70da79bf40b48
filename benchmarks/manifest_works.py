"""What works a list names, and where: read by none of the project's readers, only by Python's own and by `lists`.

Which addresses mean one work is the rules' word. A list may be lines, a table in quotes, JSON (lines or one document),
Parquet, tar or zip (names of members, and texts of theirs as far as they are lists of addresses), compressed or not.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import MANY_WORKS
from commonswatch.rules import read_licence, work_keys

from benchmarks.lists import LARGEST, addresses_of, ids_of

_BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_WITH_BLANKS = re.compile(r"(https?://\S.*?)(?: -?[0-9]+(?:\.[0-9]+)?)+ *$")
_VIDEO = re.compile(r"([0-9A-Za-z_-]{11}) [0-9]{1,3}")
_NAMED = (  # columns of ids, by what they are called
    (
        re.compile(r"(?:flickr|yfcc)_?(?:photo_?)?(?:id)?|photo_?id", re.IGNORECASE),
        "[1-9][0-9]{4,10}",
        "flickr.com/photo.gne?id=",
    ),
    (re.compile(r"(?:youtube|ytb?|video)_?id", re.IGNORECASE), "[0-9A-Za-z_-]{11}", "https://youtu.be/"),
)
_APART = re.compile(r"[\s\"'<>(),;|*=]+")
_MARKUP = re.compile(r"[)\]|`]+(?=[(\[|!<]|$)")
_WHOLE = ("http://", "https://", "//", "www.")
_PACKED = ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ\x00", lzma.decompress))
_OPAQUE = (b"\x93NUMPY", b"\x89HDF", b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"SQLite format 3")

Where = int | str  # a line or a row; where a file has none that can be told apart, a key
Texts = Iterator[tuple[int | None, list[str]]]


@dataclass
class Work:
    """One work of a list: an address or a text that means it, all its keys, and where it stands."""

    text: str
    keys: frozenset[str]
    where: set[Where] = field(default_factory=set)


def works_of(path: Path) -> list[Work]:
    """The works of a list. Raises ValueError where a file is none."""
    found: dict[frozenset[str], Work] = {}
    for where, texts in _texts_of(_unpacked(path.read_bytes()[:LARGEST]), path.suffix):
        for text in texts:
            keys = frozenset(key.key for key in work_keys(text) if key.kind not in MANY_WORKS)
            if keys and not read_licence(text):
                found.setdefault(keys, Work(text, keys)).where |= keys if where is None else {where}
    return list(found.values())


def another_form(work: Work) -> str:
    """Another address of the same work, if its host has one; else the same in an archive's or a proxy's copy."""
    key = sorted(work.keys, key=lambda key: key.startswith("url:"))[0]
    family, _, rest = key.partition(":")
    if key.startswith("flickr:photo:"):
        number = rest.partition(":")[2]
        forms = (
            f"https://flic.kr/p/{_base58(int(number))}",
            f"https://www.flickr.com/photo.gne?id={number}",
            f"https://live.staticflickr.com/1/{number}_0123456789_k.jpg",
            f"flickr.com/photos/somebody/{number}/in/photostream/",
        )
        return random.Random(key).choice(forms)
    if family == "wikimedia" and rest.startswith("commons:"):
        return f"https://commons.wikimedia.org/wiki/Special:FilePath/{quote(rest.removeprefix('commons:'))}?width=640"
    if family == "youtube":
        return f"https://i.ytimg.com/vi/{rest}/hqdefault.jpg"
    address = work.text if "//" in work.text else f"http://{work.text}"
    wrapped = f"https://web.archive.org/web/20150101000000id_/{address}"
    return wrapped if {key.key for key in work_keys(wrapped)} & work.keys else work.text


def _base58(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return digits


# ---- each kind of file ----


def _unpacked(data: bytes) -> bytes:
    for magic, unpack in _PACKED:
        if data.startswith(magic):
            return _unpacked(unpack(data))
    return data


def _texts_of(data: bytes, suffix: str) -> Texts:
    if data.startswith(_OPAQUE) or suffix == ".md":  # pages about lists are read by other rules
        raise ValueError
    if data.startswith(b"PAR1"):
        return _of_parquet(data)
    if data.startswith(b"PK\x03\x04"):
        return _of_zip(data)
    if data[257:262] == b"ustar":
        return _of_tar(data)
    return _of_text(_decoded(data), suffix)


def _decoded(data: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    if data[:2000].count(0) > len(data[:2000]) // 5:
        return data.decode("utf-16-le" if data[1:2000:2].count(0) > data[:2000:2].count(0) else "utf-16-be", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _of_parquet(data: bytes) -> Texts:
    import pyarrow.parquet as pq

    for number, row in enumerate(pq.read_table(io.BytesIO(data)).to_pylist()):
        yield number, [text for name, cell in _values(row) for text in _of_value(name, cell)]


def _of_zip(data: bytes) -> Texts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            yield from _of_member(entry.filename, archive.read(entry) if entry.file_size < 2**26 else b"")


def _of_tar(data: bytes) -> Texts:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            yield from _of_member(entry.name, file.read() if file and entry.size < 2**26 else b"")


def _of_member(name: str, data: bytes) -> Texts:
    yield None, [name]
    if name.lower().endswith((".json", ".csv", ".tsv", ".txt", ".url", ".jsonl")):
        yield from ((None, texts) for _, texts in _of_text(_decoded(data), Path(name).suffix))


def _of_text(text: str, suffix: str) -> Texts:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict | list):
        return ((None, _of_value(name, value)) for name, value in _values(document))
    lines = text.split("\n") if "\n" in text else text.split("\r")
    if _are_json(lines):
        return (
            (at, [found for name, value in _values(json.loads(line)) for found in _of_value(name, value)])
            for at, line in _told(lines)
        )
    if suffix == ".csv":
        return _of_csv(text)
    rows = ((at, line.strip("\r").split("\t")) for at, line in _told(lines) if not line.startswith("#"))
    is_document = re.match(r"\s*(?:[\w.$ ]+[=(]\s*)?[{\[]\s*[{\[\"\n]", text) is not None  # rows of it are no lines
    return ((None if is_document else at, texts) for at, texts in _of_table(rows))


def _of_table(rows: Iterable[tuple[int, list[str]]]) -> Texts:
    """Rows under names, if the first one is such."""
    names: list[str] = []
    for at, row in rows:
        names = names or [cell.strip(" '\"\ufeff") for cell in row]
        yield at, [*_of_row(row), *(text for pair in zip(names, row, strict=False) for text in _by_name(*pair))]


def _by_name(name: str, cell: str) -> list[str]:
    """An id that a column is called after."""
    cell = cell.strip(" '\"=").removesuffix(".0")
    return [start + cell for names, ids, start in _NAMED if names.fullmatch(name) and re.fullmatch(ids, cell)]


def _told(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((at, line) for at, line in enumerate(lines, 1) if line.strip())


def _are_json(lines: list[str]) -> bool:
    told = [line for _, line in _told(lines)][:5]
    try:
        return len(told) > 1 and all(isinstance(json.loads(line), dict | list) for line in told)
    except ValueError:
        return False


def _of_csv(text: str) -> Texts:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=first.count))
    return _of_table(_numbered(reader))


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    before = 0
    for row in reader:
        if row and not row[0].startswith("#"):
            yield before + 1, row
        before = reader.line_num


def _of_row(row: list[str]) -> list[str]:
    """What means works in a row. What stands in prose beside cells that are addresses themselves is of no concern."""
    videos = [f"https://youtu.be/{found[1]}" for cell in row if (found := _VIDEO.fullmatch(cell))]
    blanks = _WITH_BLANKS.search(row[0]) if len(row) == 1 else None
    if blanks:
        return [blanks[1]]
    whole = [cell for cell in row if cell.startswith(_WHOLE) and (" " not in cell or len(row) > 1)]
    inside = [] if whole else [text for cell in row if "{" not in cell for text in _of_cell(cell)]
    words = [_tail(word) for cell in row if "//" not in cell for word in _APART.split(cell)]
    names = [text for text, _ in ids_of(words)]
    return [*whole, *inside, *names, *(text for text, _ in ids_of(row)), *videos]


def _tail(word: str) -> str:
    """The last part of a path, with the account before it if there is one."""
    parts = word.replace("\\", "/").split("/")
    return "/".join(parts[-2:] if "@" in parts[-2:][0] else parts[-1:])


def _of_value(name: str, value: str) -> list[str]:
    """What a value of JSON means: prose and markup mean nothing."""
    if value.startswith(_WHOLE):
        return [value]
    is_prose = " " in value and not _VIDEO.fullmatch(value)
    return [*([] if is_prose else _of_row([value])), *_by_name(name, value)]


def _of_cell(cell: str) -> list[str]:
    if cell.startswith(_WHOLE) and " " not in cell:
        return [cell]
    return [_MARKUP.split(address)[0].rstrip(".,;:!?)]}*") for address in addresses_of([cell])]


def _values(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """All strings and numbers, each with the key it stands under."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner, name)
    elif isinstance(value, str | int | float):
        yield name, str(value)
