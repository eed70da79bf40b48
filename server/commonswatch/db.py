"""The database: engine, SQLite settings, and sessions for reading and for writing. Tables are in ``models``.

Measured: in WAL mode a deferred BEGIN made 152 of 900 write transactions fail as busy, BEGIN IMMEDIATE 0 of 900.
So a writing session takes the write lock at once, and a reading session never does. ``synchronous=FULL`` because
what was acknowledged must survive a power cut.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, TypeDecorator, create_engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_TIMEOUT = 10_000  # milliseconds
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "cache_size=-16000",  # KiB; with SQLite's own 2 MB the pages of an index were read again and again
    "wal_autocheckpoint=4000",  # pages: SQLite's own 1,000 are less than one large group of reports writes
)
_READ_ONLY = {"commonswatch_read_only": True}


@dataclass(frozen=True)
class Database:
    """One engine and the two kinds of session made from it."""

    engine: Engine

    def reading_session(self) -> Session:
        """A session that only reads; close it when done."""
        return Session(self.engine.execution_options(**_READ_ONLY), expire_on_commit=False)

    def writing_session(self) -> Session:
        """A session that takes the write lock with its first statement; commit it or it is rolled back."""
        return Session(self.engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One read transaction."""
        with self.reading_session() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed at the end, rolled back on an exception."""
        with self.writing_session() as session, session.begin():
            yield session

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the other web processes of this machine that take reports in, in the order they came.

        SQLite has one writer, and whoever finds it busy sleeps, longer each time. PostgreSQL needs no turns.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        with Path(f"{self.engine.url.database}-turn").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed, also by a crash
            yield

    def fold_log(self) -> None:
        """SQLite: write its log into the file and empty it, so that erased rows do not stay there. Else: nothing.

        Tried for a second, then left to the next time; nobody may write meanwhile.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=1000")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT}")
        finally:
            connection.close()


def connect(address: str) -> Database:
    """Open the database at a SQLAlchemy address (``sqlite:///…`` or ``postgresql://…``)."""
    url = make_url(address)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": 5.0}, pool_size=40, max_overflow=40, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20, hide_parameters=True)
    return Database(engine)


def _set_up_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in (*_PRAGMAS, f"busy_timeout={_BUSY_TIMEOUT}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("commonswatch_read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


class UTCTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and always read back with its zone (SQLite forgets zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)
