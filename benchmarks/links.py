"""How well links are read: `python -m benchmarks.links FOLDER [--show] [--half N]` prints the table and the totals.

FOLDER holds pages and `expected_links.tsv` (file, line, url, dataset, role). The page's address is derived from its
file name: `owner__name__path.md`. A role `other_data` (a set no case is about) counts as other. Precision and recall
are of links with role `data`, right only with the right dataset. Every link the reader calls `data` counts, whether
somebody labelled it or not. A page is right if it is recognised as offering a copy of a set of the catalogue, or none.
`--half 0` and `--half 1` take one random half of the pages.
"""

import argparse
import csv
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from commonswatch.rules import DATASETS
from commonswatch.rules.links import Link, read_links

_KNOWN = {one.id for one in DATASETS}
_ROLES = {"other_data": "other"}
_PAGES = (".md", ".html", ".txt")
_SEED = 20261123

Expected = dict[tuple[int, str], tuple[str, str]]  # line and address → dataset and role


@dataclass
class Score:
    """What was right on one page, or on several."""

    right: int = 0  # data links with the right dataset
    found: int = 0  # links called data
    wanted: int = 0  # data links there are
    roles_right: int = 0
    labelled: int = 0
    pages_right: int = 0
    pages: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def row(self, name: str) -> str:
        """One line of the table."""
        precision = f"{self.right / self.found:6.3f}" if self.found else "     –"
        recall = f"{self.right / self.wanted:6.3f}" if self.wanted else "     –"
        roles = f"{self.roles_right / self.labelled:6.3f}" if self.labelled else "     –"
        copy = f"{self.pages_right}/{self.pages}"
        return f"{name[:56]:56} {self.wanted:5} {self.found:5} {self.right:5} {precision} {recall} {roles} {copy:>6}"


def address_of(name: str) -> str:
    """The address a page had, from its file name."""
    owner, _, rest = name.partition("__")
    repository, _, path = rest.partition("__")
    if not path:
        return f"https://pages.example/{name}"
    return f"https://github.com/{owner}/{repository}/blob/main/{path.replace('__', '/')}"


def expected_links(folder: Path) -> dict[str, Expected]:
    """The labels, by file."""
    labels: dict[str, Expected] = defaultdict(dict)
    with (folder / "expected_links.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            role = _ROLES.get(row["role"], row["role"])
            labels[row["file"]][int(row["line"]), row["url"]] = (row["dataset"], role)
    return labels


def score_page(links: list[Link], expected: Expected, shown: list[str]) -> Score:
    """Compare the links read on a page with the labels; misses go to ``shown``."""
    read = {(link.line, link.url): link for link in links}
    score = Score(labelled=len(expected), pages=1)
    for place, (dataset, role) in expected.items():
        link = read.get(place)
        got = (link.dataset or "", link.role) if link else ("", "none")
        score.roles_right += got[1] == role
        score.wanted += role == "data"
        score.right += role == "data" and got == (dataset, role)
        if got[1] != role or (role == "data" and got[0] != dataset):
            reason = link.reason if link else "not found"
            shown.append(f"  {place[0]:5} {place[1][:60]:60} {role} {dataset} <- {got[1]} {got[0]} ({reason})")
    data = [place for place, link in read.items() if link.role == "data"]
    score.found = len(data)
    shown += [f"  {place[0]:5} {place[1][:60]:60} no label <- data" for place in data if place not in expected]
    copies = [dataset for dataset, role in expected.values() if role == "data" and dataset in _KNOWN]
    score.pages_right = int(bool(data) == bool(copies))
    return score


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="show every miss")
    parser.add_argument("--half", type=int, choices=(0, 1), help="only one random half of the pages")
    chosen = parser.parse_args(arguments)
    labels = expected_links(chosen.folder)
    pages = sorted(path for path in chosen.folder.iterdir() if path.suffix in _PAGES and path.name != "SOURCES.md")
    if chosen.half is not None:
        random.Random(_SEED).shuffle(pages)
        pages = sorted(pages[chosen.half :: 2])
    print(f"{'page':56}  data found right  prec.   rec.  roles   page")
    total = Score()
    for page in pages:
        shown: list[str] = []
        links = read_links(page.read_text(encoding="utf-8", errors="replace"), address_of(page.name))
        score = score_page(links, labels.get(page.name, {}), shown)
        total += score
        print(score.row(page.name))
        if chosen.show:
            print("\n".join(shown), end="\n" if shown else "")
    print(total.row("total"))


if __name__ == "__main__":
    main()
