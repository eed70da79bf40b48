"""Archives whose lists lie about numbers and places, and files without end: a reason, and what came before is kept."""

import io
import struct
import time
import zipfile

import pytest
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.shapes import Limits

LIST = b"id\turl\n" + b"".join(b"%d\thttps://pictures.example/%d.jpg\n" % (n, n) for n in range(100))
ALL_ONES = 2**32 - 1


def _read(source, **limits):
    with open_manifest(source, Limits(**limits)) as manifest:
        return sum(block.rows for block in manifest.blocks()), manifest.problem and manifest.problem.what


@pytest.fixture(scope="module")
def archive():
    """A zip without its end record, where its list starts, and how long that is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("list.tsv", LIST)
        file.writestr("picture.jpg", b"x")
    data = made.getvalue()
    end = data.rfind(b"PK\x05\x06")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    return data[:end], start, end - start


def _zip64(data, count, size, offset, record_at=None):
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(data) if record_at is None else record_at, 1)
    return data + record + locator + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, ALL_ONES, ALL_ONES, 0)


def test_a_zip64_that_lies_about_counts_and_places_is_broken(archive):
    data, start, size = archive
    assert _read(io.BytesIO(_zip64(data, 2, size, start))) == (101, None)
    assert _read(io.BytesIO(_zip64(data, 1, size, start))) == (101, "broken")
    assert _read(io.BytesIO(_zip64(data, 2**62 + 1, size, start))) == (101, "broken")
    for lie in (
        (2, 2**62, start, None),
        (2, size, 2**63 - 1, None),
        (2, size, 2**64 - 1, None),
        (2, 2**64 - 1, 0, None),
    ):
        assert _read(io.BytesIO(_zip64(data, *lie))) == (0, "broken")


@pytest.mark.parametrize("place", [2**40, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_place_that_no_file_has_is_damage(tmp_path, archive, place):
    data, start, size = archive
    path = tmp_path / "x.zip"
    path.write_bytes(_zip64(data, 2, size, start, place))
    assert _read(path) == (0, "broken")
    far = struct.pack("<HHQ", 1, 8, place)  # of the list inside
    entry = bytearray(data[start : start + 46 + len("list.tsv")])
    entry[30:32], entry[42:46] = struct.pack("<H", len(far)), b"\xff" * 4
    made = data[:start] + bytes(entry) + far + data[start + len(entry) :]
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(made) - start, start, 0)
    path.write_bytes(made + end)
    assert _read(path) == (1, "broken")


def _pictures(path, count):
    with zipfile.ZipFile(path, "w") as file:
        for number in range(count):
            file.writestr(f"{number}.jpg", b"")


def test_a_zip_that_tells_only_16_bits_of_its_count_is_read_whole(tmp_path):
    path = tmp_path / "x.zip"
    _pictures(path, 65_540)
    data = path.read_bytes()
    record = data.rfind(b"PK\x06\x06")
    size, start = struct.unpack("<QQ", data[record + 40 : record + 56])
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 4, 4, size, start, 0)
    began = time.process_time()
    assert _read(io.BytesIO(data[:record] + end)) == (65_540, None)
    assert time.process_time() - began < 3


class _Endless(io.RawIOBase):
    def readable(self):
        return True

    def readinto(self, buffer):
        buffer[:] = bytes(len(buffer))
        return len(buffer)


def test_a_stream_without_end_ends_at_the_limit_of_bytes():
    assert _read(_Endless(), bytes=2**28) == (1, "too-large")
