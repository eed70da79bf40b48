"""What every door may ask for: settings, database, keys, the fetcher, the picture reader, the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from commonswatch import __version__, db
from commonswatch.db import Database
from commonswatch.fetch import Fetcher, FetchPolicy, contactable
from commonswatch.fingerprints import PictureFacts, examine_picture
from commonswatch.keyring import Keyring
from commonswatch.services.looking_up import pictures
from commonswatch.services.watching import folder
from commonswatch.services.watching.folder import Folder
from commonswatch.settings import Settings


@dataclass(frozen=True)
class Context:
    """One running product. Built once per process by ``open_context``."""

    settings: Settings
    database: Database
    keyring: Keyring
    fetcher: Fetcher
    examine_picture: Callable[[bytes], PictureFacts]

    @property
    def key_folder(self) -> Path:
        """Where the installation's keys are."""
        return self.settings.home / "keys"

    @cached_property
    def list_folder(self) -> Folder:
        """Where the files of the watch list are."""
        return Folder(self.settings.home / folder.NAME)

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


def open_context(settings: Settings) -> Context:
    """Open the database, keys and fetcher that ``settings`` name. Starts no thread and sends nothing."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (settings.home / "outbox").mkdir(exist_ok=True, mode=0o700)
    database = db.connect(settings.database)
    pictures.keep_in(database, settings.home / pictures.FOLDER)
    return Context(
        settings=settings,
        database=database,
        keyring=Keyring.open(settings.home / "keys"),
        fetcher=Fetcher(fetch_policy(settings)),
        examine_picture=examine_picture,
    )


def fetch_policy(settings: Settings) -> FetchPolicy:
    """How the settings say that the outside web is read."""
    return FetchPolicy(
        user_agent=contactable(__version__, settings.contact or settings.site),
        played=settings.fetch_played_hosts,
        ca_file=settings.fetch_ca_file,
        host_delay=settings.fetch_host_delay,
    )
