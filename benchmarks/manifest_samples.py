"""``python -m benchmarks.manifest_samples FOLDER``: are registered works found in real lists, and nothing else?

For each list of a folder a random tenth of its works is registered, each by another form of its address than the list
holds where there is one; then the list is read as a scan reads it. What a row holds is found in `benchmarks.lists`, by
none of the readers that are measured; only which addresses mean one work is the rules' own word. ``--fast`` lets the
kernel choose the rows the exact engine reads. Bars: 99.5 % of the rows found, none that should not be.
"""

import argparse
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from commonswatch.domain.keys import MANY_WORKS
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.shapes import Block
from commonswatch.manifests.rows import row_of
from commonswatch.rules import read_licence, work_keys

from benchmarks.lists import addresses_of, ids_of, rows_of

RECALL_BAR = 0.995
SHARE = 0.1
_SUFFIXES = {".txt", ".tsv", ".csv", ".json", ".parquet"}
_LINES = {".txt", ".tsv", ".csv"}
_BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_WITH_BLANKS = re.compile(r"(https?://\S.*?)(?: -?[0-9]+(?:\.[0-9]+)?)+ *$")
_VIDEO = re.compile(r"([0-9A-Za-z_-]{11}) [0-9]{1,3}")
_LINE = "{:44} {:>7} {:>7} {:>7} {:>7} {:>8}"

Where = int | None  # a line, where the list has lines


@dataclass
class Work:
    """One work of a list: an address or a text that means it, all its keys, and where it stands."""

    text: str
    keys: frozenset[str]
    where: set[Where] = field(default_factory=set)


@dataclass
class Figure:
    """What came out for one list."""

    rows: int = 0
    registered: int = 0
    wanted: int = 0
    found: int = 0
    false: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fast", action="store_true", help="with the kernel in front of the exact engine")
    parser.add_argument("--rounds", type=int, default=3, help="how many tenths are drawn of each list")
    chosen = parser.parse_args()
    print(_LINE.format("list", "rows", "works", "wanted", "found", "false"))
    total = Figure()
    for path in sorted(path for path in chosen.folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file()):
        figure = measured(path, chosen.rounds, _by_kernel if chosen.fast else _all_rows)
        if figure and figure.registered:
            _print(str(path.relative_to(chosen.folder))[-44:], figure)
            for name in vars(total):
                setattr(total, name, getattr(total, name) + getattr(figure, name))
    _print("all", total)
    sys.exit(0 if total.wanted and total.found >= RECALL_BAR * total.wanted and not total.false else 1)


def measured(path: Path, rounds: int, rows_to_read: Callable[[Block, list[str]], list[int]]) -> Figure | None:
    """Recall and false matches for one list; None for a file that is no list of works."""
    try:
        works = list(works_of(path))
    except (ValueError, ImportError):
        return None
    figure = Figure(rows=len({where for work in works for where in work.where}))
    for round_number in range(rounds if works else 0):
        drawn = random.Random(round_number).sample(works, max(1, int(SHARE * len(works))))
        forms = [frozenset(key.key for key in work_keys(another_form(work))) for work in drawn]
        keys = frozenset().union(*forms)
        wanted = {where for work in works if work.keys & keys for where in work.where}
        found = set(_found(path, keys, rows_to_read))
        figure.registered += len(drawn)
        figure.wanted += len(wanted)
        figure.found += len(wanted & found)
        figure.false += len(found - wanted)
    return figure


def _found(path: Path, keys: frozenset[str], rows_to_read: Callable[[Block, list[str]], list[int]]) -> Iterator[object]:
    has_lines = path.suffix in _LINES
    with open_manifest(path) as manifest:
        for block in manifest.blocks():
            for number in rows_to_read(block, sorted(keys)):
                row = row_of(block, number)
                matching = {key.key for key in row.keys} & keys
                if matching and has_lines:
                    yield row.place.line
                elif matching:
                    yield from matching


def _all_rows(block: Block, _keys: list[str]) -> list[int]:
    return list(range(block.rows))


def _by_kernel(block: Block, keys: list[str]) -> list[int]:
    from commonswatch.manifests.kernel import Registry, Scanner

    return [int(row) for row in Scanner(Registry((key, at) for at, key in enumerate(keys))).scan(block).rows]


def works_of(path: Path) -> Iterator[Work]:
    """The works of a list; where a list has no lines, a work stands where its keys do."""
    found: dict[frozenset[str], Work] = {}
    for line, texts in enumerate(_texts_of(path), 1):
        for text in texts:
            keys = frozenset(key.key for key in work_keys(text) if key.kind not in MANY_WORKS)
            if keys and not read_licence(text):
                work = found.setdefault(keys, Work(text, keys))
                work.where |= {line} if path.suffix in _LINES else keys
    yield from found.values()


def _texts_of(path: Path) -> Iterator[list[str]]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        for row in pq.read_table(path).to_pylist():
            yield [text for cell in row.values() if isinstance(cell, str) for text in addresses_of([cell])]
        return
    for row in rows_of(path):
        if path.suffix in _LINES and row and row[0].startswith("#"):
            yield []  # a comment
            continue
        videos = [f"https://youtu.be/{found[1]}" for cell in row if (found := _VIDEO.fullmatch(cell))]
        blanks = _WITH_BLANKS.search(row[0]) if len(row) == 1 and path.suffix == ".txt" else None
        addresses = [blanks[1]] if blanks else [a for cell in row for a in _cell_addresses(cell, path)]
        yield [*addresses, *(text for text, _ in ids_of(row)), *videos]


def _cell_addresses(cell: str, path: Path) -> list[str]:
    """A cell that is an address as a whole, blanks and all; of others those without blanks, unless it is prose."""
    if cell.startswith(("http://", "https://", "//", "www.")) and (" " not in cell or path.suffix != ".txt"):
        return [cell]
    return [] if path.suffix == ".json" or "{" in cell else addresses_of([cell])


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
    same = {key.key for key in work_keys(wrapped)} & work.keys
    return wrapped if same else work.text


def _base58(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return digits


def _print(name: str, figure: Figure) -> None:
    print(_LINE.format(name, figure.rows, figure.registered, figure.wanted, figure.found, figure.false))


if __name__ == "__main__":
    main()
