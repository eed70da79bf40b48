"""``python -m benchmarks.samples FOLDER``: how many works of real lists get a key, and whether it is the right one.

Walks the text, TSV, CSV and JSON files of a folder and prints, per file, the Flickr addresses and ids and the
Wikimedia addresses there are, and how many got the key they must have. What that is, is found in `benchmarks.lists`,
by none of the rules that are measured. Rows of people are printed only with ``--show``.

``--forms FILE`` checks a table of address forms too (tab-separated: ``url``, ``family``, ``kind``, ``key``).
"""

import argparse
import csv
import sys
from dataclasses import dataclass, field
from pathlib import Path

from commonswatch.rules import work_keys

from benchmarks.lists import addresses_of, file_of, files_of, host_of, ids_of, is_of_flickr, photo_of, rows_of

ANY = None  # a key of whatever work
SHOWN = 5
FLICKR_BAR, WIKIMEDIA_BAR = 0.999, 1.0
_LINE = "{:44} {:>7} {:>7} {:>7} {:>6} {:>6} {:>7} {:>9} {:>9} {:>7} {:>7} {:>6} {:>6}"


@dataclass
class Count:
    """How many there were, and how many got the right key."""

    seen: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list, repr=False)

    def add(self, text: str, wanted: str | None) -> None:
        """Count one text and the key it must have: `ANY`, or none at all where that is empty."""
        found = next((key.key for key in work_keys(text)), "")
        is_right = bool(found) if wanted is ANY else found == wanted
        self.seen += 1
        self.right += is_right
        if not is_right and len(self.missed) < SHOWN:
            self.missed.append(text)

    def share(self) -> str:
        """The share with the right key, in per cent."""
        return f"{100 * self.right / self.seen:.2f}" if self.seen else "-"


@dataclass
class Counts:
    """What one file held, or all of them."""

    flickr: Count = field(default_factory=Count)
    ids: Count = field(default_factory=Count)
    wikimedia: Count = field(default_factory=Count)
    others: Count = field(default_factory=Count)
    lookups: int = 0  # addresses of Wikimedia with nothing but a page's number: only a look-up could tell

    def add_row(self, row: list[str]) -> None:
        """Count the addresses and ids of a row."""
        for address in addresses_of(row):
            self._add_address(address, host_of(address))
        for text, key in ids_of(row):
            self.ids.add(text, key)

    def _add_address(self, address: str, host: str) -> None:
        if is_of_flickr(address):
            self.flickr.add(address, photo_of(address))
        elif host == "upload.wikimedia.org":
            self.wikimedia.add(address, file_of(address))
        elif host.endswith(".wikimedia.org") and "curid=" in address:
            self.lookups += 1
        elif host.endswith(".wikimedia.org") and ("/wiki/File:" in address or "/wiki/Special:FilePath" in address):
            self.wikimedia.add(address, ANY)
        elif host:
            self.others.add(address, ANY)

    def add(self, more: "Counts") -> None:
        """Add what another file held."""
        for mine, other in zip(self.parts(), more.parts(), strict=True):
            mine.seen += other.seen
            mine.right += other.right
        self.lookups += more.lookups

    def parts(self) -> tuple[Count, Count, Count, Count]:
        """The four kinds, in the order of the table."""
        return self.flickr, self.ids, self.wikimedia, self.others

    def print(self, name: str) -> None:
        """Print one line of the table."""
        cells = [cell for one in self.parts()[:3] for cell in (one.seen, one.right, one.share())]
        print(_LINE.format(name[-44:], *cells, self.lookups, self.others.seen, self.others.right))


def measure(folder: Path, show: bool) -> int:
    """Print the table of a folder; the exit code says whether a bar was missed."""
    right = ("right", "%")
    print(_LINE.format("file", "Flickr", *right, "ids", *right, "Wikimedia", *right, "look-up", "other", "keyed"))
    total = Counts()
    for path in files_of(folder):
        name, counts = str(path.relative_to(folder)), Counts()
        try:
            for row in rows_of(path):
                counts.add_row(row)
        except (ValueError, csv.Error):
            print(f"{name[-44:]:44} is not what its name says")
        counts.print(name)
        total.add(counts)
        for text in [text for one in counts.parts() for text in one.missed] if show else ():
            print(f"    {text[:200]}")
    total.print("all")
    works, named = (total.flickr.right + total.ids.right, total.flickr.seen + total.ids.seen), total.wikimedia
    return int(works[0] < FLICKR_BAR * works[1] or named.right < WIKIMEDIA_BAR * named.seen)


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
    parser.add_argument(
        "--show", action="store_true", help=f"print up to {SHOWN} texts of a kind without the right key"
    )
    options = parser.parse_args()
    if not options.folder and not options.forms:
        parser.error("give a folder, a table, or both")
    failed = check_forms(options.forms) if options.forms else 0
    return (measure(options.folder, options.show) if options.folder else 0) or failed


if __name__ == "__main__":
    sys.exit(main())
