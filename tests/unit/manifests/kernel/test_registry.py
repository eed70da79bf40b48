"""What is registered, lines, and digests."""

import random

import pytest
from commonswatch.manifests.kernel import Registry, key_digest, key_digests, lines
from commonswatch.manifests.kernel.digests import sip_hash
from commonswatch.manifests.readers.shapes import line_bounds
from commonswatch.native import scan


def test_a_key_gives_its_works_however_many_there_are(either: str) -> None:
    keys = [(f"flickr:photo:{number}", number) for number in range(200_000)] + [("flickr:photo:7", 1_000_000)]
    registry = Registry(keys)
    assert sorted(registry.works("flickr:photo:7")) == [7, 1_000_000]
    assert registry.works("flickr:photo:199999") == [199_999]
    assert registry.works("flickr:photo:200000") == []
    assert len(registry) == 200_001


@pytest.mark.parametrize("count", [8, 9, 10, 3000])
def test_a_key_that_very_many_registered_gives_all_of_them(either: str, count: int) -> None:
    registry = Registry([("flickr:photo:7", work) for work in range(count)])
    assert sorted(registry.works("flickr:photo:7")) == list(range(count))


def test_an_empty_registry_knows_nothing(either: str) -> None:
    assert Registry([]).works("flickr:photo:7") == []


def test_digests_are_siphash_with_a_secret(either: str) -> None:
    secret, text = bytes(range(16)), bytes(range(15)).decode("latin-1")
    assert key_digest(secret, text) == 0xA129CA6149BE45E5  # the example of the paper
    assert key_digests(secret, [text, ""]).tolist() == [0xA129CA6149BE45E5, key_digest(secret, "")]
    with pytest.raises(ValueError, match="16 bytes"):
        key_digest(b"short", text)


def test_both_ways_make_the_same_digests(native: None) -> None:
    chance = random.Random(3)
    for length in range(80):
        secret, text = chance.randbytes(16), chance.randbytes(length)
        assert scan.digest(secret, text) == sip_hash(secret, text)


def test_lines_are_where_they_are(native: None) -> None:
    chance = random.Random(4)
    for _ in range(300):
        data = b"".join(chance.choice([b"\n", b"\r\n", b"\r", b"a", b"bcd" * 30, b"\x00", b"\xff"]) for _ in range(200))
        found, expected = lines(memoryview(data)), line_bounds(memoryview(data))
        assert found[0].tolist() == expected[0].tolist()
        assert found[1].tolist() == expected[1].tolist()
