"""Blocks of lines: nothing lost, nothing twice, wherever a chunk ends and wherever reading goes on."""

import bz2
import csv
import gzip
import io
import lzma

import pytest
import zstandard
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers import lines as lines_module
from commonswatch.manifests.readers.shapes import Limits
from commonswatch.manifests.rows import row_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TABLE = b"id\turl\n" + b"".join(
    b"%d\thttps://a.example/%d.jpg%s" % (n, n, b"\r\n" if n % 3 else b"\n") for n in range(5000)
)
PACK = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip, two members": lambda data: gzip.compress(data[:20_000]) + gzip.compress(data[20_000:]),
    "bzip2": bz2.compress,
    "bzip2, two members": lambda data: bz2.compress(data[:20_000]) + bz2.compress(data[20_000:]),
    "xz": lzma.compress,
    "zstd": zstandard.compress,
    "zstd, two frames": lambda data: zstandard.compress(data[:20_000]) + zstandard.compress(data[20_000:]),
    "gzip in xz": lambda data: lzma.compress(gzip.compress(data)),
}


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(lines_module, "CHUNK", 1000)
    monkeypatch.setattr(lines_module, "_TAIL", 100)


def records(blocks):
    return [block.record(number) for block in blocks for number in range(block.rows)]


EXPECTED = [b"%d\thttps://a.example/%d.jpg" % (n, n) for n in range(5000)]


@pytest.mark.parametrize("how", PACK)
@pytest.mark.usefixtures("small_chunks")
def test_every_line_comes_once_through_every_compression(tmp_path, how):
    path = tmp_path / "list"
    path.write_bytes(PACK[how](TABLE))
    with open_manifest(path) as manifest:
        assert records(manifest.blocks()) == EXPECTED
        assert manifest.problem is None
        assert manifest.rows == 5000
        assert manifest.position() == (path.stat().st_size, path.stat().st_size)
    with open_manifest(io.BytesIO(path.read_bytes())) as manifest:
        assert records(manifest.blocks()) == EXPECTED


@pytest.mark.parametrize("how", ["plain", "gzip", "zstd"])
@pytest.mark.usefixtures("small_chunks")
def test_reading_goes_on_behind_any_block(tmp_path, how):
    path = tmp_path / "list"
    path.write_bytes(PACK[how](TABLE))
    for stop in (0, 1, 7, 50):
        first, checkpoint = [], {}
        with open_manifest(path) as manifest:
            for number, block in enumerate(manifest.blocks()):
                first += records([block])
                if number == stop:
                    checkpoint = block.after()
                    break
        with open_manifest(path) as manifest:
            rest = list(manifest.blocks(checkpoint))
        assert first + records(rest) == EXPECTED
        assert rest[0].first_row == len(first)
        assert rest[0].place(0).line == len(first) + 2


@pytest.mark.usefixtures("small_chunks")
def test_a_plain_file_can_be_divided_and_every_line_is_in_one_part(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(TABLE)
    for parts in (1, 2, 3, 16, 200):
        with open_manifest(path) as manifest:
            ranges = manifest.divided(parts)
        found, line = [], 0
        for start in ranges:
            with open_manifest(path) as manifest:
                blocks = list(manifest.blocks(start))
            assert manifest.problem is None
            found += records(blocks)
            assert blocks[0].first_row == 0
            assert blocks[0].place(0).line == 2
            line += sum(block.rows for block in blocks)
        assert found == EXPECTED
        assert 1 <= len(ranges) <= parts


def test_packed_quoted_and_recoded_files_cannot_be_divided(tmp_path):
    path = tmp_path / "list"
    for data in (
        gzip.compress(TABLE),
        TABLE.decode().encode("utf-16"),
        b'a,url\n"b","https://a.example/1.jpg"\n' * 5,
        b'[{"a": 1}]',
    ):
        path.write_bytes(data)
        with open_manifest(path) as manifest:
            assert manifest.divided(4) == []


def test_a_block_tells_where_its_rows_stand():
    with open_manifest(
        io.BytesIO(b"# a comment\n#\tname\turl\nx\thttps://a.example/1.jpg\n\nx\thttps://a.example/2.jpg")
    ) as manifest:
        rows = [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)]
    assert [(row.number, str(row.place)) for row in rows] == [(0, "line 3"), (1, "line 4"), (2, "line 5")]
    assert [len(row.keys) for row in rows] == [1, 0, 1]


def test_whoever_counts_the_rows_of_a_block_is_believed():
    with open_manifest(io.BytesIO(TABLE * 200)) as manifest:
        blocks = manifest.blocks()
        first = next(blocks)
        first.found(7)
        assert next(blocks).first_row == 7


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=4000))
@pytest.mark.usefixtures("small_chunks")
def test_any_bytes_come_out_as_their_lines_or_with_a_reason(data):
    with open_manifest(io.BytesIO(data), Limits(wait=10)) as manifest:
        for block in manifest.blocks():
            for number in range(block.rows):
                row_of(block, number)
    assert manifest.problem is None or manifest.problem.detail


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12
) | st.sampled_from(["a\nb", '"', 'say "x"', "a,b", "x\r\ny", '",', '\n"', "", '""', "a;b\tc"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL), min_size=3, max_size=60), st.sampled_from(",;\t"))
@pytest.mark.usefixtures("small_chunks")
def test_quoted_tables_read_as_they_were_written(cells, delimiter):
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "note", "url"])
    wanted = [(title, note, f"https://a.example/{number}.jpg") for number, (title, note) in enumerate(cells)]
    writer.writerows(wanted)
    with open_manifest(io.BytesIO(made.getvalue().encode())) as manifest:
        rows = [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)]
    assert [row.cells.texts for row in rows] == [tuple(row) for row in wanted]
    assert [[key.key for key in row.keys] for row in rows] == [
        [f"url:a.example/{number}.jpg"] for number in range(len(cells))
    ]


def test_a_range_longer_than_the_file_and_one_line_without_breaks_are_whole(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(b"https://a.example/1.jpg")
    with open_manifest(path) as manifest:
        assert len(manifest.divided(4)) == 1
        assert records(manifest.blocks(manifest.divided(4)[0])) == [b"https://a.example/1.jpg"]
