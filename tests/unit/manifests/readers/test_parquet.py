"""Parquet: only what says something, with its row groups, read by a child."""

import io

import pytest
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.rows import row_of

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ROWS = 1000


def parquet(path, **more):
    columns = {
        "SAMPLE_ID": list(range(ROWS)),
        "URL": [f"https://a.example/{n}\t.jpg" if n == 7 else f"https://a.example/{n}.jpg" for n in range(ROWS)],
        "TEXT": ["a caption\nof two lines"] * ROWS,
        "LICENSE": ["?"] * ROWS,
        "similarity": [0.5] * ROWS,
        "image": [{"bytes": b"\xff\xd8" * 20_000, "path": f"{3_000_000_000 + n}.jpg"} for n in range(ROWS)],
        "flickr_id": [None if n % 2 else 4_000_000_000 + n for n in range(ROWS)],
        "sha256": pa.array([f"{n:064x}" for n in range(ROWS)]).dictionary_encode(),
        **more,
    }
    pq.write_table(pa.table(columns), path, row_group_size=300)
    return path


def read(source, checkpoint=None):
    with open_manifest(source) as manifest:
        rows = [row_of(block, number) for block in manifest.blocks(checkpoint) for number in range(block.rows)]
    assert manifest.problem is None
    return manifest, rows


def test_wanted_columns_are_read_and_no_others(tmp_path):
    manifest, rows = read(parquet(tmp_path / "x"))
    assert [column.name for column in manifest.columns] == ["URL", "LICENSE", "image.path", "flickr_id", "sha256"]
    assert len(rows) == ROWS
    assert [key.key for key in rows[4].keys] == [
        "url:a.example/4.jpg",
        "flickr:photo:3000000004",
        "flickr:photo:4000000004",
    ]
    assert [key.key for key in rows[5].keys] == ["url:a.example/5.jpg", "flickr:photo:3000000005"]
    assert rows[3].digests[0].bits == (3).to_bytes(32)
    assert str(rows[650].place) == "row group 2, row 650"


def test_lists_of_addresses_and_ids_kept_as_floating_points_are_read(tmp_path):
    columns = {
        "image_urls": [[f"https://a.example/{n}.jpg", None, f"https://b.example/{n}.jpg"] for n in range(ROWS)],
        "words": [["a", "caption"], *[None] * (ROWS - 1)],
        "photo_id": [float("nan") if n % 2 else 53_000_000_000.0 + n for n in range(ROWS)],
    }
    pq.write_table(pa.table(columns), tmp_path / "x", row_group_size=300)
    rows = read(tmp_path / "x", {"row": 333})[1]
    assert [key.key for key in rows[1].keys] == [
        "url:a.example/334.jpg",
        "url:b.example/334.jpg",
        "flickr:photo:53000000334",
    ]
    assert [key.key for key in rows[0].keys] == ["url:a.example/333.jpg", "url:b.example/333.jpg"]


def test_no_word_runs_into_the_next_row(tmp_path):
    pq.write_table(pa.table({"url": [f"https://a.example/{n}.jpg?{10**9 + n}" for n in range(ROWS)]}), tmp_path / "x")
    with open_manifest(tmp_path / "x") as manifest:
        for block in manifest.blocks():
            assert b"".join(block.record(number) for number in range(block.rows)) == bytes(block.buffer)
            assert all(block.record(number).endswith(b"\t") for number in range(block.rows))


def test_a_stream_and_a_compressed_file_are_read_too(tmp_path):
    import gzip

    path = parquet(tmp_path / "x")
    for data in (path.read_bytes(), gzip.compress(path.read_bytes())):
        assert len(read(io.BytesIO(data))[1]) == ROWS


def test_reading_goes_on_inside_a_row_group(tmp_path):
    path = parquet(tmp_path / "x")
    rows = read(path, {"row": 437})[1]
    assert (rows[0].number, len(rows)) == (437, ROWS - 437)
    assert rows[0].keys[0].key == "url:a.example/437.jpg"
    assert read(path, {"row": ROWS})[1] == []


def test_a_file_without_anything_to_look_for_has_no_rows_to_read(tmp_path):
    pq.write_table(pa.table({"x": [1.5, 2.5], "y": [True, False]}), tmp_path / "x")
    assert read(tmp_path / "x")[1] == []


def test_without_pyarrow_the_reason_says_what_to_install(tmp_path, monkeypatch):
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pyarrow.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(hidden))
    with open_manifest(parquet(tmp_path / "x")) as manifest:
        assert list(manifest.blocks()) == []
    assert manifest.problem.what == "missing"
    assert "columnar" in manifest.problem.detail
