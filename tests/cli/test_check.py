"""``commonswatch check``: a manifest without the works of people who ask not to be in it, before a dataset is made."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from commonswatch.cli import main
from commonswatch.context import Context, open_context
from commonswatch.domain.states import Listing, WorkState
from commonswatch.services.watching import changes, versions
from commonswatch.settings import Settings

from tests import factories

TABLE = (
    "id\turl\topt_out\n"
    "1\thttps://live.staticflickr.com/65535/53000000001_63d765ee92_b.jpg\t0\n"
    "2\thttps://pictures.example/a.jpg\t0\n"
    "3\thttps://pictures.example/b.jpg\ttrue\n"
    "4\thttps://farm9.staticflickr.com/8/53000000002_0123456789.jpg\t\n"
)


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Context:
    home = tmp_path / "var"
    home.mkdir()
    (home / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    site = open_context(Settings(home=home))
    with site.database.writing() as session:
        now = site.now()
        for key in ("flickr:photo:53000000001", "url:pictures.example/img/c.jpg"):
            work = factories.work(session, site.keyring, now, key=key)
            work.listing = Listing.PUBLIC
            changes.note(session, [work.id], now)
        factories.work(session, site.keyring, now, key="flickr:photo:53000000002", state=WorkState.WITHDRAWN)
    return site


@pytest.fixture
def downloaded(site: Context, tmp_path: Path) -> Path:
    """The folder a download leaves, made of what the server publishes."""
    from commonswatch.services.watching import history
    from commonswatch.watch_list import folder
    from commonswatch.watch_list.signing import PublicKey

    assert versions.make(site.database, site.list_folder, site.key_folder, site.now())
    with site.database.reading() as session:
        published = history.newest(session)
    key = published.manifest.signing_keys[0]
    trusted = PublicKey(key.key, key.public)
    folder.keep(tmp_path / "list", published.envelope.encode(), trusted, site.list_folder.get, site.now())
    return tmp_path / "list"


def _run(site: Context | None, *words: object) -> Result:
    environment = {"COMMONSWATCH_HOME": str(site.settings.home)} if site else {"COMMONSWATCH_HOME": "/nowhere"}
    return CliRunner().invoke(main, ["check", *map(str, words)], env=environment)


def _manifest(tmp_path: Path, content: str | bytes = TABLE, name: str = "list.tsv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _numbers(path: Path) -> list[str]:
    return [line.split("\t")[0] for line in path.read_text().splitlines()]


def test_registered_works_and_rows_with_a_mark_are_left_out_and_nothing_else(site: Context, tmp_path: Path) -> None:
    clean = tmp_path / "clean.tsv"
    told = _run(site, _manifest(tmp_path), "--out", clean)
    assert told.exit_code == 0, told.output
    lines = TABLE.splitlines(keepends=True)
    assert clean.read_text() == lines[0] + lines[2] + lines[4]
    assert "4 rows read, 2 rows were left out (1 opt-out, 1 registered)." in told.output


def test_rows_are_marked_when_that_is_asked_for(site: Context, tmp_path: Path) -> None:
    clean = tmp_path / "clean.tsv"
    assert _run(site, _manifest(tmp_path), "--out", clean, "--mark").exit_code == 0
    assert [line.split("\t")[3] for line in clean.read_text().splitlines()] == [
        "commonswatch",
        "registered",
        "",
        "opt-out",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "objects", "stays"),
    [
        ("opt_out", "TRUE", "false"),
        ("noai", "1", "0"),
        ("tdm-reservation", "1", "0"),
        ("plus:DataMining", "DMI-PROHIBITED", "DMI-ALLOWED"),
        ("x-robots-tag", "noindex, noimageai", "noindex"),
        ("tags", "portrait no_cv street", "portrait no_cvs"),
        ("user_tags", '["face", "nocv"]', "piano_cv"),
        ("keywords", "noai", "noairport"),
        ("c2pa.training-mining", "notAllowed", "allowed"),
    ],
)
def test_the_marks_that_people_set_are_honoured(
    site: Context, tmp_path: Path, name: str, objects: str, stays: str
) -> None:
    rows = [f"{n}\thttps://pictures.example/{n}.jpg\t{mark}" for n, mark in enumerate((objects, stays, ""))]
    manifest = _manifest(tmp_path, "\n".join([f"id\turl\t{name}", *rows, ""]))
    assert _run(site, manifest, "--out", tmp_path / "clean.tsv").exit_code == 0
    assert _numbers(tmp_path / "clean.tsv") == ["id", "1", "2"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("ends", [True, False])
def test_marked_rows_keep_their_line_breaks(site: Context, tmp_path: Path, line_end: str, *, ends: bool) -> None:
    lines, last = TABLE.splitlines(), line_end if ends else ""
    clean, marks = tmp_path / "clean.tsv", ("commonswatch", "registered", "", "opt-out", "")
    manifest = _manifest(tmp_path, line_end.join(lines) + last)
    assert _run(site, manifest, "--out", clean, "--mark").exit_code == 0
    marked = [f"{line}\t{mark}" for line, mark in zip(lines, marks, strict=True)]
    assert clean.read_bytes() == (line_end.join(marked) + last).encode()


def test_it_reads_and_writes_standard_streams(site: Context) -> None:
    environment = {"COMMONSWATCH_HOME": str(site.settings.home)}
    told = CliRunner().invoke(main, ["check", "-", "--out", "-", "--json"], input=TABLE, env=environment)
    lines = TABLE.splitlines(keepends=True)
    assert told.exit_code == 0, told.output
    assert told.stdout == lines[0] + lines[2] + lines[4]
    assert '"objected": 2' in told.stderr


@pytest.mark.parametrize(
    ("suffix", "unpack"), [("gz", gzip.decompress), ("bz2", bz2.decompress), ("xz", lzma.decompress)]
)
def test_a_clean_one_is_packed_as_its_name_says(
    site: Context, tmp_path: Path, suffix: str, unpack: Callable[[bytes], bytes]
) -> None:
    lines = TABLE.splitlines(keepends=True)
    first, second = (tmp_path / f"{name}.tsv.{suffix}" for name in ("first", "second"))
    for clean in (first, second):
        assert _run(site, _manifest(tmp_path), "--out", clean).exit_code == 0
    assert unpack(first.read_bytes()).decode() == lines[0] + lines[2] + lines[4]
    assert first.read_bytes() == second.read_bytes(), "the same rows are the same bytes"
    told = _run(site, _manifest(tmp_path), "--out", tmp_path / "clean.tsv.zst")
    assert (told.exit_code, "cannot be written" in told.output) == (1, True)


def test_a_device_a_pipe_or_a_folder_is_never_replaced(site: Context, tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        assert _run(site, _manifest(tmp_path), "--out", path).exit_code != 0
    assert pipe.is_fifo()
    assert folder.is_dir()


def test_a_link_stays_a_link_and_its_file_is_written(site: Context, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, behind = tmp_path / "clean.tsv", tmp_path / "there" / "clean.tsv"
    link.symlink_to(behind)
    assert _run(site, _manifest(tmp_path), "--out", link).exit_code == 0
    assert link.is_symlink()
    assert _numbers(behind) == ["id", "2", "4"]


@pytest.mark.parametrize(("content", "wanted"), [(TABLE, 3), ("id\turl\n2\thttps://pictures.example/a.jpg\n", 0)])
def test_whoever_builds_by_script_asks_for_the_exit_status(
    site: Context, tmp_path: Path, content: str, wanted: int
) -> None:
    assert _run(site, _manifest(tmp_path, content), "--out", tmp_path / "clean.tsv", "--exit-code").exit_code == wanted


def test_the_numbers_of_rows_go_neither_over_the_manifest_nor_over_the_clean_one(site: Context, tmp_path: Path) -> None:
    manifest, clean = _manifest(tmp_path), tmp_path / "clean.tsv"
    for rows in (manifest, clean):
        assert _run(site, manifest, "--out", clean, "--rows", rows).exit_code == 1
    assert manifest.read_text() == TABLE


def test_the_numbers_of_rows_are_written_and_the_summary_is_json(site: Context, tmp_path: Path) -> None:
    rows = tmp_path / "rows.txt"
    told = _run(site, _manifest(tmp_path), "--out", tmp_path / "clean.tsv", "--rows", rows, "--json")
    assert json.loads(told.stdout) == {
        "rows": 4,
        "objected": 2,
        "why": {"registered": 1, "opt-out": 1},
        "partial": None,
    }
    assert rows.read_text() == "0\tregistered\n2\topt-out\n"


def test_a_downloaded_list_is_enough_and_needs_no_server(downloaded: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean.tsv"
    told = _run(None, _manifest(tmp_path), "--out", clean, "--watch-list", downloaded)
    assert told.exit_code == 0, told.output
    assert _numbers(clean) == ["id", "2", "4"]


def test_a_list_that_was_changed_is_refused_and_nothing_is_written(downloaded: Path, tmp_path: Path) -> None:
    keys = max(downloaded.iterdir(), key=lambda path: len(path.name) == 64 and path.stat().st_size)
    keys.write_bytes(keys.read_bytes()[:-1] + b"x")
    told = _run(None, _manifest(tmp_path), "--out", tmp_path / "clean.tsv", "--watch-list", downloaded)
    assert told.exit_code == 1
    assert "refused: digest" in told.output
    assert not (tmp_path / "clean.tsv").exists()


def test_a_folder_without_a_list_says_how_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = _run(None, _manifest(tmp_path), "--out", tmp_path / "clean.tsv", "--watch-list", tmp_path / "empty")
    assert told.exit_code == 1
    assert "refused: signature" in told.output or "watch-list download" in told.output


def test_json_lines_and_packed_files_keep_their_records(site: Context, tmp_path: Path) -> None:
    records = [
        {"url": "https://www.flickr.com/photos/somebody/53000000001/", "n": 1},
        {"url": "https://x.example/a.jpg"},
    ]
    raw = "".join(json.dumps(one) + "\n" for one in records).encode()
    clean = tmp_path / "clean.jsonl.gz"
    assert _run(site, _manifest(tmp_path, gzip.compress(raw), "list.jsonl.gz"), "--out", clean).exit_code == 0
    assert [json.loads(line) for line in gzip.decompress(clean.read_bytes()).splitlines()] == records[1:]


@pytest.mark.parametrize(("name", "delimiter"), [("clean.csv", ","), ("clean.tsv", "\t")])
def test_a_document_becomes_a_table_as_its_name_says(site: Context, tmp_path: Path, name: str, delimiter: str) -> None:
    urls = ["https://flic.kr/p/2oKqRvt", "https://x.example/a.jpg"]
    document = {"images": [{"id": n, "title": 'a, "b"', "url": url} for n, url in enumerate(urls)]}
    clean = tmp_path / name
    assert _run(site, _manifest(tmp_path, json.dumps(document), "list.json"), "--out", clean).exit_code == 0
    head, *rows = csv.reader(io.StringIO(clean.read_text()), delimiter=delimiter)
    [url] = [number for number, name in enumerate(head) if name.endswith("url")]
    assert [row[url] for row in rows] == urls[1:]


def test_quoted_cells_with_line_breaks_stay_whole(site: Context, tmp_path: Path) -> None:
    content = (
        'title,url\r\n"one\nline",https://x.example/a.jpg\r\n'
        '"gone, with a\nbreak",https://flic.kr/p/2oKqRvt\r\n"two ""2""",https://pictures.example/img/c.jpg\r\nlast,https://x.example/z.jpg'
    )
    clean = tmp_path / "clean.csv"
    assert _run(site, _manifest(tmp_path, content, "list.csv"), "--out", clean).exit_code == 0
    assert "two" not in clean.read_text()
    assert "gone" not in clean.read_text()
    assert clean.read_bytes().startswith(b'title,url\r\n"one\nline",https://x.example/a.jpg\r\n')
    assert clean.read_bytes().endswith(b"last,https://x.example/z.jpg")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ['{0},"{1}",é', "{1}", '{{"n": {0},  "url": "{1}"}}'])
@pytest.mark.parametrize("ends", [True, False])
def test_what_stays_is_byte_for_byte_what_it_was(
    site: Context, tmp_path: Path, encoding: str, line_end: str, form: str, *, ends: bool
) -> None:
    if form.startswith("{{") and line_end == "\r":
        pytest.skip("lines of JSON never end like that")
    photos = [f"https://live.staticflickr.com/65535/5300000000{n}_0123456789_b.jpg" for n in (3, 1, 4, 5, 6)]
    lines = [form.format(number, photo) for number, photo in enumerate(photos)]
    if form.endswith("é"):
        lines.insert(0, "id,url,text")
    clean = [line for line in lines if "53000000001" not in line]
    last = line_end if ends else ""
    path, out = _manifest(tmp_path, (line_end.join(lines) + last).encode(encoding)), tmp_path / "clean"
    assert _run(site, path, "--out", out).exit_code == 0
    assert out.read_bytes() == (line_end.join(clean) + last).encode(encoding)


def test_a_table_without_rows_keeps_its_header(site: Context, tmp_path: Path) -> None:
    path, out = _manifest(tmp_path, "id,url\n"), tmp_path / "clean"
    assert _run(site, path, "--out", out).exit_code == 0
    assert out.read_text() == "id,url\n"


def test_lists_inside_an_archive_do_not_run_into_each_other(site: Context, tmp_path: Path) -> None:
    path, out = tmp_path / "lists.zip", tmp_path / "clean"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "ab":
            archive.writestr(f"list_{name}.csv", f"id,url\n1,https://pictures.example/{name}.jpg")
    assert _run(site, path, "--out", out).exit_code == 0
    assert out.read_text().splitlines()[-2:] == ["1,https://pictures.example/a.jpg", "1,https://pictures.example/b.jpg"]


def test_the_manifest_itself_is_never_written_over(site: Context, tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    assert _run(site, manifest, "--out", manifest).exit_code == 1
    assert manifest.read_text() == TABLE


def test_what_cannot_be_read_leaves_no_clean_one(site: Context, tmp_path: Path) -> None:
    told = _run(site, _manifest(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(100)), "--out", tmp_path / "clean")
    assert told.exit_code == 1
    assert "Nothing could be read." in told.output
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("clean")] == []


def test_a_folder_that_is_not_there_is_named(site: Context, tmp_path: Path) -> None:
    manifest = tmp_path / "list.txt"
    manifest.write_text("https://data.example/1.jpg\n")
    answer = _run(site, manifest, "--out", tmp_path / "nowhere" / "clean.txt")
    assert answer.exit_code == 1
    assert "There is no folder" in answer.output


def test_a_list_in_which_nothing_can_be_compared_is_not_called_clean(site: Context, tmp_path: Path) -> None:
    told = _run(site, _manifest(tmp_path, "age\tweight\n12\t40\n13\t41\n"), "--out", tmp_path / "clean.tsv")
    assert told.exit_code == 1
    assert "nothing can be compared" in told.output
    assert not (tmp_path / "clean.tsv").exists()
