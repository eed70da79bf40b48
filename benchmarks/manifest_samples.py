"""``python -m benchmarks.manifest_samples FOLDER…``: are registered works found in real lists, and nothing else?

Of each file a random tenth of its works is registered, each by another form of its address than the file holds where
there is one; then the file is scanned three times: by the exact engine, by the kernel, by its twin without C. What a
file holds is found in `manifest_works`, by none of the readers that are measured. Misses and false matches are shown
with their rows. Ends with 0 if at least 99.5 % of the rows were found, none that should not be, and all three agree;
with 1 otherwise; with 2 if no file names any work.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

from commonswatch.manifests.kernel import Registry
from commonswatch.manifests.kernel.marks import marks
from commonswatch.manifests.kernel.scanner import bounds_of, tokens_tell
from commonswatch.manifests.kernel.twin import Twin
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.shapes import Block
from commonswatch.manifests.rows import row_of
from commonswatch.manifests.scanning.findings import Match
from commonswatch.manifests.scanning.matching import Known, matches_in, texts_in
from commonswatch.manifests.scanning.sieves import Kernel
from commonswatch.rules import work_keys

from benchmarks.manifest_works import Where, Work, another_form, works_of

RECALL_BAR = 0.995
SHARE = 0.1
_SECRET = b"sixteen bytes ok"
_LINE = "{:44} {:>11} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6}  {}"

Keys = list[tuple[str, int]]


@dataclass
class Figure:
    """What came out for one file."""

    works: int = 0
    registered: int = 0
    wanted: int = 0
    found: int = 0
    false: int = 0
    differ: int = 0
    said: list[str] = field(default_factory=list)


def main() -> None:
    """Measure all files of the folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=3, help="how many tenths are drawn of each file")
    parser.add_argument("--shown", type=int, default=3, help="how many misses of a file are explained")
    chosen = parser.parse_args()
    print(_LINE.format("file", "kind", "works", "drawn", "wanted", "found", "false", "differ", ""))
    total, without = Figure(), list[str]()
    for path in _files(chosen.folders):
        kind, figure = measured(path, chosen.rounds, chosen.shown)
        if not figure.registered:
            without.append(f"{path.parent.name}/{path.name} ({kind})")
            continue
        _print(f"{path.parent.name}/{path.name}"[-44:], kind, figure)
        for one in fields(Figure):
            setattr(total, one.name, getattr(total, one.name) + getattr(figure, one.name))
    sys.exit(_summed_up(total, without))


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())


def _print(name: str, kind: str, figure: Figure) -> None:
    numbers = (figure.works, figure.registered, figure.wanted, figure.found, figure.false, figure.differ)
    good = figure.found >= RECALL_BAR * figure.wanted and not figure.false and not figure.differ
    print(_LINE.format(name, kind, *numbers, "" if good else "!"))
    for sentence in figure.said:
        print(f"    {sentence}")


def _summed_up(total: Figure, without: list[str]) -> int:
    total.said = []
    _print("all", "", total)
    if without:
        print(f"No works are named in {len(without)} files: {', '.join(without)}")
    if not total.wanted:
        print("No file names any work: nothing was measured.")
        return 2
    recall, bar = total.found / total.wanted, f"{RECALL_BAR:.1%}"
    good = recall >= RECALL_BAR and not total.false and not total.differ
    print(
        f"{'Good' if good else 'NOT GOOD'}: {recall:.2%} of {total.wanted} rows found (bar {bar}), {total.false} false"
        f" (bar 0), {total.differ} found otherwise by kernel or twin than by the exact engine (bar 0)."
    )
    return 0 if good else 1


def measured(path: Path, rounds: int, shown: int) -> tuple[str, Figure]:
    """Recall and false matches for one file, and its kind."""
    with open_manifest(path) as manifest:
        kind = manifest.kind
    try:
        works = works_of(path)
    except (ValueError, ImportError, OSError, EOFError):
        return kind, Figure()
    figure = Figure(works=len(works))
    for number in range(rounds if works else 0):
        drawn = random.Random(number).sample(works, max(1, int(SHARE * len(works))))
        _measure(path, works, drawn, figure, shown)
    return kind, figure


def _measure(path: Path, works: list[Work], drawn: list[Work], figure: Figure, shown: int) -> None:
    keys = sorted({key.key for work in drawn for key in work_keys(another_form(work))})
    registered = [(key, number) for number, key in enumerate(keys)]
    has_rows = any(isinstance(where, int) for work in works for where in work.where)
    wanted = {
        where for work in works if work.keys & set(keys) for where in work.where if has_rows or where in set(keys)
    }
    exact, kernel, twin = (_scanned(path, registered, scan) for scan in (_exactly, _by_kernel, _by_twin))
    found = {_where(match, has_rows=has_rows) for match in exact}
    figure.registered += len(drawn)
    figure.wanted += len(wanted)
    figure.found += len(wanted & found)
    figure.false += len(found - wanted)
    figure.differ += len(exact ^ kernel) + len(exact ^ twin)
    for where in sorted(wanted - found, key=str)[: max(0, shown - len(figure.said))]:
        texts = sorted(work.text for work in works if where in work.where and work.keys & set(keys))
        figure.said.append(f"missed at {where}: {texts[0][:90]}: {_why(path, where, texts[0])}")
    for match in sorted(exact, key=lambda match: match.row)[: 10**6 * bool(found - wanted)]:
        if _where(match, has_rows=has_rows) not in wanted and len(figure.said) < shown:
            figure.said.append(f"false at {match.place}: {match.what}")


def _where(match: Match, *, has_rows: bool) -> Where:
    if not has_rows:
        return match.what
    return match.place.row if match.place.line is None else match.place.line


# ---- the three ways to scan ----


def _scanned(path: Path, registered: Keys, scan: Callable[[Keys], Callable[[Block], Iterable[Match]]]) -> set[Match]:
    """All matches of a file."""
    matches_of = scan(registered)
    with open_manifest(path) as manifest:
        return {match for block in manifest.blocks() for match in matches_of(block)}


def _exactly(registered: Keys) -> Callable[[Block], Iterable[Match]]:
    known = Known(registered)
    return lambda block: _confirmed(block, range(block.rows), known)


def _by_kernel(registered: Keys) -> Callable[[Block], Iterable[Match]]:
    registry = Registry(registered)
    sieve = Kernel(registry)
    sieve.prepare()

    def scan(block: Block) -> Iterator[Match]:
        sifted = sieve(block)
        yield from sifted.matches
        yield from _confirmed(block, sifted.rows, Known(registered))

    return scan


def _by_twin(registered: Keys) -> Callable[[Block], Iterable[Match]]:
    twin, known = Twin([key.encode(errors="surrogatepass") for key, _ in registered], marks()), Known(registered)

    def scan(block: Block) -> Iterator[Match]:
        rows = twin.rows(block.buffer, *bounds_of(block)).tolist() if tokens_tell(block.reader) else range(block.rows)
        yield from _confirmed(block, rows, known)

    return scan


def _confirmed(block: Block, rows: Iterable[int], known: Known) -> Iterator[Match]:
    return (match for row in rows for match in matches_in(block, row, texts_in(block, row), known))


# ---- why something was missed ----


def _why(path: Path, where: Where, text: str) -> str:
    """What the reader made of the row."""
    with open_manifest(path) as manifest:
        for block in manifest.blocks():
            for number in range(block.rows):
                place = block.place(number)
                if where in (place.line, place.row if place.line is None else None) or isinstance(where, str):
                    row = row_of(block, number)
                    for column, cell in zip(row.cells.columns, row.cells.texts, strict=True):
                        if text in cell:
                            return f"stands in column {column.name!r} of role {column.role!r} as {cell[:90]!r}"
                    if not isinstance(where, str):
                        return f"in none of the row's cells: {[cell[:30] for cell in row.cells.texts][:8]}"
        return f"in no row; {manifest.problem.detail if manifest.problem else 'the file was read to its end'}"


if __name__ == "__main__":
    main()
