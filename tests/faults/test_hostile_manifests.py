"""Files made to harm those who read manifests: bounded time and memory, a reason, and what came before is kept."""

import bz2
import gzip
import io
import json
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest
import zstandard
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.shapes import Limits
from commonswatch.manifests.rows import row_of

MIB = 2**20
ROW = b"7\thttps://live.staticflickr.com/65535/53381630964_0123456789_b.jpg\n"
KEY = "flickr:photo:53381630964"

_APART = """
import json, pathlib, sys, time
from commonswatch.manifests.opening import open_manifest
began = time.monotonic()
with open_manifest(sys.argv[1]) as manifest:
    rows = sum(block.rows for block in manifest.blocks())
problem = manifest.problem.what if manifest.problem else None
peak = int(pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
print(json.dumps({"kind": manifest.kind, "rows": rows, "problem": problem, "peak": peak,
                  "seconds": time.monotonic() - began}))
"""


def _xz(data):
    return lzma.compress(data, preset=0)


def read_apart(path):
    """Read a manifest in a process of its own, whose memory can be told."""
    done = subprocess.run([sys.executable, "-c", _APART, path], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def read(source, **limits):
    with open_manifest(source, Limits(**limits)) as manifest:
        rows = [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)]
    return rows, manifest


def keys(rows):
    return [key.key for row in rows for key in row.keys]


@pytest.fixture(scope="module")
def packed():
    """4 MiB of one row again and again, in every compression."""
    plain = ROW * (4 * MIB // len(ROW))
    return {
        "gzip": gzip.compress(plain, 9),
        "bzip2": bz2.compress(plain),
        "xz": _xz(plain),
        "zstd": zstandard.compress(plain, 3),
    }


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz", "zstd"])
def test_a_bomb_is_given_up_and_what_came_before_is_kept(tmp_path, packed, compression):
    bomb = tmp_path / "list.tsv"
    bomb.write_bytes(packed[compression] * 24)
    with open_manifest(bomb, Limits(ratio=50)) as manifest:
        rows = sum(block.rows for block in manifest.blocks())
    assert manifest.compression == (compression,)
    assert manifest.problem.what == "expands"
    assert 0 < rows < 24 * 4 * MIB / len(ROW)


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz", "zstd"])
def test_a_bomb_of_zeros_needs_little_memory(tmp_path, compression):
    zeros = bytes(16 * MIB)
    pack = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": _xz, "zstd": zstandard.compress}[compression]
    bomb = tmp_path / "bomb"
    bomb.write_bytes(pack(ROW) + pack(zeros) * 20)
    told = read_apart(bomb)
    assert told["problem"] == "expands"
    assert told["peak"] < 300
    assert told["seconds"] < 20


def test_layers_of_compression_are_limited():
    data = ROW * 50
    for _ in range(3):
        data = gzip.compress(data)
    assert len(read(io.BytesIO(data))[0]) == 50
    rows, manifest = read(io.BytesIO(gzip.compress(data)))
    assert (rows, manifest.problem.what) == ([], "expands")


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz", "zstd"])
def test_a_compressed_list_that_is_cut_off_or_damaged_keeps_its_start(tmp_path, compression):
    plain = b"".join(b"%d\thttps://pictures.example/%d.jpg\n" % (n, n * n) for n in range(100_000))
    pack = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": _xz, "zstd": zstandard.compress}[compression]
    whole = pack(plain)
    file = tmp_path / "list"
    for broken in (
        whole[: len(whole) * 3 // 4],
        whole[: len(whole) // 2] + os.urandom(1000) + whole[len(whole) // 2 + 1000 :],
    ):
        file.write_bytes(broken)
        with open_manifest(file) as manifest:
            blocks = list(manifest.blocks())
        assert manifest.problem.what == "broken"
        first = blocks[0] if blocks else None
        assert first is None or [first.record(n) for n in (0, 99)] == [plain.split(b"\n", 100)[n] for n in (0, 99)]


def test_a_line_of_a_gigabyte_is_cut_and_the_rows_around_it_are_read(tmp_path):
    path = tmp_path / "list.tsv"
    with path.open("wb") as file:
        file.write(ROW * 10)
        file.seek(2**30, os.SEEK_CUR)
        file.write(b"\n" + ROW * 10)
    told = read_apart(path)
    assert (told["rows"], told["problem"]) == (21, "too-large")
    assert told["peak"] < 200
    assert told["seconds"] < 20


def test_ten_million_columns_are_not_kept(tmp_path):
    path = tmp_path / "wide.tsv"
    path.write_bytes(b"url\t" * 10_000_000 + b"\n" + b"x\t" * 10_000_000 + b"\n")
    told = read_apart(path)
    assert told["peak"] < 300
    assert told["seconds"] < 20


def test_nul_bytes_and_broken_utf_8_do_not_hide_the_rows_beside_them():
    rows, manifest = read(
        io.BytesIO(b"\x00\x00\t\xff\xfe\xc3\n" + ROW + b"caf\xe9\thttps://a.example/caf\xe9.jpg\n" + ROW)
    )
    assert keys(rows) == [KEY, "url:a.example/café.jpg", KEY]
    assert manifest.problem is None


def test_quotes_that_never_close_cost_one_row_each():
    lines = [b'%d,"Title",https://pictures.example/%d.jpg\n' % (n, n) for n in range(1000)]
    for n in range(300, 700, 3):
        lines[n] = b'%d,"Title,https://pictures.example/%d.jpg\n' % (n, n)
    began = time.monotonic()
    rows, _ = read(io.BytesIO(b"id,title,url\n" + b"".join(lines)))
    found = set(keys(rows))
    assert all(f"url:pictures.example/{n}.jpg" in found for n in range(1000) if not 300 <= n < 700 or n % 3)
    assert time.monotonic() - began < 5


def test_a_file_of_nothing_but_quotes_ends_soon(tmp_path):
    path = tmp_path / "quotes.csv"
    path.write_bytes(b'a,url\n"b","https://a.example/1.jpg"\n' + b',"\n' * MIB)
    assert read_apart(path)["seconds"] < 15


def test_json_a_million_deep_is_given_up():
    for deep in (b"[" * 1_000_000, b'{"a":' * 1_000_000, b'[{"a":' * 500_000):
        rows, manifest = read(io.BytesIO(deep))
        assert (rows, manifest.problem.what) == ([], "too-deep")


def test_json_lines_of_great_depth_are_empty_rows():
    rows, _ = read(
        io.BytesIO(
            b'{"url": "https://a.example/1.jpg"}\n'
            + b'{"a":' * 200_000
            + b"\n"
            + b'{"url": "https://a.example/2.jpg"}\n'
        )
    )
    assert keys(rows) == ["url:a.example/1.jpg", "url:a.example/2.jpg"]


def test_a_json_value_without_end_is_given_up(tmp_path):
    path = tmp_path / "long.json"
    with path.open("wb") as file:
        file.write(b'[{"url": "https://a.example/1.jpg"}, {"url": "')
        for _ in range(200):
            file.write(b"a" * MIB)
    told = read_apart(path)
    assert (told["rows"], told["problem"]) == (1, "too-large")
    assert told["peak"] < 250


@pytest.mark.parametrize("before", [0, 2**16 - 600, 2**16 - 40, 2**16 - 1])
def test_numbers_of_thousands_of_digits_hide_no_row(tmp_path, before):
    path = tmp_path / "x.json"
    path.write_bytes(
        b" " * before
        + b'[{"id": '
        + b"9" * 500_000
        + b', "url": "https://a.example/1.jpg"}, {"id": -0.'
        + b"9" * 500_000
        + b'}, {"url": "https://a.example/2.jpg"}]'
    )
    assert (read_apart(path)["rows"], read_apart(path)["problem"]) == (3, None)  # apart: yajl has crashed of it
    assert keys(read(path)[0]) == ["url:a.example/1.jpg", "url:a.example/2.jpg"]


def test_half_a_character_in_json_hides_no_row():
    rows, manifest = read(
        io.BytesIO(b'[{"title": "\\udcff", "url": "https://a.example/1.jpg"}, {"title": "\\ud83d\\ude00"}]')
    )
    assert keys(rows) == ["url:a.example/1.jpg"]
    assert (manifest.problem, rows[1].cells.texts) == (None, ("\U0001f600",))


def test_json_cut_in_the_middle_keeps_its_rows():
    rows, manifest = read(io.BytesIO(b'[{"url": "https://a.example/1.jpg"}, {"url": "https://a.exam'))
    assert keys(rows) == ["url:a.example/1.jpg"]
    assert manifest.problem.what == "broken"


def test_json_with_a_million_names_keeps_few_columns(tmp_path):
    path = tmp_path / "names.json"
    path.write_text(json.dumps([{f"name_{n}_{m}": "x" for m in range(50)} for n in range(20_000)]))
    told = read_apart(path)
    assert (told["rows"], told["problem"]) == (20_000, "too-large")
    assert told["peak"] < 250


def test_a_card_that_refers_to_itself_is_read_without_expanding():
    aliases = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{p}, *{p}, *{p}]\n" for n, p in zip("bcdefghijklmn", "abcdefghijklm", strict=True)
    )
    _, manifest = read(io.BytesIO(f"---\n{aliases}---\n# Title\n".encode()))
    assert manifest.kind == "card"


def tar_of(*members):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return made.getvalue()


@pytest.mark.parametrize("deep", [b"[" * 100_000, b"{" * 100_000, b"- " * 60_000, b"? " * 60_000])
def test_a_card_of_great_depth_takes_no_time(deep):
    began = time.monotonic()
    _, manifest = read(io.BytesIO(b"---\n" + deep + b"\n---\n"))
    assert manifest.kind == "card"
    assert time.monotonic() - began < 5


def test_a_card_whose_names_are_dates_is_read():
    rows, manifest = read(io.BytesIO(b"---\n2020-01-01: x\nlink: https://a.example/1.jpg\n---\n"))
    assert (keys(rows), manifest.problem) == (["url:a.example/1.jpg"], None)


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def test_links_devices_and_ways_out_of_a_tar_are_names_at_most(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = tar_of(
        (member("../../../../tmp/53381630964_0123456789_b.jpg"), b"x"),
        (member("/etc/passwd", tarfile.SYMTYPE, "/etc/shadow"), b""),
        (member("hard", tarfile.LNKTYPE, "/etc/shadow"), b""),
        (member("null", tarfile.CHRTYPE), b""),
    )
    rows, manifest = read(io.BytesIO(data))
    assert keys(rows) == [KEY]
    assert manifest.problem is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("through_a_pipe", [False, True])
def test_a_tar_that_lies_about_sizes_is_broken(tmp_path, through_a_pipe):
    good = bytearray(tar_of((member("53381630964_0123456789_b.jpg"), b"x" * 600), (member("b.jpg"), b"y")))
    good[1536 + 124 : 1536 + 136] = b"77777777777\x00"
    path = tmp_path / "x.tar"
    path.write_bytes(good)
    rows, manifest = read(io.BytesIO(good) if through_a_pipe else path)
    assert keys(rows) == [KEY]
    assert manifest.problem.what == "broken"


@pytest.mark.parametrize("size", [b"-0000001000", b"-1000", b"+0000001000", b"0000_001000"])
def test_a_tar_whose_sizes_are_no_numbers_is_broken_and_never_read_backwards(tmp_path, size):
    good = bytearray(tar_of((member("53381630964_0123456789_b.jpg"), b"x"), (member("b.jpg"), b"y")))
    good[1024 + 124 : 1024 + 136] = size.ljust(12, b"\x00")
    path = tmp_path / "x.tar"
    path.write_bytes(good)
    rows, manifest = read(path, members=1000)
    assert keys(rows) == [KEY]
    assert manifest.problem.what == "broken"


def overlapping_zip(times):
    """Many entries at the end of the file that all mean one packed list."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", b"id,url\n" + b"1,https://a.example/1.jpg\n" * 200_000)
    data = made.getvalue()
    end = data.rfind(b"PK\x05\x06")
    start = struct.unpack("<I", data[end + 16 : end + 20])[0]
    entry = data[start:end]
    return (
        data[:start]
        + entry * times
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, times, times, len(entry) * times, start, 0)
    )


def test_a_zip_with_overlapping_entries_is_not_unpacked_again_and_again():
    began = time.monotonic()
    with open_manifest(io.BytesIO(overlapping_zip(5000))) as manifest:
        rows = sum(block.rows for block in manifest.blocks())
    assert manifest.problem.what == "broken"
    assert 200_000 <= rows < 20_000_000
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_many_bombs_inside_an_archive_are_given_up_together(tmp_path, kind):
    bomb = gzip.compress(gzip.compress(ROW * 3000 + b"\0" * (60 * MIB), 9), 9)
    path = tmp_path / "x"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(2000):
                archive.writestr(f"list{number}.csv.gz", bomb)
    else:
        path.write_bytes(tar_of(*((member(f"list{number}.csv.gz"), bomb) for number in range(2000))))
    told = read_apart(path)
    assert told["rows"] >= 3000
    assert told["problem"] in ("expands", "too-large")
    assert told["seconds"] < 20
    assert told["peak"] < 250


def test_a_zip_of_lies_is_broken():
    whole = overlapping_zip(1)
    for broken in (whole[:-30], whole[:-22] + b"PK\x05\x06" + b"\xff" * 18, whole[:100] + whole[-22:]):
        _, manifest = read(io.BytesIO(broken))
        assert manifest.problem.what == "broken"


def parquet_bytes(rows=2000):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    made = io.BytesIO()
    table = pa.table({"url": [f"https://a.example/{n}.jpg" for n in range(rows)], "n": list(range(rows))})
    pq.write_table(table, made, row_group_size=500)
    return made.getvalue()


def test_parquet_that_is_damaged_anywhere_ends_with_a_reason(tmp_path):
    whole = parquet_bytes()
    footer = struct.unpack("<I", whole[-8:-4])[0]
    lies = (
        whole[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1",
        whole[: -8 - footer] + os.urandom(footer) + whole[-8:],
        whole[: len(whole) // 2],
        whole[:4] + os.urandom(3000) + whole[3004:],
        b"PAR1" + bytes(100) + b"PAR1",
    )
    for number, lie in enumerate(lies):
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(lie)
        with open_manifest(path) as manifest:
            rows = sum(block.rows for block in manifest.blocks())
        assert manifest.problem is not None, number
        assert manifest.problem.what in ("broken", "too-large")
        assert rows <= 2000


def test_parquet_that_expands_is_given_up(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    row = pa.array(["https://a.example/" + "a" * MIB]).dictionary_encode()
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000), row.dictionary)
    pq.write_table(pa.table({"url": column}), path)
    began = time.monotonic()
    assert path.stat().st_size < MIB
    with open_manifest(path) as manifest:
        rows = sum(block.rows for block in manifest.blocks())
    assert (rows, manifest.problem.what) == (0, "too-large")
    assert time.monotonic() - began < 20


def test_parquet_whose_footer_was_changed_byte_by_byte_never_harms(tmp_path):
    whole = bytearray(parquet_bytes(600))
    footer = struct.unpack("<I", whole[-8:-4])[0]
    path = tmp_path / "x.parquet"
    for at in range(len(whole) - 8 - footer, len(whole) - 8, max(1, footer // 6)):
        changed = bytearray(whole)
        changed[at : at + 4] = b"\xff\xff\xff\x7f"
        path.write_bytes(changed)
        with open_manifest(path, Limits(wait=20)) as manifest:
            assert sum(block.rows for block in manifest.blocks()) <= 10_000


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path):
    path = tmp_path / "list.tsv"
    path.write_bytes(ROW * 200_000)
    with open_manifest(path) as manifest:
        rows = 0
        for block in manifest.blocks():
            rows += block.rows
            with path.open("r+b") as file:
                file.truncate(6 * MIB)
    assert manifest.problem.what == "changed"
    assert 0 < rows <= 200_000


class Dripping(io.RawIOBase):
    """A server that sends a row, then a byte now and then, then nothing."""

    def __init__(self, pause):
        self._sent, self._pause = False, pause

    def readable(self):
        return True

    def readinto(self, buffer):
        data = b"x" if self._sent else ROW * 10
        if self._sent:
            time.sleep(self._pause)
        self._sent = True
        buffer[: len(data)] = data
        return len(data)


def test_a_server_that_drips_is_given_up():
    began = time.monotonic()
    _, manifest = read(Dripping(0.02), wait=1.0)
    assert manifest.problem.what == "stalled"
    assert time.monotonic() - began < 6


def test_who_reads_slowly_is_not_taken_for_a_slow_server(tmp_path):
    path = tmp_path / "list.tsv"
    path.write_bytes(ROW * 2)
    with open_manifest(path, Limits(wait=0.05)) as manifest:
        time.sleep(0.3)
        rows = sum(block.rows for block in manifest.blocks())
    assert (rows, manifest.problem) == (2, None)


def test_a_server_that_falls_silent_is_given_up_and_its_rows_are_kept():
    rows, manifest = read(Dripping(8), wait=0.5)
    assert manifest.problem.what == "stalled"
    assert len(rows) == 10


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x95\x00\x00",
        b"\x93NUMPY\x01\x00v\x00",
        b"\x89HDF\r\n\x1a\n",
        b"\xff\xd8\xff\xe0JFIF",
        b"\x01\x02\x03\x04" * 900,
        b"",
    ],
)
def test_what_is_no_list_is_not_opened(data):
    rows, manifest = read(io.BytesIO(data))
    assert rows == []
    assert manifest.problem.what == "unknown"
    assert manifest.kind == "unknown"


def test_no_problem_repeats_what_the_file_says():
    secret = b"hunter2"
    for data in (b'[{"' + secret + b'": ', b"PK\x03\x04" + secret * 20, b"\x1f\x8b\x08" + secret * 20):
        _, manifest = read(io.BytesIO(data))
        assert secret.decode() not in manifest.problem.detail
