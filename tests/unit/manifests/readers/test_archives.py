"""tar and zip: pictures with what lies beside them, lists inside, pictures when asked for."""

import gzip
import io
import json
import tarfile
import zipfile

import pytest
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.shapes import Limits
from commonswatch.manifests.rows import row_of

MEMBERS = {
    "00000/000000000.jpg": b"\xff\xd8 first",
    "00000/000000000.json": json.dumps(
        {"url": "https://a.example/1.jpg", "sha256": "0" * 64, "status": "success"}
    ).encode(),
    "00000/000000000.txt": b"a caption",
    "00000/000000001.jpg": b"\xff\xd8 second",
    "00000/000000001.json": json.dumps({"url": "https://a.example/2.jpg", "caption": "x"}).encode(),
    "faces/53381630964_0123456789_o.jpg": b"\xff\xd8 third",
    "faces/landmark_aligned_face.2.10399646885_67c7d20df9_o.jpg": b"\xff\xd8 fourth",
    "faces/landmark_aligned_face.3.10424815813_e94629b1ec_o.jpg": b"\xff\xd8 fifth",
    "lists/train_urls.csv": b"id,url\n1,https://a.example/3.jpg\n2,https://a.example/4.jpg\n",
    "files/Ann_Actor.txt": b"00000001 https://a.example/5.jpg 1.0 2.0 3.0 4.0 1.00 3.5 1\n" * 3,
}
KEYS = {
    "url:a.example/1.jpg",
    "url:a.example/2.jpg",
    "url:a.example/3.jpg",
    "url:a.example/4.jpg",
    "url:a.example/5.jpg",
    "flickr:photo:53381630964",
    "flickr:photo:10399646885",
    "flickr:photo:10424815813",
}


def tar(format_=tarfile.PAX_FORMAT, members=MEMBERS):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=format_) as archive:
        folder = tarfile.TarInfo("faces")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def zipped(compression=zipfile.ZIP_DEFLATED, members=MEMBERS):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        archive.writestr("faces/", b"")
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


ARCHIVES = {
    "pax": tar,
    "gnu": lambda: tar(tarfile.GNU_FORMAT),
    "ustar": lambda: tar(tarfile.USTAR_FORMAT),
    "tar.gz": lambda: gzip.compress(tar()),
    "zip": zipped,
    "zip, stored": lambda: zipped(zipfile.ZIP_STORED),
}


def rows_of(source):
    with open_manifest(source) as manifest:
        rows = [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)]
    assert manifest.problem is None
    return rows


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("on_disk", [True, False])
def test_an_archive_is_read_with_the_lists_in_it(tmp_path, kind, on_disk):
    path = tmp_path / "x"
    path.write_bytes(ARCHIVES[kind]())
    rows = rows_of(path if on_disk else io.BytesIO(path.read_bytes()))
    assert {key.key for row in rows for key in row.keys} == KEYS
    assert [row.number for row in rows] == list(range(len(rows)))
    by_key = {key.key: row for row in rows for key in row.keys}
    assert str(by_key["url:a.example/4.jpg"].place) == "member lists/train_urls.csv, line 3"
    assert by_key["url:a.example/1.jpg"].place.member == "00000/000000000.jpg"
    assert by_key["url:a.example/1.jpg"].digests[0].bits == bytes(32)
    assert by_key["flickr:photo:10424815813"] is not by_key["flickr:photo:10399646885"]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_pictures_come_out_one_by_one_and_large_ones_are_capped(kind):
    with open_manifest(io.BytesIO(ARCHIVES[kind]()), Limits(member=8)) as manifest:
        pictures = list(manifest.pictures())
    assert [picture.capped for picture in pictures] == [False, True, False, True, False]
    assert [picture.data for picture in pictures if not picture.capped] == [
        b"\xff\xd8 first",
        b"\xff\xd8 third",
        b"\xff\xd8 fifth",
    ]
    assert pictures[2].member == "faces/53381630964_0123456789_o.jpg"


@pytest.mark.parametrize("format_", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_of_a_tar_are_read_whole(format_):
    long = "folder/" * 60 + "53381630964_0123456789_o.jpg"
    rows = rows_of(io.BytesIO(tar(format_, {long: b"x", "b.jpg": b"y"})))
    assert rows[0].place.member == long
    assert [key.key for row in rows for key in row.keys] == ["flickr:photo:53381630964"]
    assert rows[1].place.member == "b.jpg"


def test_reading_an_archive_goes_on_behind_a_checkpoint():
    with open_manifest(io.BytesIO(tar())) as manifest:
        blocks = manifest.blocks()
        first = next(blocks)
        checkpoint = first.after()
    with open_manifest(io.BytesIO(tar())) as manifest:
        rest = [row_of(block, number) for block in manifest.blocks(checkpoint) for number in range(block.rows)]
    assert rest[0].number == first.rows
    assert len(rest) + first.rows == len(rows_of(io.BytesIO(tar())))


def test_a_damaged_list_inside_does_not_end_the_archive():
    members = {
        "a_list.csv": b"id,url\n1,https://a.example/1.jpg\n",
        "b_list.csv.gz": b"\x1f\x8b\x08 broken",
        "c_list.csv": b"url\nhttps://a.example/2.jpg\n",
    }
    for data in (tar(members=members), zipped(members=members)):
        with open_manifest(io.BytesIO(data)) as manifest:
            rows = [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)]
        assert [key.key for row in rows for key in row.keys] == ["url:a.example/1.jpg", "url:a.example/2.jpg"]
        assert manifest.problem.what == "broken"
