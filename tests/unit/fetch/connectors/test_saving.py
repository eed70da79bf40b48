"""The bytes of a remote file: piece by piece, within limits, through pointers, and only when they are new."""

import gzip
import io
import os
from pathlib import Path

import pytest
from commonswatch.fetch import FetchFailed, FetchRefused, Version
from commonswatch.fetch.connectors import Closed, RemoteFile, save

from tests.unit.fetch.connectors.conftest import Hosts

LIST = RemoteFile("https://files.example/list.tsv", "list.tsv")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 11\n"


def test_a_file_is_written_as_it_comes(hosts: Hosts, tmp_path: Path) -> None:
    body = os.urandom(3_000_000)
    hosts.at(LIST.url, gzip.compress(body), Content_Encoding="gzip", ETag='"one"')
    with (tmp_path / "list").open("w+b") as into:
        saved = save(LIST, hosts.reader, into, max_bytes=5_000_000, seconds=20)
    assert saved is not None
    assert (saved.size, saved.version) == (len(body), Version('"one"', ""))
    assert (tmp_path / "list").read_bytes() == body


def test_a_file_that_has_not_changed_is_not_sent_again(hosts: Hosts) -> None:
    hosts.condition(LIST.url, b"a\tb\n", '"one"')
    first, second = io.BytesIO(), io.BytesIO()
    saved = save(LIST, hosts.reader, first, max_bytes=100, seconds=20)
    assert saved is not None
    assert save(LIST, hosts.reader, second, max_bytes=100, seconds=20, known=saved.version) is None
    assert (first.getvalue(), second.getvalue()) == (b"a\tb\n", b"")
    assert save(LIST, hosts.reader, second, max_bytes=100, seconds=20, known=Version('"older"')) is not None


def test_a_pointer_of_git_lfs_is_followed(hosts: Hosts) -> None:
    file = RemoteFile("https://raw.githubusercontent.com/lab/faces/main/list.tsv", "list.tsv")
    hosts.at(file.url, POINTER, ETag='"pointer"')
    hosts.at("https://media.githubusercontent.com/media/lab/faces/main/list.tsv", b"the listing", ETag='"bytes"')
    into = io.BytesIO()
    saved = save(file, hosts.reader, into, max_bytes=1_000, seconds=20)
    assert saved is not None
    assert (into.getvalue(), saved.size) == (b"the listing", 11)
    assert saved.version == Version('"pointer"'), "which is what is asked for the next time"


def test_a_pointer_elsewhere_is_a_file_like_any_other(hosts: Hosts) -> None:
    hosts.at(LIST.url, POINTER)
    into = io.BytesIO()
    assert save(LIST, hosts.reader, into, max_bytes=1_000, seconds=20)
    assert into.getvalue() == POINTER


def test_a_page_in_place_of_a_file_says_what_to_do(hosts: Hosts) -> None:
    hosts.at(LIST.url, b" <!DOCTYPE html><title>Quota exceeded</title>", "text/html")
    with pytest.raises(Closed, match="upload it as a scan"):
        save(LIST, hosts.reader, io.BytesIO(), max_bytes=1_000, seconds=20)


@pytest.mark.parametrize("status", [401, 403])
def test_a_file_behind_a_gate_says_what_to_do(hosts: Hosts, status: int) -> None:
    """Hugging Face lists a gated dataset to everybody and refuses its files."""
    hosts.at(LIST.url, {"error": "gated"}, status=status, X_Error_Code="GatedRepo")
    with pytest.raises(Closed, match="upload that as a scan"):
        save(LIST, hosts.reader, io.BytesIO(), max_bytes=1_000, seconds=20)


def test_a_file_that_is_too_large_is_cut_off(hosts: Hosts) -> None:
    hosts.at(LIST.url, b"a" * 1_001)
    with pytest.raises(FetchRefused) as refused:
        save(LIST, hosts.reader, io.BytesIO(), max_bytes=1_000, seconds=20)
    assert refused.value.reason == "too-large"


def test_a_disk_without_room_is_not_blamed_on_the_host(hosts: Hosts) -> None:
    hosts.at(LIST.url, b"a" * 1_000)
    with Path("/dev/full").open("r+b", buffering=0) as full, pytest.raises(FetchFailed) as failed:
        hosts.reader.save(LIST.url, full, max_bytes=10_000, seconds=20)
    assert failed.value.reason == "not-kept"
