"""Rows of the watch list and the works that bring them: what the next version adds and removes.

``listed_rows`` holds what each work has in the newest version. Only works that changed are compared with it, so a new
version costs what changed and not what is there. Rows that several works bring stay until the last one leaves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import and_, bindparam, delete, func, select
from sqlalchemy.orm import Session

from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY
from commonswatch.models import FingerprintOfWork, KeyOfWork, ListChange, ListedRow, Work
from commonswatch.services.excluding import pictures
from commonswatch.services.upkeep import bulk
from commonswatch.services.watching.changes import is_listed
from commonswatch.watch_list.lists import Shipping
from commonswatch.watch_list.prefixes import prefix_of

KEY, PICTURE = "key", "picture"
_CHUNK = 5000  # SQLite binds at most 32,766 values in one statement
_One = TypeVar("_One")


class Brought(NamedTuple):
    """A row that a work brings."""

    kind: str
    row: bytes
    work_id: int


@dataclass
class Changes:
    """What is new in what works bring, and which notes of changes were read for it."""

    notes: list[int] = field(default_factory=list)
    added: list[Brought] = field(default_factory=list)
    removed: list[Brought] = field(default_factory=list)


def find_changes(
    session: Session, shipping: Shipping, since: datetime | None, now: datetime, *, everything: bool = False
) -> Changes:
    """What changed since the version made at ``since``.

    ``everything`` looks at all works, noted or not, also at those that were deleted.
    """
    found = Changes()
    noted = session.execute(select(ListChange.id, ListChange.work_id)).all()
    found.notes = [number for number, _ in noted]
    work_ids = {work_id for _, work_id in noted} | _ended(session, since, now)
    if everything:
        work_ids.update(session.scalars(select(Work.id).where(is_listed(now))))
        work_ids.update(session.scalars(select(ListedRow.work_id).distinct()))
    for chunk in _chunks(sorted(work_ids)):
        wanted, present = _wanted(session, chunk, shipping, now), _present(session, chunk)
        found.added += wanted - present
        found.removed += present - wanted
    return found


def leaving(session: Session, changes: Changes, kind: str) -> list[bytes]:
    """The rows of a kind that no work brings any more."""
    gone = Counter(one.row for one in changes.removed if one.kind == kind)
    gone.subtract(Counter(one.row for one in changes.added if one.kind == kind and one.row in gone))
    left: list[bytes] = []
    for chunk in _chunks(sorted(gone)):
        query = select(ListedRow.row, func.count()).where(ListedRow.kind == kind, ListedRow.row.in_(chunk))
        there = dict(session.execute(query.group_by(ListedRow.row)).all())
        left += [row for row in chunk if there.get(row, 0) == gone[row]]
    return left


def all_rows(session: Session, kind: str) -> Iterable[bytes]:
    """The rows of a kind in the newest version, in any order."""
    query = select(ListedRow.row).where(ListedRow.kind == kind).distinct()
    return session.scalars(query.execution_options(yield_per=10_000))


def record(session: Session, changes: Changes) -> None:
    """Write down what works bring now, and forget the notes that were read."""
    connection = session.connection()
    if changes.removed:
        connection.execute(_REMOVING, [{"a": kind, "b": row, "c": work_id} for kind, row, work_id in changes.removed])
    bulk.insert_many(session, ListedRow, [one._asdict() for one in sorted(changes.added)])  # in the index's order
    for chunk in _chunks(changes.notes):
        connection.execute(delete(ListChange).where(ListChange.id.in_(chunk)))


_REMOVING = delete(ListedRow).where(
    and_(ListedRow.kind == bindparam("a"), ListedRow.row == bindparam("b"), ListedRow.work_id == bindparam("c"))
)


def _ended(session: Session, since: datetime | None, now: datetime) -> set[int]:
    """Works whose listing ended after the version before was made."""
    if since is None:
        return set()
    return set(session.scalars(select(Work.id).where(Work.listed_until >= since, Work.listed_until <= now)))


def _wanted(session: Session, work_ids: Sequence[int], shipping: Shipping, now: datetime) -> set[Brought]:
    listed = select(Work.id).where(Work.id.in_(work_ids), is_listed(now)).scalar_subquery()
    keys = session.execute(select(KeyOfWork.work_id, KeyOfWork.key).where(KeyOfWork.work_id.in_(listed)))
    hashes = session.execute(
        select(FingerprintOfWork.work_id, FingerprintOfWork.bits).where(
            FingerprintOfWork.work_id.in_(listed),
            FingerprintOfWork.algorithm == "pdq",
            FingerprintOfWork.quality >= PDQ_MIN_QUALITY,
        )
    ).all()
    out = pictures.excluded(session)
    hashes = [one for one in hashes if out.entry_of(f"pdq:{one.bits.hex()}") is None]
    cut = shipping.cut([bits for _, bits in hashes]).tobytes()
    rows = (cut[start : start + shipping.width] for start in range(0, len(cut), shipping.width))
    brought = {Brought(PICTURE, row, work_id) for (work_id, _), row in zip(hashes, rows, strict=True)}
    return {Brought(KEY, prefix_of(key), work_id) for work_id, key in keys} | brought


def _present(session: Session, work_ids: Sequence[int]) -> set[Brought]:
    query = select(ListedRow.kind, ListedRow.row, ListedRow.work_id).where(ListedRow.work_id.in_(work_ids))
    return {Brought(*row) for row in session.execute(query)}


def _chunks(values: Sequence[_One]) -> Iterator[Sequence[_One]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
