"""Which registered works an observed key, digest or fingerprint belongs to. Reads only.

Withdrawn works match nothing, and a match that somebody said is wrong (``Suppression``) is never made again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY, PDQ_THRESHOLD, Fingerprint, Verdict, distance, verdict
from commonswatch.domain.states import Basis, WorkState
from commonswatch.models import FingerprintOfWork, KeyOfWork, Suppression, Work
from commonswatch.services.reporting import neighbours

_AT_ONCE = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Match:
    """A work, and what was observed that belongs to it: a work key, ``sha256:…`` or ``pdq:…``."""

    work_id: int
    basis: Basis
    observed: str
    distance: int | None = None
    quality: int | None = None
    rendition: str | None = None


def by_key(session: Session, keys: Collection[str]) -> list[Match]:
    """The works known under these work keys."""
    found = []
    for some in _batches(sorted(set(keys))):
        rows = session.execute(
            select(KeyOfWork.work_id, KeyOfWork.key)
            .join(Work, Work.id == KeyOfWork.work_id)
            .where(KeyOfWork.key.in_(some), Work.state != WorkState.WITHDRAWN)
        )
        found += [Match(row.work_id, Basis.KEY, row.key[:300]) for row in rows]
    return _not_suppressed(session, found)


def by_sha256(session: Session, digests: Collection[bytes]) -> list[Match]:
    """The works of which a file has one of these SHA-256 digests."""
    found = []
    for some in _batches(sorted(set(digests))):
        rows = session.execute(
            select(FingerprintOfWork.work_id, FingerprintOfWork.bits, FingerprintOfWork.rendition)
            .join(Work, Work.id == FingerprintOfWork.work_id)
            .where(FingerprintOfWork.algorithm == "sha256", FingerprintOfWork.bits.in_(some))
            .where(Work.state != WorkState.WITHDRAWN)
        )
        found += [
            Match(row.work_id, Basis.SHA256, f"sha256:{row.bits.hex()}", distance=0, rendition=row.rendition)
            for row in rows
        ]
    return _not_suppressed(session, found)


def by_pdq(session: Session, pictures: Iterable[Fingerprint]) -> list[Match]:
    """The works that show the same picture, by the nearest of their renditions."""
    near = neighbours.of(session)
    found: list[Match] = []
    for picture in {one.bits: one for one in pictures if one.comparable}.values():
        for some in _batches(near.near(picture.bits)):
            found += _nearest(session, picture, some)
    return _not_suppressed(session, found)


def _nearest(session: Session, picture: Fingerprint, works: Sequence[int]) -> Iterator[Match]:
    """Check proposals against the table, which alone knows what is true now."""
    rows = session.execute(
        select(FingerprintOfWork)
        .join(Work, Work.id == FingerprintOfWork.work_id)
        .where(FingerprintOfWork.work_id.in_(works), FingerprintOfWork.algorithm == "pdq")
        .where(FingerprintOfWork.quality >= PDQ_MIN_QUALITY, Work.state != WorkState.WITHDRAWN)
    ).scalars()
    best: dict[int, Match] = {}
    for row in rows:
        known = Fingerprint("pdq", row.rendition, row.bits, row.quality)
        apart = distance(picture, known)
        if verdict(picture, known) is Verdict.NONE or apart >= _distance_of(best.get(row.work_id)):
            continue
        observed = f"pdq:{picture.bits.hex()}"
        best[row.work_id] = Match(row.work_id, Basis.PDQ, observed, apart, picture.quality, row.rendition)
    yield from best.values()


def _distance_of(match: Match | None) -> int:
    return 257 if match is None or match.distance is None else match.distance


def _not_suppressed(session: Session, matches: list[Match]) -> list[Match]:
    """Without those somebody said are wrong. A suppressed PDQ also covers pictures that are nearly the same."""
    works = sorted({match.work_id for match in matches})
    said: dict[int, list[str]] = {}
    for some in _batches(works):
        rows = session.execute(select(Suppression.work_id, Suppression.observed).where(Suppression.work_id.in_(some)))
        for work_id, observed in rows:
            said.setdefault(work_id, []).append(observed)
    return [match for match in matches if not _is_suppressed(match.observed, said.get(match.work_id, []))]


def _is_suppressed(observed: str, said: list[str]) -> bool:
    return observed in said or (observed.startswith("pdq:") and any(_same_picture(observed, one) for one in said))


def _same_picture(a: str, b: str) -> bool:
    if not b.startswith("pdq:"):
        return False
    return (int(a[4:], 16) ^ int(b[4:], 16)).bit_count() <= PDQ_THRESHOLD


def _batches(values: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
