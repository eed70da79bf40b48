"""The links of pages, well-formed and not, are the same read here and in the extension."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from commonswatch.rules import read_links

PROJECT = Path(__file__).resolve().parents[3]
PAGES = PROJECT / "tests" / "fixtures" / "pages"
TOOL = PROJECT / "extension" / "tools" / "links.mjs"

MANY = 400
SHOWN = 3
SEED = 2026
CHANGES_AT_MOST = 12
BROKEN = json.loads((PROJECT / "tests" / "fixtures" / "odd_texts.json").read_text(encoding="ascii"))["broken"]


def changed(chance: random.Random, page: str) -> str:
    """A page after an accident."""
    start = chance.randint(0, len(page))
    end = start + chance.randint(0, 80)
    before, some, after = page[:start], page[start:end], page[end:]
    return chance.choice(
        [
            before + after,
            before + chance.choice(BROKEN) + some + after,
            before + some + some + after,
            before + some.upper() + after,
            some + after + before,
            before + some.replace(" ", "\n") + after,
        ]
    )


def requests() -> Iterator[dict[str, Any]]:
    chance = random.Random(SEED)
    written = [(path, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir())]
    for number in range(MANY):
        path, page = written[number % len(written)]
        for _ in range(chance.randint(0, CHANGES_AT_MOST)):
            page = changed(chance, page)
        whole = page.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")  # halves that meet are one
        at = f"https://github.com/example-lab/{path.stem}/blob/main/README.md"
        yield {"page": whole, "at": at, "mediaType": chance.choice(["text/html", "text/markdown"])}


def test_both_languages_read_the_same_links() -> None:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed")
    assert node, "Node is missing: sh tests/browser/install.sh"
    asked = list(requests())
    lines = "".join(f"{json.dumps(one)}\n" for one in asked)
    ran = subprocess.run([node, str(TOOL)], input=lines, capture_output=True, encoding="utf-8", check=True, timeout=120)
    there = [json.loads(line) for line in ran.stdout.rstrip("\n").split("\n")]
    here = [[asdict(link) for link in read_links(one["page"], one["at"], one["mediaType"])] for one in asked]
    assert sum(map(len, here)) > MANY
    differ = [(one["at"], first_difference(*pair)) for one, *pair in zip(asked, here, there, strict=True)]
    differ = [(at, difference) for at, difference in differ if difference]
    assert not differ, f"{len(differ)} pages, such as {differ[:SHOWN]}"


def first_difference(mine: list[Any], other: list[Any]) -> list[Any]:
    return next(([*pair] for pair in zip_longest(mine, other) if pair[0] != pair[1]), [])
