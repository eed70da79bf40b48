"""The runs of letters in a text, by each of the ways a processor may offer: all find the same, and all there are."""

import random
import re

import pytest
from commonswatch.manifests.kernel.marks import LEAST
from commonswatch.native import scan
from commonswatch.native.scan_tables import Tables

PIECE = 8192
WAYS = {1: "AVX2", 2: "AVX-512"}
_RUN = re.compile(rb"[0-9A-Za-z]+")


@pytest.fixture
def tables() -> Tables:
    if not scan.available():
        pytest.skip("the kernels are not compiled here")
    tables = Tables(1000, LEAST)
    tables.add([b"flickr:photo:%d" % number for number in range(10**9, 10**9 + 1000)], list(range(1000)))
    return tables


def _text(chance: random.Random, length: int) -> bytes:
    runs = b"".join(
        chance.choice([b"/", b"-", b".", b"%", b"\t", b"\n", b"@", b"[", b"`", b"{", b":", b"\xc3\xa9", b"\x00"])
        + (b"%d" % chance.randrange(10**9 - 300, 10**9 + 300) if chance.random() < 0.1 else b"")
        + bytes(chance.choice(b"azAZ09bcY") for _ in range(chance.randrange(14) if chance.random() < 0.9 else 100))
        for _ in range(length // 4 + 2)
    )
    return runs[:length]


@pytest.mark.parametrize("least", [3, 4])
def test_the_plain_way_finds_every_run(tables: Tables, least: int) -> None:
    tables.least = least
    for seed in range(300):
        text = _text(random.Random(seed), seed * 27 % PIECE)
        found = tables.runs(text, 0)
        assert found is not None
        assert found[1] == [run.end() for run in _RUN.finditer(text) if len(run[0]) >= least]
        odd = [at for at in range(len(text)) if found[2][at // 64] >> at % 64 & 1]
        assert odd == [at for at, byte in enumerate(text) if byte >= 0x80 or byte == ord("%")]


def test_registered_numbers_are_first_tokens_and_few_others_are(tables: Tables) -> None:
    text = b" ".join(b"%d" % number for number in range(10**9 - 400, 10**9 + 400))
    found = tables.runs(text[:PIECE], 0)
    assert found is not None
    firsts = {end for end in found[1] if found[3][(end - 1) // 64] >> (end - 1) % 64 & 1}
    registered = {run.end() for run in _RUN.finditer(text[:PIECE]) if int(run[0]) >= 10**9 and len(run[0]) == 10}
    assert registered <= firsts
    assert len(firsts) < len(registered) + 40


@pytest.mark.parametrize("which", WAYS, ids=WAYS.values())
@pytest.mark.parametrize("least", [3, 4])
def test_the_fast_ways_find_the_same(tables: Tables, which: int, least: int) -> None:
    tables.least = least
    if tables.runs(b"", which) is None:
        pytest.skip("not on this processor")
    for seed in range(600):
        chance = random.Random(seed)
        text = _text(chance, chance.choice([chance.randrange(200), chance.randrange(PIECE), PIECE, 63, 64, 65]))
        assert tables.runs(text, which) == tables.runs(text, 0)
