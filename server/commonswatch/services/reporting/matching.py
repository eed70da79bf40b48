"""Which registered works an observed key, digest or fingerprint belongs to. Reads only.

Withdrawn works match nothing, and a match that somebody said is wrong (``Suppression``) is never made again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY, PDQ_THRESHOLD, Fingerprint, Verdict, distance, verdict
from commonswatch.domain.states import Basis, WorkState
from commonswatch.models import FingerprintOfWork, KeyOfWork, Suppression, Work
from commonswatch.services.excluding import pictures
from commonswatch.services.looking_up.pictures import of_session as pictures_of

_AT_ONCE = 500
T = TypeVar("T")

_KEYS = select(KeyOfWork.work_id, KeyOfWork.key).join(Work, Work.id == KeyOfWork.work_id)
_FINGERPRINTS = select(
    FingerprintOfWork.work_id, FingerprintOfWork.rendition, FingerprintOfWork.bits, FingerprintOfWork.quality
).join(Work, Work.id == FingerprintOfWork.work_id)


@dataclass(frozen=True)
class Match:
    """A work, and what was observed that belongs to it: a work key, ``sha256:…``, ``md5:…`` or ``pdq:…``."""

    work_id: int
    basis: Basis
    observed: str
    distance: int | None = None
    quality: int | None = None
    rendition: str | None = None
    bits: bytes = field(default=b"", repr=False, compare=False)  # the work's own fingerprint


def by_key(session: Session, keys: Collection[str], among: ColumnElement[bool] | None = None) -> list[Match]:
    """The works known under these work keys. ``among``: only works of which this is true."""
    found = []
    for some in _batches(sorted(set(keys))):
        rows = session.execute(_KEYS.where(KeyOfWork.key.in_(some), *_taking_part(among)))
        found += [Match(row.work_id, Basis.KEY, row.key[:300]) for row in rows]
    return _standing(session, found)


def by_sha256(session: Session, digests: Collection[bytes], among: ColumnElement[bool] | None = None) -> list[Match]:
    """The works of which a file has one of these SHA-256 digests."""
    return _by_digest(session, "sha256", digests, among)


def by_md5(session: Session, digests: Collection[bytes], among: ColumnElement[bool] | None = None) -> list[Match]:
    """As ``by_sha256`` (``observed`` says which it was). Anybody can make two files with one MD5: no evidence."""
    return _by_digest(session, "md5", digests, among)


def _by_digest(
    session: Session,
    algorithm: Literal["sha256", "md5"],
    digests: Collection[bytes],
    among: ColumnElement[bool] | None,
) -> list[Match]:
    found = []
    for some in _batches(sorted(set(digests))):
        query = _FINGERPRINTS.where(FingerprintOfWork.algorithm == algorithm, FingerprintOfWork.bits.in_(some))
        found += [
            Match(row.work_id, Basis.SHA256, f"{algorithm}:{row.bits.hex()}", distance=0, rendition=row.rendition)
            for row in session.execute(query.where(*_taking_part(among)))
        ]
    return _standing(session, found)


def by_pdq(session: Session, pictures: Iterable[Fingerprint]) -> list[Match]:
    """The works that show the same picture, by the nearest of their renditions."""
    registered = pictures_of(session)
    own = registered.unseen(session)
    found: list[Match] = []
    for picture in {one.bits: one for one in pictures if one.comparable}.values():
        works = {one.work_id for one in registered.near([picture.bits])}.union(own)
        found += nearest(session, picture, works)
    return _standing(session, found)


def by_proposals(
    session: Session, picture: Fingerprint, works: Collection[int], among: ColumnElement[bool] | None = None
) -> list[Match]:
    """As ``by_pdq`` of one picture, among works that were proposed already."""
    return _standing(session, nearest(session, picture, works, among))


def nearest(
    session: Session, picture: Fingerprint, works: Collection[int], among: ColumnElement[bool] | None = None
) -> list[Match]:
    """Check proposals against the table, which alone knows what is true now."""
    best: dict[int, Match] = {}
    for some in _batches(sorted(works)):
        query = _FINGERPRINTS.where(FingerprintOfWork.work_id.in_(some), FingerprintOfWork.algorithm == "pdq")
        for row in session.execute(query.where(FingerprintOfWork.quality >= PDQ_MIN_QUALITY, *_taking_part(among))):
            known = Fingerprint("pdq", row.rendition, row.bits, row.quality)
            apart = distance(picture, known)
            if verdict(picture, known) is not Verdict.NONE and apart < _distance_of(best.get(row.work_id)):
                observed = f"pdq:{picture.bits.hex()}"
                best[row.work_id] = Match(
                    row.work_id, Basis.PDQ, observed, apart, picture.quality, row.rendition, row.bits
                )
    return list(best.values())


def _taking_part(among: ColumnElement[bool] | None) -> tuple[ColumnElement[bool], ...]:
    return (Work.state != WorkState.WITHDRAWN, *(() if among is None else (among,)))


def _distance_of(match: Match | None) -> int:
    return 257 if match is None or match.distance is None else match.distance


def _standing(session: Session, matches: list[Match]) -> list[Match]:
    """Without those somebody said are wrong, and without pictures that many have."""
    left = _not_suppressed(session, matches)
    if all(one.basis == Basis.KEY for one in left):
        return left
    out = pictures.excluded(session)
    return [one for one in left if not any(out.entry_of(fingerprint) for fingerprint in _fingerprints_of(one))]


def _fingerprints_of(match: Match) -> list[str]:
    """What was observed, and what the work itself has."""
    if match.basis == Basis.KEY:
        return []
    return [match.observed, f"pdq:{match.bits.hex()}"] if match.basis == Basis.PDQ else [match.observed]


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
