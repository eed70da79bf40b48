"""``commonswatch listed``: is this in any list that was ever read? The lists are gone, their indexes answer."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from commonswatch.cli import main
from commonswatch.context import Context, open_context
from commonswatch.manifests.kernel import key_digest
from commonswatch.services.scanning import checking, folder, forgetting, scans
from commonswatch.settings import Settings

MD5 = "0123456789abcdef0123456789abcdef"
LIST = f"id\turl\tmd5\n1\thttps://farm1.staticflickr.com/2/53000000001_0123456789_z.jpg\t{MD5}\n"


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Context:
    home = tmp_path / "var"
    home.mkdir()
    (home / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    (tmp_path / "faces.tsv").write_text(LIST)
    context = open_context(Settings(home=home))
    assert _run(context, "scan", tmp_path / "faces.tsv", "--dataset", "ms-celeb-1m").exit_code == 0
    return context


def _run(site: Context, *words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)], env={"COMMONSWATCH_HOME": str(site.settings.home)})


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("https://www.flickr.com/photos/somebody/53000000001/", "flickr:photo:53000000001"),
        ("flickr:photo:53000000001", "flickr:photo:53000000001"),
        (MD5.upper(), f"md5:{MD5}"),
        (f"md5:{MD5}", f"md5:{MD5}"),
    ],
)
def test_what_stands_in_a_list_is_found_though_nobody_registered_it(site: Context, asked: str, key: str) -> None:
    told = _run(site, "listed", asked, "--json")
    [row] = [json.loads(line) for line in told.stdout.splitlines()]
    assert (row["input"], row["dataset"], row["list"], row["place"], row["key"]) == (
        asked,
        "ms-celeb-1m",
        "faces.tsv",
        "row 0",
        key,
    )


def test_what_stands_in_none_says_so(site: Context) -> None:
    told = _run(site, "listed", "flickr:photo:5", "md5:00")
    assert told.exit_code == 0
    assert told.stdout.count("in none of 1") == 2


def test_what_was_forgotten_and_what_is_damaged_is_in_none(site: Context) -> None:
    with site.database.reading() as session:
        [number] = checking.indexes(session)
        assert scans.get(session, number).index_file
    secret, key = checking.index_secret(site.keyring), "flickr:photo:53000000001"
    assert forgetting.forget_keys(site.settings.home, secret, {key}, [number], key_digest) == 1
    assert "in none of 1" in _run(site, "listed", key).stdout
    folder.index(site.settings.home, number).write_bytes(b"no index")
    told = _run(site, "listed", f"md5:{MD5}")
    assert "in none of 0" in told.stdout
    assert f"scan {number} cannot be read" in told.stderr
