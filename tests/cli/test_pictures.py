"""``commonswatch explain`` and ``commonswatch common-pictures``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from commonswatch.cli import main
from commonswatch.context import Context, open_context
from commonswatch.models import Evidence
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories

LOGO = "pdq:" + "ab" * 32


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Context:
    (tmp_path / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    return open_context(Settings(home=tmp_path))


def _run(site: Context, *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"COMMONSWATCH_HOME": str(site.settings.home)})


def test_a_match_is_explained_in_words_and_as_json(site: Context) -> None:
    now = site.now()
    with site.database.writing() as session:
        factories.case(session, now, (factories.work(session, site.keyring, now, key="flickr:photo:53"),))
        number = session.scalars(select(Evidence.id)).one()
    told = _run(site, "explain", str(number))
    assert told.exit_code == 0
    assert "the work key is the same" in told.output
    assert told.output.endswith("it would match again\n")
    assert json.loads(_run(site, "explain", "--json", str(number)).output)["stands"] is True
    unknown = _run(site, "explain", "99")
    assert unknown.exit_code == 1
    assert "no match of this number" in unknown.output


def test_common_pictures_are_added_listed_and_removed(site: Context) -> None:
    assert _run(site, "common-pictures", "list").output == "There are none.\n"
    assert "1 is never taken" in _run(site, "common-pictures", "add", LOGO, "A logo").output
    again = _run(site, "common-pictures", "add", LOGO, "A logo")
    assert (again.exit_code, again.output) == (1, "Error: This fingerprint is on the list already.\n")
    assert json.loads(_run(site, "common-pictures", "list", "--json").output)["fingerprint"] == LOGO
    assert "A logo" in _run(site, "common-pictures", "list").output
    assert _run(site, "common-pictures", "remove", "1").output == "Removed. It may match again.\n"
    assert _run(site, "common-pictures", "remove", "1").exit_code == 1
