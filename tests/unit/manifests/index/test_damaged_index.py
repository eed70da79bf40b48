"""A damaged, torn or foreign index is refused: no flipped bit ever becomes an answer."""

import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from commonswatch.manifests.index import IndexWriter, KeyIndex, NotAnIndex

ROWS = 700
DIGESTS = [random.Random(number).getrandbits(64) for number in range(ROWS)]


def _index(path: Path) -> bytes:
    writer = IndexWriter(path)
    writer.add(np.array(DIGESTS, np.uint64), np.arange(ROWS, dtype=np.uint64))
    writer.commit(ROWS)
    return path.read_bytes()


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return _index(tmp_path / "a")


def _answers(path: Path) -> list[list[int]] | None:
    """What each digest gives; None when the index refuses."""
    try:
        with KeyIndex.open(path) as index:
            return [index.rows_of(digest) for digest in DIGESTS]
    except NotAnIndex:
        return None


def test_an_index_cut_off_anywhere_is_refused(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "cut"
    for length in [*range(120), *range(120, len(whole), 37)]:
        path.write_bytes(whole[:length])
        with pytest.raises(NotAnIndex):
            KeyIndex.open(path)


def test_no_flipped_bit_becomes_an_answer(tmp_path: Path, whole: bytes) -> None:
    made, path = random.Random(11), tmp_path / "flipped"
    right = [[number] for number in range(ROWS)]
    for _ in range(300):
        bit = made.randrange(8 * len(whole))
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert _answers(path) in (None, right)
        with pytest.raises(NotAnIndex), KeyIndex.open(path) as index:
            index.verify()


def test_a_batch_refuses_a_damaged_block_too(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "flipped"
    for place in range(100, len(whole), 211):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with KeyIndex.open(path) as index:
            try:
                found = index.rows_of_many(DIGESTS)
            except NotAnIndex:
                continue
            assert found == {digest: [number] for number, digest in enumerate(DIGESTS)}


def test_a_block_of_another_index_does_not_pass(tmp_path: Path, whole: bytes) -> None:
    other = _index(tmp_path / "other")
    assert len(other) == len(whole)
    path = tmp_path / "mixed"
    path.write_bytes(whole[:1000] + other[1000:2000] + whole[2000:])
    with pytest.raises(NotAnIndex), KeyIndex.open(path) as index:
        index.verify()


@pytest.mark.parametrize(
    ("start", "reason"),
    [(b"PK\x03\x04" + bytes(200), "is not a key index"), (b"", "is not a key index"), (b"CWKEYS\r\n", "header")],
)
def test_the_reason_says_what_is_wrong(tmp_path: Path, start: bytes, reason: str) -> None:
    (tmp_path / "a").write_bytes(start)
    with pytest.raises(NotAnIndex, match=reason):
        KeyIndex.open(tmp_path / "a")


def test_a_later_version_is_named(tmp_path: Path, whole: bytes) -> None:

    newer = bytearray(whole)
    newer[8] = 2
    end = 68
    newer[end : end + 4] = zlib.crc32(bytes(newer[:end])).to_bytes(4, "little")
    (tmp_path / "a").write_bytes(newer)
    with pytest.raises(NotAnIndex, match="version 2"):
        KeyIndex.open(tmp_path / "a")
