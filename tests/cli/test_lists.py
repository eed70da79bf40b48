"""``commonswatch keys``, ``locations`` and ``licences``: one answer for each line, whatever the bytes are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.asking import ask, rows

PHOTO = "https://live.staticflickr.com/65535/12345678901_0123456789_b.jpg"
SHARE = "https://pan.baidu.com/s/1exampleexample?pwd=abcd"


def test_keys_of_addresses_file_names_and_accounts_in_the_order_given() -> None:
    lines = f"{PHOTO}\n12345678901_0123456789_b.jpg\nhttps://www.flickr.com/photos/jane-example/\nhttps://t0.gstatic.com/images?q=tbn:abc\n"
    found = rows("keys", "-", given=lines.encode())
    assert [row["input"] for row in found] == lines.splitlines()
    assert [row["key"] for row in found] == [
        "flickr:photo:12345678901",
        "flickr:photo:12345678901",
        "flickr:user:jane-example",
        None,
    ]
    assert set(found[0]) == {"input", "key", "kind", "how", "also"}
    assert (found[0]["kind"], found[0]["how"], found[1]["how"]) == ("photo", "exact", "guessed")
    assert (found[3]["kind"], found[3]["how"]) == (None, None)


def test_second_keys_stand_beside_the_first() -> None:
    [row] = rows("keys", "-", given=b"https://commons.wikimedia.org/wiki/File:Harbour_(12345678901).jpg")
    assert row["key"] == "wikimedia:commons:Harbour_(12345678901).jpg"
    assert "flickr:photo:12345678901" in row["also"]


def test_locations_tell_the_path_inside_and_the_access_code() -> None:
    lines = f"https://github.com/example-lab/faces/blob/main/lists/a.tsv\n{SHARE}\nno link"
    file, share, none = rows("locations", "-", given=lines.encode())
    assert (file["key"], file["kind"], file["path"], file["access"]) == (
        "github:example-lab/faces",
        "file",
        "main:lists/a.tsv",
        None,
    )
    assert (share["key"], share["access"]) == ("baidu:exampleexample", "abcd")
    assert {none[name] for name in ("key", "kind", "how", "path", "access")} == {None}


def test_the_table_of_locations_shows_no_access_code() -> None:
    answer = ask("locations", "-", given=SHARE.encode())
    assert b"baidu:exampleexample" in answer.stdout
    assert b"abcd" not in answer.stdout


def test_licences_tell_code_version_jurisdiction_and_elements() -> None:
    lines = "https://creativecommons.org/licenses/by-nc-sa/3.0/de/deed.en\n9\nAll Rights Reserved\nhttps://creativecommons.org/licenses/\n"
    ported, zero, reserved, none = rows("licences", "-", given=lines.encode())
    assert ported == {
        "input": "https://creativecommons.org/licenses/by-nc-sa/3.0/de/deed.en",
        "key": "CC-BY-NC-SA-3.0-DE",
        "kind": "licence",
        "how": "exact",
        "code": "by-nc-sa",
        "version": "3.0",
        "jurisdiction": "de",
        "elements": ["BY", "NC", "SA"],
    }
    assert (zero["code"], zero["version"], zero["jurisdiction"], zero["kind"]) == ("cc0", "1.0", None, "dedication")
    assert (reserved["code"], reserved["version"], reserved["elements"]) == ("arr", None, [])
    assert (none["key"], none["code"], none["elements"]) == (None, None, [])


@pytest.mark.parametrize("command", ["keys", "locations", "licences"])
def test_any_bytes_give_exactly_one_object_a_line(command: str, tmp_path: Path) -> None:
    lines = [
        PHOTO.encode() + b"\r",
        b"",
        b"\x00\xff\xfe \x1b[31m",
        "名\u2028\x85".encode(),
        b"x" * 10_000_000,
        PHOTO.encode(),
    ]
    file = tmp_path / "list.txt"
    file.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    found = rows(command, file)
    assert len(found) == len(lines)
    assert found[0]["input"] == found[-1]["input"] == PHOTO
    assert (found[1]["input"], found[1]["key"], found[2]["key"]) == ("", None, None)
    assert found[3]["input"] == "名\u2028\x85"
    assert len(found[4]["input"]) == 10_000_000


def test_an_endless_line_costs_no_memory_and_the_next_line_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    with file.open("wb") as out:
        for _ in range(40):
            out.write(b"a" * 2**20)
        out.write(b"\n" + PHOTO.encode())
    long, photo = rows("keys", file)
    assert (len(long["input"]), photo["key"]) == (16 * 2**20, "flickr:photo:12345678901")


def test_nothing_given_gives_nothing() -> None:
    assert rows("keys", "-") == []


@pytest.mark.parametrize("command", ["keys", "locations", "licences"])
def test_a_file_that_is_not_there_is_an_error_of_use(command: str, tmp_path: Path) -> None:
    for wrong in (tmp_path / "none.txt", tmp_path):
        answer = ask(command, wrong)
        assert (answer.returncode, answer.stdout) == (2, b"")
        assert b"Error: Invalid value for 'FILE'" in answer.stderr
        assert b"Traceback" not in answer.stderr


def test_a_table_has_aligned_columns_and_lets_no_line_steer_the_terminal() -> None:
    answer = ask("keys", "-", given=f"{PHOTO}\n\x1b[31mred\nhttps://youtu.be/AAAAAAAAAAA\n".encode())
    heading, photo, red, video = answer.stdout.decode().splitlines()
    assert heading.split() == ["KEY", "KIND", "HOW", "INPUT"]
    assert photo.index(PHOTO) == heading.index("INPUT") == video.index("https://youtu.be")
    assert red.startswith("- ")
    assert "\x1b" not in red


def test_a_reader_that_leaves_early_is_no_error_to_talk_about(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(f"{PHOTO}\n".encode() * 200_000)
    command = [sys.executable, "-m", "commonswatch", "keys", "--json", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert json.loads(process.stdout.readline())["key"] == "flickr:photo:12345678901"
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(timeout=30)


def test_answers_come_while_the_list_is_still_being_read() -> None:
    command = [sys.executable, "-m", "commonswatch", "keys", "--json", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{PHOTO}\n".encode() * 300)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["key"] == "flickr:photo:12345678901"
        process.stdin.close()
        assert len(process.stdout.read().splitlines()) == 299


def test_a_list_in_utf_16_as_windows_writes_it_is_read() -> None:
    lines = "https://flic.kr/p/2p4QbKN\r\n\r\nhttps://www.flickr.com/photos/example_user/12345678901\r\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        found = rows("keys", "-", given=f"\ufeff{lines}".encode(encoding))
        assert [row["key"] for row in found] == ["flickr:photo:53208249252", None, "flickr:photo:12345678901"]
