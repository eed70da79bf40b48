"""What a connector gives: remote files with what their host says of them, and which are worth reading. Asks nobody."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

from commonswatch.domain.errors import RemoteError
from commonswatch.fetch.policy import Fetched, Saved, Version
from commonswatch.fetch.refusals import FetchFailed

MOST_FILES = 20_000  # of one place
_MOST_LISTS = 1_000  # beyond these
MOST_PAGES = 40  # of a listing that comes in pages
_LARGEST_LISTING = 25 * 2**20  # bytes
_LONGEST_NAME = 1_000

_LISTS = r"tsv|csv|txt|lst|list|jsonl|ndjson|json|parquet|md5|sha256|sha1"
_PACKED = r"(?:\.(?:gz|bz2|xz|zst))?"
_LIST = re.compile(rf"\.(?:{_LISTS}){_PACKED}$", re.IGNORECASE)
_ARCHIVE = re.compile(rf"\.(?:tar{_PACKED}|tgz|zip)$", re.IGNORECASE)
TELLING = re.compile(r"list|meta|url|image|photo|manifest|annot|label|map|id|face|index|train|croissant", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:^|/)(?:package(?:-lock)?|tsconfig|requirements[\w-]*|license|changelog|cmakelists)\.\w+$", re.IGNORECASE
)
_LARGEST_TO_CHOOSE = 20 * 2**30  # bytes


class Closed(RemoteError):
    """Nothing can be had here without an account or a code; ``detail`` says what a moderator can do instead."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, permanent=True)


class Reader(Protocol):
    """What reads the web (``fetch.Fetcher``)."""

    def get(self, url: str, *, max_bytes: int | None = None, accept: str = "*/*") -> Fetched:
        """Read one public address, or raise RemoteError."""

    def save(
        self, url: str, into: BinaryIO, *, max_bytes: int, seconds: float, known: Version | None = None
    ) -> Saved | None:
        """Write what it answers into a file, or None when it still is the known version; raises RemoteError."""


@dataclass(frozen=True)
class RemoteFile:
    """One file at a host. ``digests`` are (algorithm, hexadecimal) as the host says them, unproven."""

    url: str
    name: str  # with its path inside the place
    size: int | None = None  # bytes
    digests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Shelf:
    """The files of a place; ``complete`` is false when its host, or our limits, cut the list."""

    files: tuple[RemoteFile, ...]
    complete: bool = True


def choose(files: Iterable[RemoteFile], most: int = 50) -> list[RemoteFile]:
    """Files that may list pictures: lists before archives, telling names first, small before large.

    The only file of a place may be one, too, when its host does not say what it is called.
    """
    files = list(files)
    if len(files) == 1 and not PurePosixPath(files[0].name).suffix and (files[0].size or 0) <= _LARGEST_TO_CHOOSE:
        return files
    ranked = [(rank, file) for file in files if (rank := _rank(file)) is not None]
    ranked.sort(key=lambda one: (*one[0], one[1].name))
    return [file for _, file in ranked[:most]]


def _rank(file: RemoteFile) -> tuple[int, int, int] | None:
    size = file.size or 0
    kind = 0 if _LIST.search(file.name) else 1 if _ARCHIVE.search(file.name) else None
    if kind is None or size > _LARGEST_TO_CHOOSE or _OTHER.search(file.name):
        return None
    return (kind, 0 if TELLING.search(file.name) else 1, size)


def shelf_of(files: Iterable[RemoteFile], *, complete: bool = True) -> Shelf:
    """A shelf within the limits, each address once. Behind thousands of pictures, those that may be lists count."""
    kept: dict[str, RemoteFile] = {}
    lists = 0
    for file in files:
        if len(kept) - lists >= MOST_FILES:
            complete = False
            if lists >= _MOST_LISTS or not _LIST.search(file.name):
                continue
            lists += file.url not in kept
        kept.setdefault(file.url, file)
    return Shelf(tuple(kept.values()), complete)


def ask_json(url: str, reader: Reader) -> tuple[Any, Mapping[str, str]]:
    """A host's JSON answer and its headers. Raises FetchFailed (protocol) when it is none."""
    fetched = reader.get(url, max_bytes=_LARGEST_LISTING, accept="application/json")
    try:
        return json.loads(fetched.body), fetched.headers
    except (ValueError, RecursionError):
        raise FetchFailed("protocol") from None


def ask_all(url: str, reader: Reader) -> tuple[list[dict[str, Any]], bool]:
    """All rows of a listing that comes in pages, by ``Link: …; rel="next"`` (RFC 8288), and whether that was all."""
    rows: list[dict[str, Any]] = []
    site = url.split("/")[2]
    for _ in range(MOST_PAGES):
        told, headers = ask_json(url, reader)
        rows += rows_of(told)
        url = _next_of(headers.get("link", ""))
        if not url or url.split("/")[2:3] != [site]:
            return rows, not url
        if len(rows) >= MOST_FILES:
            break
    return rows, False


def rows_of(told: Any) -> list[dict[str, Any]]:
    """The objects of a list; whatever else an answer holds is left out."""
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def field(told: Any, *path: str) -> Any:
    """What stands at a path of names in an answer, None where it does not."""
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def name_of(value: Any) -> str:
    """A file name as an answer gives it, empty when it is none that can be used."""
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable() else ""


def size_of(value: Any) -> int | None:
    """A size in bytes, from a number or its digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def digests_of(**values: Any) -> tuple[tuple[str, str], ...]:
    """Digests that are whole hexadecimal numbers of their length; ``sha256:…`` and the like before them is left out."""
    found = []
    for algorithm, length in (("md5", 32), ("sha256", 64)):
        value = values.get(algorithm)
        text = value.rpartition(":")[2].lower() if isinstance(value, str) else ""
        if re.fullmatch(rf"[0-9a-f]{{{length}}}", text):
            found.append((algorithm, text))
    return tuple(found)


def _next_of(link: str) -> str:
    found = re.search(r"<(https://[^<>\s]{1,2000})>\s*;[^,<>]{0,100}\brel=\"?next\"?", link[:8_000])
    return found[1] if found else ""
