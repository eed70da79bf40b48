"""``commonswatch fingerprint``: files and addresses in, digests, PDQ and marks out, and reasons for what failed."""

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from commonswatch.fingerprints import examine_picture

from tests.cli.asking import ask, rows
from tests.factories.pictures import photo, scene

BY = "https://creativecommons.org/licenses/by/4.0/"
XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:cc="http://creativecommons.org/ns#" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/">
<cc:license rdf:resource="{BY}"/><plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED</plus:DataMining>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    written = io.BytesIO()
    scene(1, (800, 600)).save(written, "JPEG", xmp=XMP.encode())
    path = tmp_path / "marked.jpg"
    path.write_bytes(written.getvalue())
    return path


def test_all_that_is_known_of_a_picture_is_told(marked: Path) -> None:
    [row] = rows("fingerprint", marked)
    data = marked.read_bytes()
    facts = examine_picture(data)
    pdq = next(one for one in facts.fingerprints if one.algorithm == "pdq")
    assert (row["sha256"], row["md5"]) == (hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest())  # noqa: S324
    assert (row["pdq"], row["quality"]) == (pdq.bits.hex(), pdq.quality)
    assert (row["width"], row["height"], row["media_type"]) == (800, 600, "image/jpeg")
    assert row["licence"] == BY
    assert row["opt_out"] == ["plus:DataMining http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"]
    assert {mark["kind"] for mark in row["marks"]} == {"licence", "opt-out"}
    assert [one["rendition"] for one in row["fingerprints"]] == ["original", "640", "320", "200"]
    assert (row["error"], row["closed"], row["seconds"]) == (None, None, None)


def test_people_read_a_line_for_each_fact(marked: Path) -> None:
    answer = ask("fingerprint", marked)
    lines = answer.stdout.decode().splitlines()
    assert answer.returncode == 0
    assert lines[0] == str(marked)
    assert {line.split()[0] for line in lines[1:] if line} == {
        *("media", "size", "sha256", "md5", "pdq", "quality", "licence", "opt-out", "also")
    }


def test_each_that_cannot_be_read_has_its_reason_in_its_place_and_the_exit_code_says_so(tmp_path: Path) -> None:
    names = {"good.jpg": photo(1, (320, 240)), "cut.jpg": photo(1)[:9000], "empty": b"", "page.jpg": b"<html><body>"}
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    os.mkfifo(tmp_path / "pipe")
    asked = [tmp_path / name for name in ("cut.jpg", "good.jpg", "missing", "empty", "page.jpg", "pipe")]
    answer = ask("fingerprint", "--json", *asked, tmp_path, "http://127.0.0.1/a.jpg", "ftp://example.org/a.jpg")
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.returncode == 1
    assert [row["input"] for row in told[:6]] == [str(path) for path in asked]
    assert [row["error"] for row in told] == [
        "The picture is cut off: its file ends too early.",
        None,
        "No such file or directory.",
        "The file is empty.",
        "The address gave a web page, not a picture.",
        "This is not a file.",
        "This is not a file.",
        "The address leads into a private network, so it is never fetched.",
        "No such file or directory.",
    ]


def test_what_is_asked_for_without_files_is_explained(tmp_path: Path) -> None:
    answer = ask("fingerprint")
    assert (answer.returncode, answer.stdout) == (2, b"")
    assert b"FILE|URL" in answer.stderr


def test_a_picture_not_matched_by_its_looks_says_why(tmp_path: Path) -> None:
    written = io.BytesIO()
    scene(1, (3, 3)).save(written, "PNG")
    (tmp_path / "small.png").write_bytes(written.getvalue())
    [row] = rows("fingerprint", tmp_path / "small.png")
    assert (row["quality"], row["error"]) == (0, None)
    assert row["closed"].startswith("There is too little to see in it")


def test_without_the_kernels_the_answer_is_the_same(marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_kernels = rows("fingerprint", marked)
    monkeypatch.setenv("COMMONSWATCH_NATIVE", "off")
    assert rows("fingerprint", marked) == with_kernels


def test_a_video_tells_its_frames(tmp_path: Path) -> None:
    pytest.importorskip("av")
    from tests.unit.fingerprints.videos import video

    (tmp_path / "film.mp4").write_bytes(video(range(3)))
    [row] = rows("fingerprint", tmp_path / "film.mp4")
    assert (row["media_type"], row["pdq"], row["seconds"]) == ("video/mp4", None, 6.0)
    assert row["fingerprints"][0]["rendition"] == "frame-000"
