"""What the tests of services share: a server that makes a watch list."""

from datetime import datetime

import pytest
from commonswatch.db import Database
from commonswatch.keyring import Keyring
from commonswatch.services.watching.folder import Folder
from commonswatch.settings import Settings

from tests.list_stage import Stage


@pytest.fixture
def stage(database: Database, keyring: Keyring, settings: Settings, now: datetime) -> Stage:
    return Stage(database, keyring, Folder(settings.home / "watch-list"), settings.home / "keys", now)
