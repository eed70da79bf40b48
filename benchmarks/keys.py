"""``python -m benchmarks.keys [FILE…]``: how fast addresses become keys, beside the normalisers a user would pick.

Every http address in the files is read (text, tsv, csv); without files, addresses made up in the same mix. One core,
processor time, the best of three rounds in turn. "United" counts pairs of forms of one work, as in the vectors, that
end in the same string, and pairs of different works that wrongly do. The vectors are ours: our own figure there only
says that they hold, in both languages. ``--fuzz N`` reads N texts nobody would write instead, and says what raised.
"""

import argparse
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from commonswatch.rules import work_keys

from benchmarks.texts import VECTORS, fuzz, made_up

Normalise = Callable[[str], str | None]

BARS = {"commonswatch, Python": 150_000, "commonswatch, JavaScript": 500_000}
ROUNDS = 3
READS = 100_000  # reads in one round of the fastest; of the others as many as fit into the same time
_ROOT = Path(__file__).resolve().parent.parent
_ADDRESS = re.compile(r"https?://[^\s\"<>]+")


@dataclass
class Side:
    """One way to tell that two addresses mean one work, and what was measured."""

    name: str
    normalise: Normalise | None  # None: another process does it
    rate: float = 0.0  # addresses a second


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--fuzz", type=int, metavar="N", help="read N generated texts and say what raised")
    chosen = parser.parse_args()
    if chosen.fuzz:
        sys.exit(0 if fuzz(chosen.fuzz) else 1)
    urls = list(itertools.chain.from_iterable(map(addresses, chosen.files))) if chosen.files else made_up(20_000)
    sides = [Side("commonswatch, Python", _key), *_peers()]
    for _ in range(ROUNDS):
        for side in sides:
            side.rate = max(side.rate, _rate(side.normalise, urls))
    sides.insert(1, Side("commonswatch, JavaScript", None, _javascript_rate(urls)))
    figures = [_figure(side, sides[0], urls) for side in sides]
    _print(figures, urls)
    for figure in figures:
        print(json.dumps(figure))
    sys.exit(0 if all(figure.get("reached", True) for figure in figures) else 1)


def addresses(file: Path) -> list[str]:
    """Every http address of a file: a whole line that is one, else each between blanks, quotes, or commas of a csv."""
    found: list[str] = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        some = [line] if _ADDRESS.fullmatch(line) else _ADDRESS.findall(line)
        found += [part for one in some for part in (one.split(",") if file.suffix == ".csv" else [one])]
    return [one for one in found if one.startswith("http")]


def _peers() -> list[Side]:
    from courlan import clean_url
    from url_normalize import url_normalize
    from w3lib.url import canonicalize_url

    peers: dict[str, Normalise] = {
        "w3lib.canonicalize_url": canonicalize_url,
        "url_normalize": url_normalize,
        "courlan.clean_url": clean_url,
    }
    return [Side(name, _without_errors(normalise)) for name, normalise in peers.items()]


def _without_errors(normalise: Normalise) -> Normalise:
    def careful(text: str) -> str | None:
        try:
            return normalise(text)
        except (ValueError, AttributeError):  # what they raise for texts that are no address
            return None

    return careful


def _key(text: str) -> str | None:
    keys = work_keys(text)
    return keys[0].key if keys else None


def _rate(normalise: Normalise | None, urls: list[str]) -> float:
    """Addresses a second of processor time; the addresses are read again and again until there were enough."""
    read = work_keys if normalise is _key else normalise
    assert read
    done, start, spent = 0, time.process_time(), 0.0
    while done < READS and spent < 2:
        for url in urls:
            read(url)
        done += len(urls)
        spent = time.process_time() - start
    return done / spent


def _javascript_rate(urls: list[str]) -> float:
    tool = _ROOT / "extension" / "tools" / "measure-keys.mjs"
    node = shutil.which("node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.write("\n".join(urls))
        file.flush()
        try:
            answer = subprocess.run(
                [node or "node", str(tool), file.name], capture_output=True, check=True, timeout=300
            )
        except (OSError, subprocess.SubprocessError):
            return 0.0  # no Node.js here
    return float(json.loads(answer.stdout)["urls_per_second"])


def _figure(side: Side, ours: Side, urls: list[str]) -> dict:
    figure = {"figure": f"keys {side.name}", "urls_per_second": round(side.rate), "urls": len(urls)}
    figure["ratio"] = round(side.rate / ours.rate, 3)
    if side.name in BARS and side.rate:
        figure |= {"bar": BARS[side.name], "reached": side.rate >= BARS[side.name]}
    if side.normalise:
        figure |= _united(side.normalise) | {"distinct": len({side.normalise(url) or url for url in urls})}
    return figure


def _united(normalise: Normalise) -> dict[str, int]:
    """How many groups and pairs of forms of one work become one string, and how many pairs of two works do."""
    groups = _groups()
    found = {key: [normalise(text) or text for text in texts] for key, texts in groups.items()}
    several = [values for values in found.values() if len(values) > 1]
    works = Counter(value for values in found.values() for value in set(values))
    return {
        "groups": len(several),
        "groups_united": sum(len(set(values)) == 1 for values in several),
        "pairs": sum(_pairs(len(values)) for values in several),
        "pairs_united": sum(_pairs(count) for values in several for count in Counter(values).values()),
        "wrongly_united": sum(map(_pairs, works.values())),
    }


def _groups() -> dict[str, list[str]]:
    """The texts of the vectors by the work they mean."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for row in json.loads((VECTORS / "works.json").read_text(encoding="utf-8")):
        if row["keys"]:
            groups[row["keys"][0][0]].append(row["text"])
    return groups


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _print(figures: Iterable[dict], urls: list[str]) -> None:
    print(f"{len(urls):,} addresses, {len(set(urls)):,} of them different; one core, best of {ROUNDS} rounds\n")
    print(f"{'':26}{'a second':>10}{'ratio':>8}{'distinct':>10}{'groups united':>16}{'pairs united':>16}{'wrongly':>9}")
    for one in figures:
        name = one["figure"].removeprefix("keys ")
        print(f"{name:26}{one['urls_per_second']:>10,}{one['ratio']:>8.2f}", end="")
        if "groups" in one:
            groups, pairs = (f"{one[f'{name}_united']} of {one[name]}" for name in ("groups", "pairs"))
            print(f"{one['distinct']:>10,}{groups:>16}{pairs:>16}{one['wrongly_united']:>9}", end="")
        print()
    print()


if __name__ == "__main__":
    main()
