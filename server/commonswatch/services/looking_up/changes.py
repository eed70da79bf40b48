"""What the set of all pictures reads from the database: which works changed, and what their pictures are now.

Triggers note each change with a moment that grows (``models/fingerprint_change.py``). An *edge* is a moment below which
every change was seen. On SQLite that is all there is. On PostgreSQL a transaction that began earlier may be committed
later, so the edge is the oldest one that is not over, and what was committed above it is asked for again.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY
from commonswatch.domain.states import Listing, WorkState
from commonswatch.fingerprints.nearest import Mark
from commonswatch.models import DatabaseMark, FingerprintChange, FingerprintOfWork, Work

_AT_ONCE = 5000  # SQLite binds at most 32,766 values in one statement
_ROWS = 50_000
_EDGES = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, "
    "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)
_OWN = text("SELECT pg_current_xact_id_if_assigned()::text::bigint")


class Pictures(NamedTuple):
    """Numbers of the set and their fingerprints."""

    numbers: npt.NDArray[np.uint64]
    bits: npt.NDArray[np.uint8]


class Edges(NamedTuple):
    """Everything below ``edge`` is committed or never will be; nothing is at or above ``end`` yet.

    A database restored from a dump may hold moments above the end: they are not from this server's life.
    """

    edge: int
    end: int


def one_view(session: Session) -> None:
    """Let all that the session reads be of one moment; to be called first."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def edges(session: Session) -> Edges:
    """Where changes are seen up to, in this session's view."""
    if session.get_bind().dialect.name == "postgresql":
        edge, end = session.execute(_EDGES).one()
        return Edges(edge, end)
    newest = session.scalar(select(func.max(FingerprintChange.moment))) or 0
    return Edges(newest + 1, newest + 1)


def own_moment(session: Session) -> int | None:
    """The moment of what this session has changed itself, where that is not below the end."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    moment: int | None = session.scalar(_OWN)
    return moment


def noted(session: Session, edge: int, end: int, own: int | None = None) -> dict[int, int]:
    """The works that changed from an edge on, and when."""
    moment = FingerprintChange.moment
    query = select(FingerprintChange.work_id, moment).where(moment >= edge, or_(moment < end, moment == own))
    return {row.work_id: row.moment for row in session.execute(query)}


def mark(session: Session, edge: int) -> Mark:
    """What a file is to say that holds this database's changes below the edge."""
    change = FingerprintChange
    newest = session.execute(select(change.work_id, change.moment).order_by(change.moment.desc()).limit(1)).first()
    return Mark(_database(session), edge, *(newest or (0, 0)))


def is_ours(session: Session, said: Mark, now: Edges) -> bool:
    """Whether a file follows this database, and the database was not set back since (restored from a backup)."""
    moment = session.scalar(select(FingerprintChange.moment).where(FingerprintChange.work_id == said.work)) or 0
    return said.database == _database(session) and said.edge <= now.end and moment >= said.moment


def _database(session: Session) -> bytes:
    return session.scalar(select(DatabaseMark.mark)) or bytes(16)


def count(session: Session) -> int:
    """How many fingerprints belong into the set."""
    return session.scalar(select(func.count()).select_from(_comparable().subquery())) or 0


def of_works(session: Session, works: Sequence[int]) -> Pictures:
    """The pictures of these works that take part in matching."""
    chunks = (works[start : start + _AT_ONCE] for start in range(0, len(works), _AT_ONCE))
    return _together(
        read for chunk in chunks for read in _read(session, _comparable().where(FingerprintOfWork.work_id.in_(chunk)))
    )


def of_all(session: Session) -> Pictures:
    """The pictures of all works that take part in matching."""
    return _together(_read(session, _comparable()))


def numbers_of(works: Sequence[int]) -> npt.NDArray[np.uint64]:
    """Both numbers that each work may have in the set: listed publicly or not."""
    doubled = np.array(works, dtype=np.uint64) << np.uint64(1)
    return np.concatenate([doubled, doubled | np.uint64(1)])


def _comparable() -> Select[int, bytes, Listing]:
    return (
        select(FingerprintOfWork.work_id, FingerprintOfWork.bits, Work.listing)
        .join(Work, Work.id == FingerprintOfWork.work_id)
        .where(FingerprintOfWork.algorithm == "pdq", FingerprintOfWork.quality >= PDQ_MIN_QUALITY)
        .where(Work.state != WorkState.WITHDRAWN)
    )


def _read(session: Session, query: Select[int, bytes, Listing]) -> Iterator[Pictures]:
    """Some rows at a time: a million of them as Python's objects would take hundreds of megabytes."""
    found = session.connection().execute(query, execution_options={"stream_results": True})
    while rows := found.fetchmany(_ROWS):
        numbers = np.fromiter((row[0] << 1 | (row[2] is Listing.PUBLIC) for row in rows), np.uint64, len(rows))
        bits = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.uint8)
        yield Pictures(numbers, bits.reshape(-1, 32))


def _together(parts: Iterator[Pictures]) -> Pictures:
    every = [Pictures(np.empty(0, dtype=np.uint64), np.empty((0, 32), dtype=np.uint8)), *parts]
    return Pictures(np.concatenate([one.numbers for one in every]), np.concatenate([one.bits for one in every]))
