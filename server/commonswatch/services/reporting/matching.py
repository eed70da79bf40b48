"""Which registered works an observed key, digest or fingerprint belongs to. Reads only.

Withdrawn works match nothing, and a match that somebody said is wrong (``Suppression``) is never made again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY, PDQ_THRESHOLD, Fingerprint, Verdict, distance, verdict
from commonswatch.domain.states import Basis, WorkState
from commonswatch.models import FingerprintOfWork, KeyOfWork, Suppression, Work
from commonswatch.services.excluding import pictures
from commonswatch.services.excluding.pictures import Excluded
from commonswatch.services.looking_up.pictures import of_session as pictures_of

_AT_ONCE = 500
T = TypeVar("T")

_DENIED = exists().where(Suppression.work_id == Work.id).label("denied")
_SOME: BindParameter[Any] = bindparam("some", expanding=True)


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


class Among:
    """Which works take part, as statements that are made once: making one takes longer than running it."""

    def __init__(self, condition: ColumnElement[bool] | None = None) -> None:
        taking_part = (Work.state != WorkState.WITHDRAWN, *(() if condition is None else (condition,)))
        fingerprint, owner = FingerprintOfWork, Work.id == FingerprintOfWork.work_id
        columns = fingerprint.work_id, fingerprint.rendition, fingerprint.bits, fingerprint.quality, _DENIED
        self.keys = (
            select(KeyOfWork.work_id, KeyOfWork.key, _DENIED)
            .join(Work, Work.id == KeyOfWork.work_id)
            .where(KeyOfWork.key.in_(_SOME), *taking_part)
        )
        self.digests = (
            select(*columns)
            .join(Work, owner)
            .where(fingerprint.algorithm == bindparam("algorithm"), fingerprint.bits.in_(_SOME), *taking_part)
        )
        self.pictures = (
            select(*columns)
            .join(Work, owner)
            .where(fingerprint.work_id.in_(_SOME), fingerprint.algorithm == "pdq")
            .where(fingerprint.quality >= PDQ_MIN_QUALITY, *taking_part)
        )


ALL = Among()


@dataclass(frozen=True)
class Asked:
    """For whom is matched: which works take part, and which pictures many have, where that was read already."""

    among: Among = ALL
    values: Mapping[str, Any] = field(default_factory=dict)  # what its condition asks for by name
    excluded: Excluded | None = None


ANYBODY = Asked()


def by_key(session: Session, keys: Collection[str], asked: Asked = ANYBODY) -> list[Match]:
    """The works known under these work keys."""
    rows = _rows(session, asked.among.keys, sorted(set(keys)), asked.values)
    return _not_suppressed(session, [(Match(row.work_id, Basis.KEY, row.key[:300]), row.denied) for row in rows])


def by_sha256(session: Session, digests: Collection[bytes], asked: Asked = ANYBODY) -> list[Match]:
    """The works of which a file has one of these SHA-256 digests."""
    return _by_digest(session, "sha256", digests, asked)


def by_md5(session: Session, digests: Collection[bytes], asked: Asked = ANYBODY) -> list[Match]:
    """As ``by_sha256`` (``observed`` says which it was). Anybody can make two files with one MD5: no evidence."""
    return _by_digest(session, "md5", digests, asked)


def _by_digest(session: Session, algorithm: str, digests: Collection[bytes], asked: Asked) -> list[Match]:
    found = []
    for row in _rows(session, asked.among.digests, sorted(set(digests)), {"algorithm": algorithm, **asked.values}):
        observed = f"{algorithm}:{row.bits.hex()}"
        found.append((Match(row.work_id, Basis.SHA256, observed, 0, rendition=row.rendition), row.denied))
    return _standing(session, found, asked)


def by_pdq(session: Session, seen: Iterable[Fingerprint]) -> list[Match]:
    """The works that show the same picture, by the nearest of their renditions."""
    registered = pictures_of(session)
    own = registered.unseen(session)
    wanted = [one for one in {one.bits: one for one in seen}.values() if one.comparable]
    near = registered.near_each([[one.bits] for one in wanted])
    proposed = {one: {*own, *(work.work_id for work in works)} for one, works in zip(wanted, near, strict=True)}
    return by_proposals(session, proposed)


def by_proposals(
    session: Session, proposed: Mapping[Fingerprint, Collection[int]], asked: Asked = ANYBODY
) -> list[Match]:
    """As ``by_pdq``, among the works that were proposed for each picture: the table alone knows what is true now."""
    rows: dict[int, list[Any]] = {}
    for row in _rows(session, asked.among.pictures, sorted({*chain(*proposed.values())}), asked.values):
        rows.setdefault(row.work_id, []).append(row)
    found: list[tuple[Match, bool]] = []
    for picture, works in proposed.items():
        compared = (_compared(picture, row) for work in works for row in rows.get(work, ()))
        best: dict[int, tuple[Match, bool]] = {}
        for match, denied in sorted((one for one in compared if one), key=lambda one: one[0].distance or 0):
            best.setdefault(match.work_id, (match, denied))
        found += best.values()
    return _standing(session, found, asked)


def _compared(picture: Fingerprint, row: Any) -> tuple[Match, bool] | None:
    known = Fingerprint("pdq", row.rendition, row.bits, row.quality)
    if verdict(picture, known) is Verdict.NONE:
        return None
    apart, observed = distance(picture, known), f"pdq:{picture.bits.hex()}"
    return Match(row.work_id, Basis.PDQ, observed, apart, picture.quality, row.rendition, row.bits), row.denied


def _rows(
    session: Session, statement: Select[*tuple[Any, ...]], asked: Sequence[Any], values: Mapping[str, Any]
) -> Iterator[Any]:
    for some in _batches(asked):
        yield from session.connection().execute(statement, {"some": some, **values})


def _standing(session: Session, found: list[tuple[Match, bool]], asked: Asked) -> list[Match]:
    """Without those somebody said are wrong, and without pictures that many have."""
    left = _not_suppressed(session, found)
    if not left:
        return left
    out = asked.excluded or pictures.excluded(session)
    return [one for one in left if not any(out.entry_of(fingerprint) for fingerprint in _fingerprints_of(one))]


def _fingerprints_of(match: Match) -> list[str]:
    """What was observed, and what the work itself has."""
    return [match.observed, f"pdq:{match.bits.hex()}"] if match.basis == Basis.PDQ else [match.observed]


def _not_suppressed(session: Session, found: list[tuple[Match, bool]]) -> list[Match]:
    """Without those somebody said are wrong, where anything is. A suppressed PDQ also covers nearly equal pictures."""
    works = sorted({match.work_id for match, denied in found if denied})
    said: dict[int, list[str]] = {}
    for some in _batches(works):
        rows = session.execute(select(Suppression.work_id, Suppression.observed).where(Suppression.work_id.in_(some)))
        for work_id, observed in rows:
            said.setdefault(work_id, []).append(observed)
    return [match for match, _ in found if not _is_suppressed(match.observed, said.get(match.work_id, []))]


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
