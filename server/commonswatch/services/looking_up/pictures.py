"""The nearest set of all registered pictures, following its database. It proposes; the tables alone know what is true.

All processes map one file. Whoever holds many changes that are not in it writes the next one, and all go on from that.
A number of the set is the work's, doubled, plus one where it is listed publicly: what a stranger may not see then costs
a stranger no query, and so no time that would tell.
"""

import contextlib
import threading
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import structlog
from sqlalchemy import Pool
from sqlalchemy.orm import Session

from commonswatch.db import Database
from commonswatch.fingerprints.nearest import Mark, NearestSet, Refused, Turned, nearest_turns
from commonswatch.fingerprints.nearest.files import only_writer
from commonswatch.services.looking_up import changes

FOLDER, NAME = "nearest", "pictures"
FEW = 20_000  # changes that are kept in memory by each process; with a large set an eighth of it
PAUSE = 20.0  # seconds between two files
FRESH, OLD = 0.4, 0.9  # seconds: a set that is fresh is not brought up to date, for one that is old everybody waits

log = structlog.get_logger(__name__)


class Proposal(NamedTuple):
    """A work with a picture within the threshold, by which of the hashes that were asked for, and how far."""

    work_id: int
    listed: bool
    distance: int
    turn: int


class _Held:
    """A set, and up to where it has followed the database."""

    def __init__(self, nearest: NearestSet, edge: int, seen: dict[int, int] | None = None) -> None:
        self.nearest = nearest
        self.edge = edge
        self.seen = seen or {}  # changes at or above the edge that were taken over, by work

    def unseen(self, noted: dict[int, int]) -> list[int]:
        """The works of these changes that were not taken over."""
        return [work for work, moment in noted.items() if self.seen.get(work) != moment]

    def catch_up(self, session: Session, now: changes.Edges) -> None:
        """Take over what changed until now."""
        noted = changes.noted(session, self.edge, now.end)
        if works := self.unseen(noted):
            self.nearest.replace(changes.numbers_of(works), *changes.of_works(session, works))
        self.seen = {work: moment for work, moment in noted.items() if moment >= now.edge}
        self.edge = now.edge


class RegisteredPictures:
    """The set of one database, shared by the threads of a process. ``folder`` None: it is kept in memory only."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / NAME if folder else None
        self._change = threading.Lock()
        self._held: _Held | None = None
        self._file: tuple[int, int] | None = None  # which file was looked at last
        self._followed_at = self._saved_at = -1e9

    def near(self, hashes: Sequence[bytes]) -> list[Proposal]:
        """The works within the threshold of one of a picture's hashes, nearest first."""
        return self.near_each([hashes])[0]

    def near_each(self, pictures: Sequence[Sequence[bytes]]) -> list[list[Proposal]]:
        """As ``near``, for many pictures at once, which takes much less time for each."""
        if self._held is None or not any(pictures):
            return [[] for _ in pictures]
        every = np.frombuffer(b"".join(one for hashes in pictures for one in hashes), dtype=np.uint8)
        answers = iter(self._held.nearest.within(every.reshape(-1, 32)))
        return [_proposals(nearest_turns(list(islice(answers, len(hashes))))) for hashes in pictures]

    def keep_up(self, database: Database) -> None:
        """Follow the database so that what was committed a second ago is there; cheap when that was just done."""
        age = time.monotonic() - self._followed_at
        if age < FRESH or not self._change.acquire(blocking=age > OLD):
            return
        try:
            if time.monotonic() - self._followed_at >= FRESH:
                self._follow(database)
        finally:
            self._change.release()

    def follow(self, database: Database) -> None:
        """Take over everything that is committed now."""
        with self._change:
            self._follow(database)

    def unseen(self, session: Session) -> list[int]:
        """The works that this session has changed itself, or sees changed already."""
        if self._held is None:
            return []
        end, own = changes.edges(session).end, changes.own_moment(session)
        return self._held.unseen(changes.noted(session, self._held.edge, end, own))

    def _follow(self, database: Database) -> None:
        at = time.monotonic()
        with database.reading() as session:
            changes.one_view(session)
            now = changes.edges(session)
            held = self._held
            if held is None or self._is_other_file():
                held = self._from_file(session, now, held) or held or self._from_database(session, now)
            held.catch_up(session, now)
            self._held, self._followed_at = held, at
            if held.nearest.added > max(FEW, len(held.nearest) // 8) and at > self._saved_at + PAUSE:
                self._save(held, changes.mark(session, held.edge))

    def _from_file(self, session: Session, now: changes.Edges, before: _Held | None) -> _Held | None:
        """What is in the file, where it is good and not older than what there is."""
        opened = self._opened()
        if opened is None or not changes.is_ours(session, opened.mark, now):
            return None
        if before:
            return _Held(opened, opened.mark.edge) if opened.mark.edge >= before.nearest.mark.edge else None
        held = _Held(opened, opened.mark.edge)
        held.catch_up(session, now)
        return held if len(opened) == changes.count(session) else None

    def _opened(self) -> NearestSet | None:
        if self._path is None:
            return None
        try:
            self._file = _identity(self._path)
            return NearestSet.open(self._path)
        except FileNotFoundError:
            return None
        except (Refused, OSError) as error:
            log.warning("the file of the nearest set cannot be used", error=type(error).__name__)
            return None

    def _from_database(self, session: Session, now: changes.Edges) -> _Held:
        """Everything anew, and into the file."""
        mark = changes.mark(session, now.edge)
        made = NearestSet.of(*changes.of_all(session), mark)
        held = _Held(made, now.edge, changes.noted(session, now.edge, now.end))
        self._save(held, mark)
        return held

    def _is_other_file(self) -> bool:
        with contextlib.suppress(OSError):
            return self._path is not None and _identity(self._path) != self._file
        return False

    def _save(self, held: _Held, mark: Mark) -> None:
        """Write the next file, unless another process is at it. A full disk stops nobody from matching."""
        if self._path is None:
            return
        self._saved_at = time.monotonic()
        try:
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            with only_writer(self._path) as is_ours:
                if is_ours:
                    held.nearest.save(self._path, mark)
        except OSError as error:
            log.warning("the nearest set could not be saved", error=type(error).__name__)


def _proposals(found: Sequence[Turned]) -> list[Proposal]:
    return [Proposal(one.number >> 1, bool(one.number & 1), one.distance, one.turn) for one in found]


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


_sets: WeakKeyDictionary[Pool, RegisteredPictures] = WeakKeyDictionary()
_sets_lock = threading.Lock()


def keep_in(database: Database, folder: Path) -> None:
    """Keep the file of a database's set in ``folder``. Reads nothing yet."""
    with _sets_lock:
        _sets[database.engine.pool] = RegisteredPictures(folder)


def of(database: Database) -> RegisteredPictures:
    """The set that belongs to a database."""
    with _sets_lock:
        return _sets.setdefault(database.engine.pool, RegisteredPictures(None))


def of_session(session: Session) -> RegisteredPictures:
    """The set that belongs to the session's database, with everything committed now."""
    database = Database(session.get_bind().engine)
    found = of(database)
    found.follow(database)
    return found
