"""docs/key-index.md is enough to read an index: a reader written from it alone, and its example to the byte."""

import random
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from commonswatch.manifests.index import IndexWriter, merging

_PAGE = Path(__file__).parents[4] / "docs" / "key-index.md"
EXAMPLE = [(0x0123456789ABCDEF, 0), (0x0123456789ABCDEF, 1), (0xFF00000000000001, 2)]


def rows_of(data: bytes, digest: int) -> list[int]:
    """As the page says, without a line of the product."""
    assert data[:8] == b"CWKEYS\r\n"
    assert zlib.crc32(data[:68]) == int.from_bytes(data[68:72], "little")
    d, b, r, w = data[10:14]
    directory, salt = int.from_bytes(data[32:40], "little"), data[56:64]
    bucket = digest >> (64 - b)
    at = directory + 8 * (bucket // 256)
    start, end = int.from_bytes(data[at : at + 8], "little"), int.from_bytes(data[at + 8 : at + 16], "little")
    block = data[start : end - 4]
    assert zlib.crc32(block, zlib.crc32(salt) ^ bucket // 256) == int.from_bytes(data[end - 4 : end], "little")
    count = 8 * (end - start - 36) // (8 * w + 1)
    bitmap = block[: 32 + -(-count // 8)]
    bits = "".join(f"{octet:08b}"[::-1] for octet in bitmap)
    runs = bits.split("0")
    before = sum(map(len, runs[: bucket % 256]))
    found = []
    for number in range(before, before + len(runs[bucket % 256])):
        entry = int.from_bytes(block[len(bitmap) + number * w : len(bitmap) + (number + 1) * w], "little")
        if entry >> r == digest >> (64 - d) & (1 << (d - b)) - 1:
            found.append(entry & (1 << r) - 1)
    return found


def _written(path: Path, entries: list[tuple[int, int]], rows: int) -> bytes:
    writer = IndexWriter(path)
    writer.add(*(np.array(column, np.uint64) for column in zip(*entries, strict=True)))
    writer.commit(rows)
    return path.read_bytes()


def test_a_reader_made_from_the_page_reads_every_entry(tmp_path: Path) -> None:
    made = random.Random(3)
    entries = [(made.getrandbits(64), row) for row in range(5000)]
    data = _written(tmp_path / "a", entries, 5000)
    assert all(rows_of(data, digest) == [row] for digest, row in entries)
    assert not any(rows_of(data, made.getrandbits(64)) for _ in range(2000))


def test_the_example_of_the_page_is_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging.secrets, "token_bytes", bytes)
    data = _written(tmp_path / "a", EXAMPLE, 3)
    shown = re.search(r"<!-- example.*?```\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    assert shown is not None
    assert bytes.fromhex("".join(line[5:53] for line in shown[1].splitlines())) == data
    assert rows_of(data, EXAMPLE[0][0]) == [0, 1]
    assert rows_of(data, EXAMPLE[2][0]) == [2]
    assert rows_of(data, 5) == []
