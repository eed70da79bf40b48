"""``python -m benchmarks.locations FILE [FOLDER]``: how many forms of sharing links get the location they must have.

FILE is tab-separated, with columns ``text``, ``host``, ``key``, ``path`` and ``access``; an empty key is a text that
must give none, an empty path or access is not compared, but no secret may turn up where none is expected. FOLDER holds
pages: of every link in them it counts what it is a link to. Links are printed only with ``--show``.
"""

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from commonswatch.domain.keys import LocationKey
from commonswatch.rules import location

_LINK = re.compile(r"(?:https?://|magnet:\?)[^\]\s)>\"'|`]+")
_PAGES = (".md", ".html", ".htm", ".txt")


def main() -> int:
    """Print both tables; 0 when every form is right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--show", action="store_true", help="print the texts that are wrong, and links without a key")
    chosen = parser.parse_args()
    wrong = check_forms(chosen.file, show=chosen.show)
    if chosen.folder:
        count_links(chosen.folder, show=chosen.show)
    return 1 if wrong else 0


def check_forms(file: Path, *, show: bool) -> int:
    """Print, per host, how many forms are right; return how many are not."""
    seen, right = Counter[str](), Counter[str]()
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            found, host = location(row["text"]), row["host"] or "-"
            seen[host] += 1
            right[host] += _is_right(found, row)
            if show and not _is_right(found, row):
                print(f"  {row['text']}\n    {found and (found.key, found.path)}")
    for host in sorted(seen):
        print(f"{host:20} {right[host]:>4} of {seen[host]:>4}")
    print(f"{'all':20} {right.total():>4} of {seen.total():>4}")
    return seen.total() - right.total()


def _is_right(found: LocationKey | None, row: dict[str, str]) -> bool:
    if found is None or not row["key"]:
        return found is None and not row["key"]
    same_path = not row["path"] or found.path == row["path"]
    return found.key == row["key"] and same_path and (found.access or "") == row["access"]


def count_links(folder: Path, *, show: bool) -> None:
    """Print how many links of the pages in a folder lead to which family of places."""
    families: dict[str, set[str]] = defaultdict(set)
    for page in sorted(path for path in folder.rglob("*") if path.suffix in _PAGES):
        for link in _LINK.findall(page.read_text(encoding="utf-8", errors="replace")):
            found = location(link)
            families[found.key.partition(":")[0] if found else "none"].add(link)
    for family, links in sorted(families.items(), key=lambda pair: -len(pair[1])):
        print(f"{family:20} {len(links):>6} links")
    for link in sorted(families["none"]) if show else ():
        print(f"  {link}")


if __name__ == "__main__":
    sys.exit(main())
