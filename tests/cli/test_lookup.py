"""``commonswatch lookup``: the real command as a process, on an installation with one work."""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from commonswatch import schema
from commonswatch.context import Context, open_context
from commonswatch.domain.states import Listing
from commonswatch.fingerprints import examine_picture
from commonswatch.settings import Settings
from PIL import Image, ImageOps

from tests import factories
from tests.factories import pictures

KEY = "flickr:photo:53381630964"


@pytest.fixture
def picture() -> bytes:
    return pictures.photo(1)


@pytest.fixture
def site(tmp_path: Path, picture: bytes) -> Context:
    context = open_context(Settings(home=tmp_path / "var"))
    schema.upgrade(context.database.engine)
    facts = examine_picture(picture)
    pdq = next(one.bits for one in facts.fingerprints if one.algorithm == "pdq")
    with context.database.writing() as session:
        factories.work(session, context.keyring, context.now(), key=KEY, pdq=pdq, sha256=facts.sha256)
    return context


def _ask(site: Context, *words: str) -> list[dict]:
    command = [sys.executable, "-m", "commonswatch", "lookup", *words, "--json"]
    environment = {"COMMONSWATCH_HOME": str(site.settings.home), "PATH": "/usr/bin:/bin"}
    answer = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert (answer.returncode, answer.stderr) == (0, b""), answer
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_addresses_keys_and_digests_are_looked_up(site: Context, picture: bytes) -> None:
    digest = hashlib.sha256(picture).hexdigest()
    asked = ("https://www.flickr.com/photos/somebody/53381630964/", KEY, digest, f"sha256:{digest}", "md5:" + "00" * 16)
    rows = _ask(site, *asked)
    assert [(row["basis"], row["key"]) for row in rows] == [*[("key", KEY)] * 2, *[("sha256", KEY)] * 2, (None, None)]
    assert rows[0]["listing"] == Listing.SERVER_ONLY


def test_a_file_is_found_also_when_it_is_mirrored(site: Context, picture: bytes, tmp_path: Path) -> None:
    mirrored, whole = tmp_path / "mirrored.png", tmp_path / "whole.jpg"
    whole.write_bytes(picture)
    ImageOps.mirror(Image.open(io.BytesIO(picture))).save(mirrored)
    rows = _ask(site, str(whole), str(mirrored))
    assert {(Path(row["input"]).name, row["basis"], row["turn"]) for row in rows} == {
        ("whole.jpg", "sha256", None),
        ("whole.jpg", "pdq", "upright"),
        ("mirrored.png", "pdq", "mirrored across"),
    }
    assert all(row["distance"] <= 16 for row in rows)


def test_what_is_not_registered_has_a_row_without_a_work(site: Context) -> None:
    [row] = _ask(site, "pdq:" + "5a" * 32)
    assert (row["basis"], row["work"]) == (None, None)
