"""``commonswatch scan``: which registered works are in a listing, from a file, a folder, a pipe or an address."""

import base64
import gzip
import io
import os
import subprocess
import sys
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
from commonswatch.commands.scan_progress import time_left
from commonswatch.context import Context
from commonswatch.models import FingerprintOfWork

from tests import factories
from tests.cli import scanning
from tests.factories import pictures
from tests.played_hosts import PlayedHosts


def test_matches_are_lines_and_the_summary_is_the_last(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(scanning.tsv(20))
    *matches, summary = scanning.told(home, path)
    assert [(one["row"], one["work"], one["key"], one["how"]) for one in matches] == [
        (number, work, f"flickr:photo:{scanning.PHOTO + number}", "key") for number, work in works.items()
    ]
    assert matches[0]["place"] == "line 5"
    assert (summary["rows"], summary["matches"], summary["works"], summary["partial"]) == (20, 3, 3, None)
    assert summary["manifest"] == "list.tsv"


def test_people_get_a_table_and_what_was_found_in_words(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.tsv.gz"
    path.write_bytes(gzip.compress(scanning.tsv(20) + scanning.tsv(20)[7:]))
    answer = scanning.run(home, path)
    lines = answer.stdout.splitlines()
    assert lines[0].split() == ["ROW", "HOW", "WORK", "WHAT", "PLACE"]
    assert len(lines) == 7
    words = answer.stderr
    assert "list.tsv.gz (table, gzip): 40 rows, 6 with registered works (3 works)" in words
    assert "found by key 6" in words
    assert f"work {works[3]}: 2 rows" in words


def test_one_is_not_told_as_many_and_without_a_terminal_there_is_no_bar(
    home: Path, works: dict[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "one.txt"
    path.write_text(scanning.address(3))
    first, *others = scanning.run(home, path).stderr.splitlines()
    assert first.startswith("one.txt (list): 1 row, 1 with registered works (1 work), ")
    assert others == ["  found by key 1", f"  work {works[3]}: 1 row"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (4.4, "4 s left"), (89.0, "89 s left"), (600.0, "10 min left"), (9000, "2.5 h left")],
)
def test_time_left_is_told_in_words(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


def test_a_terminal_sees_the_bar_and_a_file_gets_what_was_found(
    home: Path, works: dict[int, int], tmp_path: Path
) -> None:
    path, (terminal, its_end) = tmp_path / "list.tsv", os.openpty()
    path.write_bytes(scanning.tsv(20))
    environment = {**os.environ, "COMMONSWATCH_HOME": str(home), "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-m", "commonswatch", "scan", "--json", str(path)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=its_end, env=environment, timeout=60)
    os.close(its_end)
    seen = os.read(terminal, 65536)
    os.close(terminal)
    assert len(answer.stdout.splitlines()) == len(works) + 1
    assert b"rows/s" in seen
    assert b"flickr:photo" not in seen


def test_standard_input_and_a_folder_are_read(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    assert [one.get("work") for one in scanning.told(home, "-", given=scanning.tsv(5))][:-1] == [works[3]]
    for name in ("a.tsv", "b.tsv"):
        (tmp_path / "lists").mkdir(exist_ok=True)
        (tmp_path / "lists" / name).write_bytes(scanning.tsv(5))
    told = scanning.told(home, tmp_path / "lists")
    assert [one.get("manifest", one.get("work")) for one in told] == [works[3], "a.tsv", works[3], "b.tsv"]


def test_an_address_is_fetched_through_the_guarded_fetcher(home: Path, works: dict[int, int]) -> None:
    def lists(path: str, _headers: Any) -> tuple[int, dict[str, str], bytes]:
        return (200, {"Content-Type": "text/plain"}, scanning.tsv(16)) if path == "/list.tsv" else (404, {}, b"")

    with PlayedHosts({"data.example": lists}) as hosts:
        played = ",".join(f"{name}={address}:{port}" for name, (address, port) in hosts.played.items())
        told = scanning.told(
            home,
            "https://data.example/list.tsv",
            COMMONSWATCH_FETCH_PLAYED_HOSTS=played,
            COMMONSWATCH_FETCH_CA_FILE=str(hosts.ca_file),
        )
    assert [one["work"] for one in told[:-1]] == list(works.values())
    refused = scanning.run(home, "http://127.0.0.1:9/list.tsv")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.stderr


def test_a_manifest_that_breaks_off_is_told_as_partial(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.tsv.gz"
    path.write_bytes(gzip.compress(os.urandom(20_000).hex().encode() + b"\n" + scanning.tsv(2000), 1)[:-5_000])
    *_, summary = scanning.told(home, path)
    assert summary["partial"]["what"] == "broken"
    assert "Only a part was read" in scanning.run(home, path).stderr


def test_what_is_no_manifest_is_told_with_an_exit_code(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 40)
    answer = scanning.run(home, path)
    assert answer.exit_code == 1
    assert answer.stderr == "noise was not read: Neither text nor a format that is known.\n"
    for name, words in (("nothing", "No such file"), ("x" * 300, "File name too long")):
        answer = scanning.run(home, tmp_path / name)
        assert answer.exit_code == 1
        assert f"cannot be read: {words}" in answer.stderr


def test_what_comes_out_of_a_pipe_is_read(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(scanning.tsv(5)),))
    writing.start()
    assert [one.get("work") for one in scanning.told(home, pipe)][:-1] == [works[3]]
    writing.join()


def test_pictures_inside_are_looked_at_when_asked(home: Path, context: Context, tmp_path: Path) -> None:
    data = pictures.photo(7)
    facts = context.examine_picture(data)
    with context.database.writing() as session:
        work = factories.work(session, context.keyring, scanning.NOW, key="url:a.example/7.jpg")
        for one in facts.fingerprints:
            session.add(
                FingerprintOfWork(
                    work_id=work.id,
                    algorithm=one.algorithm,
                    rendition=one.rendition,
                    bits=one.bits,
                    quality=one.quality,
                )
            )
        number = work.id
    path = tmp_path / "faces.tar"
    _tar(path, {"0.jpg": data, "1.jpg": pictures.photo(8), "2.jpg": _smaller(data), "3.jpg": b"no picture"})
    assert [one.get("work") for one in scanning.told(home, path)] == [None]
    *matches, summary = scanning.told(home, "--deep", path)
    assert [(one["row"], one["work"], one["how"]) for one in matches] == [
        (0, number, "digest"),
        (2, number, "distance"),
    ]
    assert matches[1]["distance"] <= 31
    assert (summary["pictures"], summary["unread_pictures"]) == (4, 1)
    faces = tmp_path / "faces.tsv"
    rows = [f"m.0107_f\t{row}\t{base64.b64encode(_smaller(data)).decode()}" for row in range(3)]
    faces.write_text("\n".join(rows) + "\n")
    assert [one["work"] for one in scanning.told(home, "--deep", faces)[:-1]] == [number] * 3


def _tar(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            told = tarfile.TarInfo(name)
            told.size = len(data)
            archive.addfile(told, io.BytesIO(data))


def _smaller(data: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        out = io.BytesIO()
        image.convert("RGB").resize((480, 360)).save(out, "JPEG", quality=80)
    return out.getvalue()
