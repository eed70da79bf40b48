"""Rows that the kernel reads alone hold the same matches, won in the same way, as the exact engine finds in them."""

import random

import numpy as np
import pytest
from commonswatch.manifests.kernel import Registry
from commonswatch.manifests.readers.shapes import Block, Place
from commonswatch.manifests.readers.text import TextReader
from commonswatch.manifests.scanning import sieves
from commonswatch.manifests.scanning.findings import Match
from commonswatch.manifests.scanning.matching import matches_in, texts_in
from commonswatch.manifests.scanning.sieves import Kernel, Sifted
from commonswatch.native import scan
from commonswatch.native.scan_kernel import Matched
from numpy.typing import NDArray

from ..kernel.test_rows import COLUMNS, PLAIN_COLUMNS, line

ROWS = 4000


@pytest.fixture(autouse=True)
def _always_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieves, "FEW", 0)
    if not scan.available():
        pytest.skip("the kernels are not compiled here")


def _block(delimiter: str, syntax: str, seed: int) -> Block:
    chance = random.Random(seed)
    columns = PLAIN_COLUMNS if delimiter == " " else COLUMNS
    data = b"".join(line(chance, delimiter, syntax, len(columns)) for _ in range(ROWS))
    reader = TextReader(columns, delimiter, syntax)  # type: ignore[arg-type]
    return Block(memoryview(data), 7, reader, Place, dict)


def _some_keys(block: Block, chance: random.Random) -> list[tuple[str, int]]:
    """A third of all keys; many works have several, some keys have several works."""
    texts = sorted({text for number in range(block.rows) for _, text in texts_in(block, number)})
    some = [text for text in texts if text.startswith(("md5:", "sha256:")) or chance.random() < 0.3]
    return [(text, chance.randrange(50)) for text in some for _ in range(chance.choice([1, 1, 2]))]


def _by_engine(block: Block, sifted: Sifted, registry: Registry) -> list[Match]:
    read = [match for row in sifted.rows for match in matches_in(block, row, texts_in(block, row), registry)]
    return sorted([*read, *sifted.matches], key=lambda match: (match.row, match.work_id))


@pytest.mark.parametrize(("delimiter", "syntax"), [("\t", "plain"), (",", "quoted"), ("\t", "quoted"), (" ", "plain")])
@pytest.mark.parametrize("secret", [None, b"sixteen bytes ok"])
def test_the_kernel_alone_finds_what_the_engine_finds(delimiter: str, syntax: str, secret: bytes | None) -> None:
    block = _block(delimiter, syntax, seed=len(syntax))
    registry = Registry(_some_keys(block, random.Random(3)))
    sifted = Kernel(registry, secret)(block)
    wanted = [match for row in range(block.rows) for match in matches_in(block, row, texts_in(block, row), registry)]
    assert _by_engine(block, sifted, registry) == sorted(wanted, key=lambda match: (match.row, match.work_id))
    assert len(sifted.matches) > ROWS // 10
    assert {match.how for match in sifted.matches} == {"key", "guessed", "digest"}


def test_a_kernel_that_reads_otherwise_than_the_engine_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    block = _block("\t", "plain", seed=5)
    registry = Registry(_some_keys(block, random.Random(4)))
    kernel = Kernel(registry)
    before = kernel(block)
    read = kernel._scanner.matched

    def matched_otherwise(block: Block, rows: NDArray[np.uint64]) -> tuple[Matched, list[int]]:
        found, unsure = read(block, rows)
        return found._replace(works=[51] * len(found.works)), unsure

    monkeypatch.setattr(kernel._scanner, "matched", matched_otherwise)
    after = kernel(block)
    assert before.matches
    assert not after.matches
    assert set(after.rows) > {match.row - 7 for match in before.matches}
    assert "is not used" in caplog.text
