"""``python -m benchmarks.watch_list``: how big the watch list is, and how long a version takes.

A SQLite database with a million publicly listed works (one key and one picture each) gets 1,000 more and loses 100.
Prints a table, then one line of JSON per figure. Bars are on sizes and on the seconds that pass: run it on a quiet
machine; the processor time beside them changes little with other work. The work keys are made up.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from commonswatch import schema
from commonswatch.db import Database, connect
from commonswatch.domain.states import Listing, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import FingerprintOfWork, KeyOfWork, Registration, Work
from commonswatch.services.membership import accounts
from commonswatch.services.watching import changes, history, verifying, versions
from commonswatch.services.watching.folder import Folder
from commonswatch.watch_list.files import read_keys, write_keys
from commonswatch.watch_list.following import Held, follow
from sqlalchemy import insert, update

MILLION = 1_000_000
ADDED, REMOVED = 1000, 100
CHUNK = 20_000
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Figure:
    """One line of the result; ``bar`` is what it must not be above."""

    name: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def holds(self) -> bool:
        return self.bar is None or self.value <= self.bar


@dataclass
class Site:
    """The server that is measured."""

    database: Database
    keyring: Keyring
    folder: Folder
    keys: Path
    at: datetime = NOW
    registration: int = 0
    creator: int = 0

    def make(self) -> versions.Manifest:
        self.at += timedelta(minutes=1)
        made = versions.make(self.database, self.folder, self.keys, self.at)
        assert made is not None
        return made

    def list_works(self, first: int, count: int) -> None:
        for start in range(first, first + count, CHUNK):
            numbers = range(start, min(start + CHUNK, first + count))
            with self.database.writing() as session:
                session.execute(insert(Work), [self._work(number) for number in numbers])
                session.execute(insert(KeyOfWork), [{"work_id": n, "key": _key(n), "how": "exact"} for n in numbers])
                session.execute(insert(FingerprintOfWork), [_picture(number) for number in numbers])
                changes.note(session, numbers, self.at)

    def withdraw(self, count: int) -> None:
        with self.database.writing() as session:
            session.execute(update(Work).where(Work.id <= count).values(state=WorkState.WITHDRAWN))
            changes.note(session, range(1, count + 1), self.at)

    def _work(self, number: int) -> dict[str, Any]:
        owned = {"creator_id": self.creator, "registration_id": self.registration, "created_at": NOW}
        facts = {"key": _key(number), "url": "https://pictures.example/", "title": "", "state": WorkState.READY}
        return {"id": number, **owned, **facts, "listing": Listing.PUBLIC}


def _key(number: int) -> str:
    return f"flickr:photo:{50_000_000_000 + number}"


def _picture(number: int) -> dict[str, Any]:
    return {"work_id": number, "algorithm": "pdq", "rendition": "original", "bits": os.urandom(32), "quality": 90}


@contextmanager
def _site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="watch-list-") as home:
        database = connect(f"sqlite:///{home}/commonswatch.sqlite3")
        schema.upgrade(database.engine)
        keyring = Keyring.open(Path(home) / "keys")
        site = Site(database, keyring, Folder(Path(home) / "watch-list"), Path(home) / "keys")
        with database.writing() as session:
            ada = accounts.find_or_create_account(session, keyring, "ada@example.org", NOW)
            session.flush()
            registration = Registration(creator_id=ada.id, row_count=0, created_at=NOW)
            session.add(registration)
            session.flush()
            site.creator, site.registration = ada.id, registration.id
        yield site
        database.engine.dispose()


def _seconds(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gave, seconds that passed, seconds of processor time."""
    process, started = psutil.Process(), time.perf_counter()
    before = process.cpu_times()
    given = act()
    after = process.cpu_times()
    return given, time.perf_counter() - started, after.user + after.system - before.user - before.system


def measure(count: int) -> Iterator[Figure]:
    """The figures for a list of so many works."""
    with _site() as site:
        site.list_works(1, count)
        first, seconds, _ = _seconds(site.make)
        yield Figure("first version", seconds, "s")
        yield Figure("keys", first.keys.bytes, "bytes", 3_750_000 if count == MILLION else None)
        yield Figure("pictures", first.pictures.bytes, "bytes")
        held = _follow(site, None)
        site.list_works(count + 1, ADDED)
        made, seconds, processor = _seconds(site.make)
        yield Figure("version of 1,000 additions", seconds, "s", 2.0)
        yield Figure("its processor time", processor, "s")
        delta = site.folder.get(made.deltas[-1].sha256)
        yield Figure("its delta, pictures and keys", len(delta), "bytes")
        yield Figure("its delta, keys alone", len(delta) - 12 * ADDED, "bytes", 6000)
        site.withdraw(REMOVED)
        made, seconds, processor = _seconds(site.make)
        yield Figure("version of 100 withdrawals", seconds, "s", 2.0)
        yield Figure("its processor time", processor, "s")
        yield Figure("its delta", made.deltas[-1].bytes, "bytes")
        yield from _reading(site, held)
        yield Figure("largest memory", psutil.Process().memory_info().rss / 2**20, "MiB")


def _reading(site: Site, held: Held) -> Iterator[Figure]:
    raw = site.folder.get(held.manifest.keys.sha256)
    keys, seconds, _ = _seconds(lambda: read_keys(raw))
    yield Figure("reading the keys", seconds, "s")
    yield Figure("writing the keys", _seconds(lambda: write_keys(keys))[1], "s")
    yield Figure("following two deltas", _seconds(lambda: _follow(site, held))[1], "s")

    def verify() -> verifying.Told:
        with site.database.reading() as session:
            return verifying.verify(session, site.folder)

    yield Figure("verifying everything", _seconds(verify)[1], "s")


def _follow(site: Site, held: Held | None) -> Held:
    with site.database.reading() as session:
        newest = history.newest(session)
    return follow(newest.envelope, newest.manifest.signing_keys, held, site.folder.get, site.at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=MILLION)
    figures = []
    for figure in measure(parser.parse_args().works):
        figures.append(figure)
        bar = f"  (at most {figure.bar:,.0f})" if figure.bar is not None else ""
        print(f"{figure.name:32} {figure.value:16,.2f} {figure.unit:6}{bar}{'' if figure.holds else '  MISSED'}")
    for figure in figures:
        print(
            json.dumps({"figure": figure.name, "value": round(figure.value, 3), "unit": figure.unit, "bar": figure.bar})
        )
    raise SystemExit(not all(figure.holds for figure in figures))


if __name__ == "__main__":
    main()
