"""A damaged, torn or foreign index is refused: no flipped bit ever becomes an answer."""

import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from commonswatch.manifests.index import IndexWriter, KeyIndex, NotAnIndex
from commonswatch.manifests.index.mapped import Mapped
from commonswatch.native import entries

pytestmark = pytest.mark.usefixtures("either")

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


def _forged(whole: bytes, made: random.Random) -> bytes:
    """An index that lies somewhere, with sums that are right: only who knows how can write such a one."""
    forged, directory = bytearray(whole), int.from_bytes(whole[32:40], "little")
    if made.random() < 0.3:
        place = directory + 8 * made.randrange((len(whole) - directory) // 8)
        lie = made.choice(
            [0, 1, 71, 72, len(whole), directory - 1, directory, 2**63, 2**64 - 1, made.randrange(directory)]
        )
        forged[place : place + 8] = lie.to_bytes(8, "little")
    for number in range((len(whole) - directory) // 8 - 1):
        at = directory + 8 * number
        start, end = int.from_bytes(whole[at : at + 8], "little"), int.from_bytes(whole[at + 8 : at + 16], "little")
        for _ in range(made.choice([0, 0, 1, 2, 30])):
            place = made.randrange(start, start + 40) if made.random() < 0.8 else made.randrange(start, end - 4)
            forged[place] = made.choice([0, 255, forged[place] ^ 1 << made.randrange(8)])
        seed = zlib.crc32(whole[56:64]) ^ number
        forged[end - 4 : end] = zlib.crc32(forged[start : end - 4], seed).to_bytes(4, "little")
    return bytes(forged)


def test_a_forged_index_is_refused_or_gives_what_it_says_by_the_kernel_as_by_its_twin(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, path, refused = random.Random(12), tmp_path / "forged", 0
    monkeypatch.setattr(Mapped, "_is_in_memory", lambda *_: made.random() < 0.5)  # else it has just been written
    for _ in range(400):
        path.write_bytes(_forged(whole, made))
        some = [*made.sample(DIGESTS, 20), made.getrandbits(64)]
        by_either = _of_many(path, some)
        with monkeypatch.context() as patch:
            patch.setattr(entries, "kernel", lambda: None)
            assert _of_many(path, some) == by_either
        refused += by_either is None
        _answers(path)
    assert 50 < refused < 390


def _of_many(path: Path, digests: list[int]) -> dict[int, list[int]] | None:
    with KeyIndex.open(path) as index:
        try:
            return index.rows_of_many(digests)
        except NotAnIndex:
            return None


def test_an_index_that_is_cut_off_while_it_is_open_is_refused(tmp_path: Path, whole: bytes) -> None:
    with KeyIndex.open(tmp_path / "a") as index:
        (tmp_path / "a").write_bytes(whole[:200])
        with pytest.raises(NotAnIndex):
            index.rows_of(DIGESTS[0])


def test_a_later_version_is_named(tmp_path: Path, whole: bytes) -> None:
    newer = bytearray(whole)
    newer[8] = 2
    end = 68
    newer[end : end + 4] = zlib.crc32(bytes(newer[:end])).to_bytes(4, "little")
    (tmp_path / "a").write_bytes(newer)
    with pytest.raises(NotAnIndex, match="version 2"):
        KeyIndex.open(tmp_path / "a")
