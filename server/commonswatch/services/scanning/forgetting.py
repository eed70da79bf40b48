"""Works that were withdrawn, taken out of the index of every list that was read. ``withdrawing`` asks for it."""

import fcntl
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.states import JobState, WorkState
from commonswatch.manifests.index import NotAnIndex, forget
from commonswatch.models import FingerprintOfWork, Job, KeyOfWork, Work
from commonswatch.services.scanning import checking, folder, withdrawing
from commonswatch.services.scanning.checking import KeyDigest

_MOST = 5000
"""Works that are forgotten together: an index may have gigabytes, and is written anew each time."""
_AT_ONCE = 500


def together_with(session: Session, work_id: int) -> list[int]:
    """A withdrawn work and others that wait for the same; their own turns then find nothing left to do."""
    asked = select(Job.key).where(Job.kind == withdrawing.JOB, Job.state == JobState.QUEUED).limit(_MOST)
    return sorted({work_id, *map(int, session.scalars(asked))})


def keys_of(session: Session, work_ids: Sequence[int]) -> frozenset[str]:
    """The keys and digests of withdrawn works that no work in force shares: all that may be forgotten."""
    parts = (work_ids[start : start + _AT_ONCE] for start in range(0, len(work_ids), _AT_ONCE))
    return frozenset(key for some in parts for key in _own_keys(session, some))


def forget_keys(
    home: Path, secret: bytes, keys: Collection[str], scan_ids: Iterable[int], key_digest: KeyDigest
) -> int:
    """Take the entries of withdrawn works out of every index; return how many there were.

    Raise NotAnIndex for one that is damaged once all others are done.
    """
    digests = sorted(key_digest(secret, key) for key in keys)
    gone, damaged = 0, None
    for scan_id in scan_ids if digests else ():
        path = folder.index(home, scan_id)
        try:
            with _alone(path):
                gone += forget(path, digests)
        except FileNotFoundError:  # its list was taken back
            continue
        except NotAnIndex as error:
            damaged = error
    if damaged:
        raise damaged
    return gone


def _own_keys(session: Session, work_ids: Sequence[int]) -> set[str]:
    own = set(checking.keys_of(session, Work.id.in_(work_ids), withdrawn=True))
    bits = [bytes.fromhex(key.partition(":")[2]) for key in own if key.startswith(checking.DIGESTS)]
    same_key = select(KeyOfWork.key).join(Work, Work.id == KeyOfWork.work_id).where(KeyOfWork.key.in_(own))
    same_file = select(FingerprintOfWork.algorithm, FingerprintOfWork.bits).join(
        Work, Work.id == FingerprintOfWork.work_id
    )
    in_force = Work.state != WorkState.WITHDRAWN
    own.difference_update(session.scalars(same_key.where(in_force)))
    files = session.execute(same_file.where(FingerprintOfWork.bits.in_(bits), in_force))
    own.difference_update(f"{algorithm}:{digest.hex()}" for algorithm, digest in files)
    return own


@contextmanager
def _alone(index: Path) -> Iterator[None]:
    """Whoever else writes an index anew waits: two at a time would undo, or break, what the other does."""
    with index.with_name("forgetting.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed, also by a crash
        yield
