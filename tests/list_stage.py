"""A server that makes a watch list, and a client that follows it, without web server and worker."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from commonswatch.db import Database
from commonswatch.domain.states import Listing
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Work
from commonswatch.services.registering import works
from commonswatch.services.watching import changes, history, verifying, versions
from commonswatch.services.watching.folder import Folder
from commonswatch.watch_list.following import Held, follow
from commonswatch.watch_list.manifest import Manifest
from commonswatch.watch_list.prefixes import sorted_prefixes
from sqlalchemy.orm import Session

from tests import factories


@dataclass
class Stage:
    """A server's list, and a client that follows it."""

    database: Database
    keyring: Keyring
    folder: Folder
    keys: Path
    now: datetime
    fetched: list[str] = field(default_factory=list)

    def work(self, key: str, listing: Listing = Listing.PUBLIC, pdq: bytes | None = None, quality: int = 100) -> int:
        with self.database.writing() as session:
            made = factories.work(session, self.keyring, self.now, key=key, pdq=pdq, quality=quality)
            made.listing = listing
            changes.note_if_public(session, made, self.now)
            return made.id

    def make(self, **how: Any) -> Manifest | None:
        self.now += timedelta(minutes=1)
        return versions.make(self.database, self.folder, self.keys, self.now, **how)

    def tidy(self) -> None:
        with self.database.reading() as session:
            versions.tidy(session, self.folder, self.now)

    def verify(self) -> verifying.Told:
        with self.database.reading() as session:
            return verifying.verify(session, self.folder)

    def envelope(self) -> str:
        with self.database.reading() as session:
            return history.newest(session).envelope

    def follow(self, held: Held | None = None) -> Held:
        """What a client holds afterwards; ``fetched`` are the files it needed."""
        self.fetched.clear()

        def fetch(sha256: str) -> bytes:
            self.fetched.append(sha256)
            return self.folder.get(sha256)

        with self.database.reading() as session:
            trusted = history.newest(session).manifest.signing_keys
        return follow(self.envelope(), trusted, held, fetch, self.now)

    def withdraw(self, number: int) -> None:
        with self.database.writing() as session:
            works.withdraw(session, creator_of(session, number), number, self.now)


def creator_of(session: Session, number: int) -> Account:
    """Whose work it is."""
    return session.get_one(Account, session.get_one(Work, number).creator_id)


def holds(held: Held, *keys: str) -> bool:
    """Whether these keys, and no others, are in what a client holds."""
    return bool(np.array_equal(held.lists.keys, sorted_prefixes(keys)))
