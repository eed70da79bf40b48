"""An installation for commands that ask one, with three registered photographs."""

from pathlib import Path

import pytest
from commonswatch.context import Context, open_context
from commonswatch.settings import Settings

from tests import factories
from tests.cli.scanning import NOW, PHOTO


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
