"""What a scan looks for: the keys and digests of all works in force, streamed, so that a million fit anywhere."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import WorkState
from commonswatch.models import FingerprintOfWork, KeyOfWork, Work

_AT_ONCE = 10_000
_DIGESTS = ("sha256", "md5")


def keys(session: Session) -> Iterator[tuple[str, int]]:
    """Each work key and the work it belongs to."""
    query = select(KeyOfWork.key, KeyOfWork.work_id).join(Work, Work.id == KeyOfWork.work_id)
    rows = session.execute(query.where(Work.state != WorkState.WITHDRAWN).execution_options(yield_per=_AT_ONCE))
    yield from ((row.key, row.work_id) for row in rows)


def digests(session: Session) -> Iterator[tuple[str, bytes, int]]:
    """Algorithm, bits and work of each digest of a file."""
    query = (
        select(FingerprintOfWork.algorithm, FingerprintOfWork.bits, FingerprintOfWork.work_id)
        .join(Work, Work.id == FingerprintOfWork.work_id)
        .where(FingerprintOfWork.algorithm.in_(_DIGESTS), Work.state != WorkState.WITHDRAWN)
    )
    rows = session.execute(query.execution_options(yield_per=_AT_ONCE))
    yield from ((row.algorithm, row.bits, row.work_id) for row in rows)


def texts(session: Session) -> Iterator[tuple[str, int]]:
    """Keys and digests (``sha256:…``, ``md5:…``) alike, each with its work."""
    yield from keys(session)
    yield from ((f"{algorithm}:{bits.hex()}", work_id) for algorithm, bits, work_id in digests(session))


def count(session: Session) -> int:
    """About how many there are: those of withdrawn works count, too. What is looked for takes memory accordingly."""
    tables = KeyOfWork, FingerprintOfWork
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
