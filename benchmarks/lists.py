"""What a list of pictures says by itself: its rows, the addresses in them, the right keys. By none of our rules."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

SUFFIXES = {".txt", ".tsv", ".csv", ".json"}
LARGEST = 256 * 1024 * 1024  # bytes of a file that are read at once

_ADDRESS = re.compile(r"(?:https?:)?//[^\s\"'<>]+|www\.flickr\.com/[^\s\"'<>]+")
_FLICKR = re.compile(r"(?:^|\.)(?:flickr\.com|staticflickr\.com|flic\.kr)$")
_INNER = re.compile(r"(?:wp\.com|/web/[0-9a-z_]+/https?:/)/((?:[a-z0-9-]+\.)?(?:static)?flickr\.com/.*)")
_STATEMENT = re.compile(r"/commons/usage/?$")  # about rights, not a work
_PHOTO = re.compile(r"/photos/[^/]+/([0-9]+)|/([0-9]+)_[0-9a-f]{10}|[?&]id=([0-9]+)")
_STORED = re.compile(r"/wikipedia/([a-z]+)/(?:thumb/)?([0-9a-f])/([0-9a-f]{2})/([^/?]+)")
_NUMBER, _ACCOUNT = re.compile(r"[0-9]{3,11}"), re.compile(r"[0-9]{5,11}@[Nn][0-9]{2}")
_NAME = re.compile(r"([0-9]{3,11})_[0-9a-f]{10}(?:_[0-9a-z]{1,2})?\.jpg")
_PATH = re.compile(r"[0-9]+@N[0-9]{2}(?:_identity_[0-9]+)?[/@]([0-9]+)_[0-9]+\.jpg")
_ALBUM = re.compile(r"721[0-9]{14}")
_CAPTION = re.compile(r"([0-9]{5,11})\.jpg#[0-9]|([0-9]{10,11})\.jpg")


def files_of(folder: Path) -> Iterable[Path]:
    """The lists of a folder and the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in SUFFIXES)


def rows_of(path: Path) -> Iterator[list[str]]:
    """A file as rows of cells: strings of JSON one by one, lists by tabs or by commas with quotes, else whole lines.

    Raises ValueError or csv.Error where the file is not what its name says.
    """
    text = path.read_bytes()[:LARGEST].decode("utf-8", "replace")
    if path.suffix == ".json":
        yield from ([value] for value in _strings(json.loads(text)))
    elif path.suffix == ".csv":
        yield from csv.reader(text.splitlines())
    else:
        yield from (line.split("\t") for line in text.splitlines())


def addresses_of(row: list[str]) -> list[str]:
    """All addresses in the cells of a row."""
    return [address for cell in row for address in _ADDRESS.findall(cell)]


def host_of(address: str) -> str:
    """The host of an address in small letters; empty where there is none."""
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").lower()
    except ValueError:
        return ""


def is_of_flickr(address: str) -> bool:
    """Whether an address is one of Flickr, bare or inside a proxy's, and not a statement about rights."""
    found = _FLICKR.search(host_of(address)) or _INNER.search(address)
    return bool(found) and not _STATEMENT.search(address)


def photo_of(address: str) -> str | None:
    """The key an address of Flickr must have, from the digits in it; None where it shows no photo."""
    inner = _INNER.search(address)
    photo = _PHOTO.search(inner[1] if inner else address)
    return f"flickr:photo:{photo[1] or photo[2] or photo[3]}" if photo else None


def file_of(address: str) -> str:
    """The key a stored file of Wikimedia must have; empty where the MD5 of its name is not that of its folder."""
    stored = _STORED.search(address)
    if stored is None:
        return ""
    project, first, both, name = stored[1], stored[2], stored[3], unquote(stored[4])
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"wikimedia:{project}:{name}" if digest.startswith(both) and both.startswith(first) else ""


def ids_of(row: list[str]) -> Iterator[tuple[str, str]]:
    """The Flickr ids of a row that stand in no address: what a rule is given, and the key it must find.

    A cell that is a file name with id and secret (Adience), with the account's number where a cell holds one; a cell
    that is a path of account and photo (MegaFace, DiveFace); a number with a caption's (Flickr30k) or of 10 or 11
    digits as a file name (after FFHQ); an album's number, a blank and the photo's (PIPA); a photo's number, then the
    account's, in a wide row (YFCC100M).
    """
    account = next((cell for cell in row if _ACCOUNT.fullmatch(cell)), "")
    for cell in row:
        if named := _NAME.fullmatch(cell):
            yield (f"{account}/{cell}" if account else cell), f"flickr:photo:{named[1]}"
        elif found := _PATH.fullmatch(cell) or _CAPTION.fullmatch(cell):
            yield cell, f"flickr:photo:{found[found.lastindex or 1]}"
    words = row[0].split(" ") if len(row) == 1 else []
    if len(words) > 5 and _ALBUM.fullmatch(words[0]) and _NUMBER.fullmatch(words[1]):
        yield row[0], f"flickr:photo:{words[1]}"
    if len(row) > 20 and _NUMBER.fullmatch(row[0]) and _ACCOUNT.fullmatch(row[1]):
        yield f"{row[1]}/{row[0]}", f"flickr:photo:{row[0]}"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
