"""Which registered works an observed video shows: another cut of a video, or a picture within it. Reads only.

One frame that two videos have in common is a title or an advertisement and proves nothing; ``fingerprints.clips`` says
what does. "Not mine" of one frame ends the match with the whole video for good.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.fingerprints import PDQ_THRESHOLD, Fingerprint
from commonswatch.fingerprints.clips import Share, frames_of, share
from commonswatch.models import FingerprintOfWork, Suppression
from commonswatch.services.reporting import matching
from commonswatch.services.reporting.matching import Match


def by_frames(session: Session, frames: Sequence[Fingerprint]) -> list[tuple[Match, Share]]:
    """The works that a video shows: each with the nearest of its frames, and how many scenes agree."""
    nearest: dict[int, Match] = {}
    for match in sorted(matching.by_pdq(session, frames), key=lambda one: one.distance or 0):
        nearest.setdefault(match.work_id, match)
    known = _frames_of_works(session, sorted(nearest))
    seen = frames_of(frames)
    denied = _denied(session, sorted(nearest), seen)
    found = [(match, share(seen, known.get(work_id, [match.bits]))) for work_id, match in nearest.items()]
    return [(one, agreed) for one, agreed in found if one.work_id not in denied and _is_shown(one, agreed)]


def _is_shown(match: Match, agreed: Share) -> bool:
    """Of a video enough scenes; of a picture, that it is there."""
    return agreed.is_match or not (match.rendition or "").startswith("frame-")


def _frames_of_works(session: Session, works: Sequence[int]) -> dict[int, list[bytes]]:
    rows = session.scalars(
        select(FingerprintOfWork).where(
            FingerprintOfWork.work_id.in_(works),
            FingerprintOfWork.algorithm == "pdq",
            FingerprintOfWork.rendition.startswith("frame-"),
        )
    )
    known: dict[int, list[Fingerprint]] = {}
    for row in rows:
        known.setdefault(row.work_id, []).append(Fingerprint("pdq", row.rendition, row.bits, row.quality))
    return {work_id: frames_of(frames) for work_id, frames in known.items()}


def _denied(session: Session, works: Sequence[int], seen: Sequence[bytes]) -> set[int]:
    """Works of which somebody said of one of these frames that it is not theirs."""
    frames = [int.from_bytes(bits) for bits in seen]
    said = session.execute(
        select(Suppression.work_id, Suppression.observed).where(
            Suppression.work_id.in_(works), Suppression.observed.startswith("pdq:")
        )
    )
    return {
        work_id
        for work_id, observed in said
        if any((int(observed[4:], 16) ^ frame).bit_count() <= PDQ_THRESHOLD for frame in frames)
    }
