"""``python -m benchmarks.samples FOLDER``: how many works of real lists get a key, and whether it is the right one.

Walks the text, TSV, CSV and JSON files of a folder and prints, per file, the Flickr addresses and ids and the
Wikimedia addresses that are there, and how many got the key they must have. What a list says is found by rules of
its own, never by those that are measured: addresses by ``http``, Flickr ids by the columns described at `_ids`, the
right id by the digits in the address, the right name by its MD5. Rows of people are printed only with ``--show``.

``--forms FILE`` checks a table of address forms (tab-separated ``url``, ``family``, ``kind``, ``key``) instead.
"""

import argparse
import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from commonswatch.rules import work_keys

SUFFIXES = {".txt", ".tsv", ".csv", ".json"}
LARGEST = 256 * 1024 * 1024  # bytes of a file that are read at once
SHOWN = 5

_ADDRESS = re.compile(r"(?:https?:)?//[^\s\"'<>]+|www\.flickr\.com/[^\s\"'<>]+")
_FLICKR = re.compile(r"(?:^|\.)(?:flickr\.com|staticflickr\.com|flic\.kr)$")
_INNER = re.compile(
    r"(?:wp\.com|web\.archive\.org/web/[0-9a-z_]+/https?:/)/((?:[a-z0-9-]+\.)?(?:static)?flickr\.com/.*)"
)
_STATEMENT = re.compile(r"/commons/usage/?$")  # about rights, not a work
_PHOTO = re.compile(r"/photos/[^/]+/([0-9]+)|/([0-9]+)_[0-9a-f]{10}|[?&]id=([0-9]+)")
_STORED = re.compile(r"/wikipedia/[a-z]+/(?:thumb/)?([0-9a-f])/([0-9a-f]{2})/([^/]+)")
_NUMBER, _ACCOUNT = re.compile(r"[0-9]{3,11}"), re.compile(r"[0-9]{5,11}@[Nn][0-9]{2}")
_NAME = re.compile(r"([0-9]{3,11})_[0-9a-f]{10}(?:_[0-9a-z]{1,2})?\.jpg")
_PATH = re.compile(r"[0-9]+@N[0-9]{2}(?:_identity_[0-9]+)?[/@]([0-9]+)_[0-9]+\.jpg")
_ALBUM = re.compile(r"721[0-9]{14}")
_CAPTION = re.compile(r"([0-9]{5,11})\.jpg#[0-9]")


@dataclass
class Count:
    """How many there were, how many got a key, how many the right one."""

    seen: int = 0
    keyed: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list, repr=False)

    def add(self, text: str, wanted: str | None) -> None:
        """Count one text; ``wanted`` is the key it must have, None where any key will do."""
        keys = work_keys(text)
        self.seen += 1
        self.keyed += bool(keys)
        is_right = bool(keys) and (wanted is None or wanted in (key.key for key in keys[:1]))
        self.right += is_right
        if not is_right:
            self.missed.append(text)

    def share(self) -> str:
        """The share with the right key, in per cent."""
        return f"{100 * self.right / self.seen:.2f}" if self.seen else "-"


@dataclass
class Counts:
    """What one file held."""

    flickr: Count = field(default_factory=Count)
    ids: Count = field(default_factory=Count)
    wikimedia: Count = field(default_factory=Count)
    lookups: int = 0  # addresses of Wikimedia that hold only a page's number
    others: Count = field(default_factory=Count)

    def add_file(self, path: Path) -> None:
        """Count all addresses and ids of a file."""
        text = path.read_bytes()[:LARGEST].decode("utf-8", "replace")
        for row in _rows(path.suffix, text):
            for cell in row:
                for address in _ADDRESS.findall(cell):
                    self._add_address(address)
            for written, photo in _ids(row):
                self.ids.add(written, f"flickr:photo:{photo}")

    def _add_address(self, address: str) -> None:
        host = _host(address)
        inner = _INNER.search(address)
        if _FLICKR.search(host) and _STATEMENT.search(address):
            return
        if _FLICKR.search(host) or inner:
            photo = _PHOTO.search(inner[1] if inner else address)
            self.flickr.add(address, f"flickr:photo:{next(filter(None, photo.groups()))}" if photo else None)
        elif host == "upload.wikimedia.org":
            self.wikimedia.add(address, _stored_key(address))
        elif host.endswith(".wikimedia.org") and "curid=" in address:
            self.lookups += 1
        elif host.endswith(".wikimedia.org") and re.search(r"/wiki/(?:File|Special:FilePath)", address):
            self.wikimedia.add(address, None)
        elif host:
            self.others.add(address, None)


def _rows(suffix: str, text: str) -> Iterator[list[str]]:
    """A file as rows of cells: strings of JSON one by one, lists by tabs, by commas with quotes, or by blanks."""
    if suffix == ".json":
        yield from ([value] for value in _strings(json.loads(text)))
        return
    lines = text.splitlines()
    if suffix == ".csv":
        yield from csv.reader(lines)
        return
    for line in lines:
        yield line.split("\t") if "\t" in line else [line]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _ids(row: list[str]) -> Iterator[tuple[str, str]]:
    """The Flickr ids of a row that holds no address of them: what is given to the engine, and the right id.

    A cell that is a file name with id and secret (Adience), with the account's number where a cell holds one; a cell
    that is a path of account and photo (MegaFace, DiveFace); an album's number, a blank and the photo's (PIPA); a
    photo's number in the first cell and the account's in the second (YFCC100M); a name with a caption's number.
    """
    account = next((cell for cell in row if _ACCOUNT.fullmatch(cell)), "")
    for cell in row:
        if named := _NAME.fullmatch(cell):
            yield (f"{account}/{cell}" if account else cell), named[1]
        elif found := _PATH.fullmatch(cell) or _CAPTION.fullmatch(cell):
            yield cell, found[1]
    words = row[0].split(" ") if len(row) == 1 else []
    if len(words) > 5 and _ALBUM.fullmatch(words[0]) and _NUMBER.fullmatch(words[1]):
        yield row[0], words[1]
    if len(row) > 20 and _NUMBER.fullmatch(row[0]) and _ACCOUNT.fullmatch(row[1]):
        yield f"{row[1]}/{row[0]}", row[0]


def _host(address: str) -> str:
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").lower()
    except ValueError:
        return ""


def _stored_key(address: str) -> str | None:
    """The key of a file of Wikimedia, read from its folder, if the MD5 of the name says that it is right."""
    stored = _STORED.search(address)
    if stored is None:
        return None
    name = unquote(stored[3])
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    is_right = digest.startswith((stored[2],)) and digest.startswith(stored[1])
    project = address.split("/wikipedia/", 1)[1].split("/", 1)[0]
    return f"wikimedia:{project}:{name}" if is_right else None


def files_of(folder: Path) -> Iterable[Path]:
    """The lists of a folder and the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in SUFFIXES)


def measure(folder: Path, show: bool) -> int:
    """Print the table of a folder; the exit code says whether every bar is met."""
    heads = (
        "file",
        "Flickr",
        "right",
        "%",
        "ids",
        "right",
        "%",
        "Wikimedia",
        "MD5 right",
        "%",
        "look-up",
        "other",
        "keyed",
    )
    line = "{:44} {:>7} {:>7} {:>7} {:>6} {:>6} {:>7} {:>9} {:>9} {:>7} {:>7} {:>6} {:>6}"
    print(line.format(*heads, "other", "keyed"))
    total = Counts()
    for path in files_of(folder):
        counts = Counts()
        try:
            counts.add_file(path)
        except (ValueError, csv.Error):
            print(f"{str(path.relative_to(folder))[:44]:44} cannot be read as {path.suffix}")
            continue
        _print(line, str(path.relative_to(folder))[-44:], counts)
        for name in ("flickr", "ids", "wikimedia", "others"):
            mine, sums = getattr(counts, name), getattr(total, name)
            sums.seen, sums.keyed, sums.right = sums.seen + mine.seen, sums.keyed + mine.keyed, sums.right + mine.right
            for text in mine.missed[:SHOWN] if show else ():
                print(f"    {name}: {text[:200]}")
        total.lookups += counts.lookups
    _print(line, "all", total)
    works = total.flickr.right + total.ids.right, total.flickr.seen + total.ids.seen
    return int(works[0] < 0.999 * works[1] or total.wikimedia.right < total.wikimedia.seen)


def _print(line: str, name: str, counts: Counts) -> None:
    flickr, ids, wikimedia, others = counts.flickr, counts.ids, counts.wikimedia, counts.others
    cells = [part for one in (flickr, ids, wikimedia) for part in (one.seen, one.right, one.share())]
    print(line.format(name, *cells, counts.lookups, others.seen, others.keyed))


def check_forms(table: Path) -> int:
    """Print the rows of a table whose first key is another one; the exit code says whether there were any."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = 0
    for row in rows:
        found = next((key.key for key in work_keys(row["url"])), "")
        wanted = row["key"] if row["family"] != "blogger" else "/".join(row["key"].split("/")[:4])  # without the name
        if found != wanted:
            wrong += 1
            print(f"{row['url']}\n  wanted {wanted or 'nothing'}\n  found  {found or 'nothing'}")
    print(f"{len(rows) - wrong} of {len(rows)} rows have the key they must have")
    return int(wrong > 0)


def main() -> int:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="a folder of lists")
    parser.add_argument("--forms", type=Path, metavar="FILE", help="a table of address forms")
    parser.add_argument("--show", action="store_true", help=f"print up to {SHOWN} texts without the right key per file")
    options = parser.parse_args()
    if not options.folder and not options.forms:
        parser.error("give a folder, a table, or both")
    failed = check_forms(options.forms) if options.forms else 0
    return (measure(options.folder, options.show) if options.folder else 0) or failed


if __name__ == "__main__":
    sys.exit(main())
