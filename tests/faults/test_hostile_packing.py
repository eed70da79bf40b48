"""Packed lists that are cut off, damaged or followed by something else: told as partial, what came before kept."""

import bz2
import gzip
import io
import lzma
import struct
import time

import pytest
import zstandard
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.compression import unpacked
from commonswatch.manifests.readers.shapes import Limits

KINDS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstandard.compress}
ROWS = b"id\turl\n" + b"".join(b"%d\thttps://pictures.example/%d.jpg\n" % (n, n) for n in range(1000))
every_kind = pytest.mark.parametrize("kind", KINDS)


def _read(data, **limits):
    with open_manifest(io.BytesIO(data), Limits(**limits)) as manifest:
        return sum(block.rows for block in manifest.blocks()), manifest.problem and manifest.problem.what


@every_kind
def test_a_list_that_is_cut_off_is_partial_wherever_that_is(kind):
    whole = KINDS[kind](ROWS)
    assert _read(whole) == (1000, None)
    for end in (len(whole) - 1, len(whole) - 5, len(whole) // 2, 30):
        assert _read(whole[:end])[1] == "broken", end


@every_kind
def test_what_follows_that_is_no_member_is_told_and_everything_before_it_is_kept(kind):
    whole = KINDS[kind](ROWS)
    second = b"\x00\x01" + whole[2:]  # one bit of its mark is another
    for rest in (b"something else", second, bytes(10) + b"x"):
        assert _read(whole + whole + rest) == (2001, "broken"), rest[:10]


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz"])
def test_zeros_behind_and_between_members_are_filling(kind):
    whole = KINDS[kind](ROWS)
    assert _read(whole + bytes(5000)) == (1000, None)
    assert _read(whole + bytes(4 * 300_000) + whole + bytes(4)) == (2001, None)


def test_gzip_whose_sum_is_wrong_keeps_the_start_of_a_small_list():
    plain = b"".join(b"%d\thttps://pictures.example/%d.jpg\n" % (n, n * n) for n in range(5000))
    whole = bytearray(gzip.compress(plain))
    whole[-6] ^= 1
    rows, problem = _read(bytes(whole))
    assert problem == "broken"
    assert rows > 1000


def test_frames_of_zstd_are_followed_whatever_they_are_made_of():
    plain = ROWS * 50
    for level, has_sum, has_size in ((1, False, False), (3, True, True), (19, True, False)):
        made = zstandard.ZstdCompressor(level=level, write_checksum=has_sum, write_content_size=has_size)
        frame = made.compress(plain)
        odd = struct.pack("<II", 0x184D2A53, 7) + b"ignored" + made.compress(b"")
        same = made.compress(b"a" * 400_000)  # blocks of one byte again and again
        whole = frame + odd + same + frame
        for size in (1, 7, 4096, 2**20):
            assert _through("zstd", whole, size) == plain + b"a" * 400_000 + plain
        for end in (len(whole) - 1, len(frame) - 1, len(frame) + 9, len(frame) + len(odd) - 2):
            assert _read(whole[:end])[1] == "broken", (level, end)


class _Pieces(io.BytesIO):
    """Gives so many bytes at a time, as a socket does."""

    def __init__(self, data, size):
        super().__init__(data)
        self._size = size

    def read(self, size=-1):
        return super().read(self._size if size < 0 else min(size, self._size))


def _through(kind, data, size):
    stream = unpacked(_Pieces(data, size), kind)
    return b"".join(iter(stream.piece, b""))


@every_kind
def test_it_does_not_matter_in_which_pieces_the_bytes_come(kind):
    whole = KINDS[kind](ROWS) + KINDS[kind](b"") + KINDS[kind](ROWS)
    for size in (1, 5, 1000, 2**20):
        assert _through(kind, whole, size) == ROWS + ROWS


@every_kind
def test_many_members_that_hold_nothing_cost_no_copying_of_all_that_follows(kind):
    data = KINDS[kind](ROWS) + KINDS[kind](b"") * 100_000
    began = time.process_time()
    assert _read(data) == (1000, None)
    assert time.process_time() - began < 2.5
