"""``commonswatch scan``: which registered works are in a listing, from a file, a folder, a pipe or an address."""

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from commonswatch.cli import main
from commonswatch.commands import scans_kept
from commonswatch.commands.scan_progress import time_left
from commonswatch.context import Context, open_context
from commonswatch.domain.states import ScanState
from commonswatch.manifests.scanning import shards
from commonswatch.models import FingerprintOfWork, Membership, Scan
from commonswatch.services.scanning import here, scans
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories
from tests.factories import pictures
from tests.played_hosts import PlayedHosts

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PHOTO = 52_000_000_000


def _address(number: int) -> str:
    return f"https://live.staticflickr.com/65535/{PHOTO + number}_0123456789_b.jpg"


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path) -> Path:
    home = tmp_path / "var"
    home.mkdir()
    (home / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    return home


@pytest.fixture
def context(home: Path) -> Context:
    return open_context(Settings(home=home))


@pytest.fixture
def works(context: Context) -> dict[int, int]:
    """Three registered photographs: number → work."""
    with context.database.writing() as session:
        return {
            number: factories.work(session, context.keyring, NOW, key=f"flickr:photo:{PHOTO + number}").id
            for number in (3, 14, 15)
        }


def _run(home: Path, *words: str | Path, given: bytes = b"", **more: str) -> Result:
    """In this interpreter: where a process of its own matters, the test starts one."""
    environment = {"COMMONSWATCH_HOME": str(home), **more}
    answer = CliRunner().invoke(main, ["scan", *map(str, words)], input=given, env=environment)
    assert isinstance(answer.exception, SystemExit | None), answer.exception
    return answer


def _told(home: Path, *words: str | Path, given: bytes = b"", **more: str) -> list[dict[str, Any]]:
    answer = _run(home, "--json", *words, given=given, **more)
    assert answer.exit_code == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def _tsv(rows: int) -> bytes:
    return b"id\turl\n" + b"".join(f"{row}\t{_address(row)}\n".encode() for row in range(rows))


def test_matches_are_lines_and_the_summary_is_the_last(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(_tsv(20))
    *matches, summary = _told(home, path)
    assert [(one["row"], one["work"], one["key"], one["how"]) for one in matches] == [
        (number, work, f"flickr:photo:{PHOTO + number}", "key") for number, work in works.items()
    ]
    assert matches[0]["place"] == "line 5"
    assert (summary["rows"], summary["matches"], summary["works"], summary["partial"]) == (20, 3, 3, None)
    assert summary["manifest"] == "list.tsv"


def test_people_get_a_table_and_what_was_found_in_words(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.tsv.gz"
    path.write_bytes(gzip.compress(_tsv(20) + _tsv(20)[7:]))
    answer = _run(home, path)
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
    path.write_text(_address(3))
    first, *others = _run(home, path).stderr.splitlines()
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
    path.write_bytes(_tsv(20))
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
    assert [one.get("work") for one in _told(home, "-", given=_tsv(5))][:-1] == [works[3]]
    for name in ("a.tsv", "b.tsv"):
        (tmp_path / "lists").mkdir(exist_ok=True)
        (tmp_path / "lists" / name).write_bytes(_tsv(5))
    told = _told(home, tmp_path / "lists")
    assert [one.get("manifest", one.get("work")) for one in told] == [works[3], "a.tsv", works[3], "b.tsv"]


def test_an_address_is_fetched_through_the_guarded_fetcher(home: Path, works: dict[int, int]) -> None:
    def lists(path: str, _headers: Any) -> tuple[int, dict[str, str], bytes]:
        return (200, {"Content-Type": "text/plain"}, _tsv(16)) if path == "/list.tsv" else (404, {}, b"")

    with PlayedHosts({"data.example": lists}) as hosts:
        played = ",".join(f"{name}={address}:{port}" for name, (address, port) in hosts.played.items())
        told = _told(
            home,
            "https://data.example/list.tsv",
            COMMONSWATCH_FETCH_PLAYED_HOSTS=played,
            COMMONSWATCH_FETCH_CA_FILE=str(hosts.ca_file),
        )
    assert [one["work"] for one in told[:-1]] == list(works.values())
    refused = _run(home, "http://127.0.0.1:9/list.tsv")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.stderr


def test_a_manifest_that_breaks_off_is_told_as_partial(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.tsv.gz"
    path.write_bytes(gzip.compress(os.urandom(20_000).hex().encode() + b"\n" + _tsv(2000), 1)[:-5_000])
    *_, summary = _told(home, path)
    assert summary["partial"]["what"] == "broken"
    assert "Only a part was read" in _run(home, path).stderr


def test_what_is_no_manifest_is_told_with_an_exit_code(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 40)
    answer = _run(home, path)
    assert answer.exit_code == 1
    assert answer.stderr == "noise was not read: Neither text nor a format that is known.\n"
    for name, words in (("nothing", "No such file"), ("x" * 300, "File name too long")):
        answer = _run(home, tmp_path / name)
        assert answer.exit_code == 1
        assert f"cannot be read: {words}" in answer.stderr


def test_what_comes_out_of_a_pipe_is_read(home: Path, works: dict[int, int], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(_tsv(5)),))
    writing.start()
    assert [one.get("work") for one in _told(home, pipe)][:-1] == [works[3]]
    writing.join()


def test_pictures_inside_are_looked_at_when_asked(home: Path, context: Context, tmp_path: Path) -> None:
    data = pictures.photo(7)
    facts = context.examine_picture(data)
    with context.database.writing() as session:
        work = factories.work(session, context.keyring, NOW, key="url:a.example/7.jpg")
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
    assert [one.get("work") for one in _told(home, path)] == [None]
    *matches, summary = _told(home, "--deep", path)
    assert [(one["row"], one["work"], one["how"]) for one in matches] == [
        (0, number, "digest"),
        (2, number, "distance"),
    ]
    assert matches[1]["distance"] <= 31
    assert (summary["pictures"], summary["unread_pictures"]) == (4, 1)
    faces = tmp_path / "faces.tsv"
    rows = [f"m.0107_f\t{row}\t{base64.b64encode(_smaller(data)).decode()}" for row in range(3)]
    faces.write_text("\n".join(rows) + "\n")
    assert [one["work"] for one in _told(home, "--deep", faces)[:-1]] == [number] * 3


def test_with_a_dataset_what_is_found_stays(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(_tsv(20))
    _told(home, "--dataset", "megaface", path)
    with context.database.reading() as session:
        (scan,) = session.scalars(select(Scan))
        assert (scan.dataset, scan.rows, scan.matches, scan.state.value) == ("megaface", 20, 3, "done")
        assert set(session.scalars(select(Membership.work_id))) == set(works.values())
    assert (home / "scans" / f"{scan.id}.index").exists()
    assert {one.name for one in (home / "scans").iterdir()} == {f"{scan.id}.index"}
    answer = _run(home, "--dataset", "no-such", path)
    assert answer.exit_code == 1
    assert "no dataset of this name" in answer.stderr


def test_a_command_that_was_killed_leaves_its_scan_to_the_next(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(_tsv(20))
    with context.database.writing() as session:
        values = {"name": "list.tsv", "dataset": "megaface", "size": path.stat().st_size}
        killed = here.open_scan(session, **values, now=context.now())
    _told(home, "--dataset", "megaface", path)
    _told(home, "--dataset", "megaface", path)
    with context.database.reading() as session:
        told = [(scan.id, scan.matches, scan.state.value) for scan in session.scalars(select(Scan).order_by(Scan.id))]
    assert told == [(killed, 3, "done"), (killed + 1, 3, "done")], "what was read to its end is not touched again"


def test_ctrl_c_ends_it_in_words(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> bool:
        raise KeyboardInterrupt

    path = tmp_path / "list.tsv"
    path.write_bytes(_tsv(20))
    monkeypatch.setattr(scans_kept, "_NOTE_EVERY", -1.0)
    monkeypatch.setattr(shards, "TELL_EVERY", -1.0)
    monkeypatch.setattr(scans, "note", interrupted)
    answer = _run(home, "--dataset", "megaface", path)
    assert (answer.exit_code, answer.stderr) == (130, "Stopped. The same command goes on where it was.\n")
    with context.database.reading() as session:
        assert session.scalars(select(Scan.state)).one() is ScanState.CANCELLED


def test_a_moderator_stops_what_a_command_reads(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(_tsv(20))
    monkeypatch.setattr(scans_kept, "_NOTE_EVERY", -1.0)
    monkeypatch.setattr(shards, "TELL_EVERY", -1.0)
    monkeypatch.setattr(scans, "note", lambda *_arguments: False)
    answer = _run(home, "--dataset", "megaface", path)
    assert answer.exit_code == 1
    assert answer.stderr == "Error: A moderator stopped this scan on the site.\n"
    with context.database.reading() as session:
        assert session.scalars(select(Scan.state)).one() is ScanState.CANCELLED


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
