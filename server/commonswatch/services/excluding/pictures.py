"""The list of common pictures: entries by hand, a moderator's word on each, and what is left of a row of matches.

An entry covers pictures within the threshold of its fingerprint, as a match does. A changed entry changes the next
version of the watch list. Every word is an audit entry.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, InvalidInput, NotFound
from commonswatch.domain.fingerprints import PDQ_THRESHOLD
from commonswatch.domain.states import Listing, Standing
from commonswatch.models import CommonPicture, FingerprintOfWork, HeldReport, Report, Work
from commonswatch.services.deciding import audit
from commonswatch.services.reporting import reports
from commonswatch.services.upkeep import queue
from commonswatch.services.watching import changes

MOST = 5_000
PAGE = 50
EXCLUDED = (Standing.QUARANTINED, Standing.COMMON)
_WRITTEN = re.compile(r"(pdq|sha256):([0-9a-f]{64})")
_LONGEST_REASON = 500
_FULL = f"There are {MOST} common pictures already. Remove some first."


@dataclass(frozen=True)
class Excluded:
    """The fingerprints that are no match now: of digests the same ones, of pictures all within the threshold."""

    sha256: dict[bytes, int]  # bits → number of the entry
    pdq: tuple[tuple[int, int], ...]  # (bits as a number, number of the entry)

    def entry_of(self, observed: str) -> int | None:
        """The entry an observed fingerprint (``pdq:…``, ``sha256:…``) falls under, None for all others."""
        algorithm, _, text = observed.partition(":")
        if algorithm == "sha256":
            return self.sha256.get(bytes.fromhex(text))
        if algorithm != "pdq" or not self.pdq:
            return None
        bits = int(text, 16)
        return next((number for own, number in self.pdq if (own ^ bits).bit_count() <= PDQ_THRESHOLD), None)


def excluded(session: Session, standings: Collection[Standing] = EXCLUDED) -> Excluded:
    """What is no match now."""
    rows = session.execute(
        select(CommonPicture.id, CommonPicture.algorithm, CommonPicture.bits).where(
            CommonPicture.standing.in_(standings)
        )
    ).all()
    digests = {bits: number for number, algorithm, bits in rows if algorithm == "sha256"}
    return Excluded(digests, tuple((int.from_bytes(bits), number) for number, name, bits in rows if name == "pdq"))


def read(session: Session, standing: Standing | None = None, page: int = 1) -> Sequence[CommonPicture]:
    """One page of the list, newest first; pages count from 1."""
    wanted = select(CommonPicture).order_by(CommonPicture.since.desc(), CommonPicture.id.desc())
    if standing:
        wanted = wanted.where(CommonPicture.standing == standing)
    return session.scalars(wanted.offset((page - 1) * PAGE).limit(PAGE)).all()


def count(session: Session) -> dict[Standing, int]:
    """How many there are of each standing."""
    rows = session.execute(select(CommonPicture.standing, func.count()).group_by(CommonPicture.standing)).all()
    return dict(rows)


def waiting_reports(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """How many reports wait for a word on each of these entries."""
    rows = session.execute(
        select(HeldReport.picture_id, func.count())
        .where(HeldReport.picture_id.in_(numbers))
        .group_by(HeldReport.picture_id)
    ).all()
    return dict(rows)


def read_fingerprint(text: str) -> tuple[str, bytes]:
    """``pdq:…`` or ``sha256:…`` with 64 hexadecimal digits → algorithm and bits. Raises InvalidInput."""
    found = _WRITTEN.fullmatch(text.strip().lower())
    if not found:
        raise InvalidInput("Write pdq: or sha256: and the 64 hexadecimal digits, as `commonswatch fingerprint` prints.")
    return found[1], bytes.fromhex(found[2])


def add(
    session: Session,
    algorithm: str,
    bits: bytes,
    reason: str,
    actor: str,
    now: datetime,
    standing: Standing = Standing.COMMON,
) -> CommonPicture:
    """Put a fingerprint on the list. Raises InvalidInput without a reason, Conflict where it stands already."""
    if not reason.strip():
        raise InvalidInput("Say what picture it is, so that others understand the entry.")
    if (session.scalar(select(func.count(CommonPicture.id))) or 0) >= MOST:
        raise Conflict(_FULL)
    if _of(session, algorithm, bits) is not None:
        raise Conflict("This fingerprint is on the list already.")
    entry = CommonPicture(
        algorithm=algorithm, bits=bits, standing=standing, reason=reason.strip()[:_LONGEST_REASON], since=now
    )
    session.add(entry)
    session.flush()
    audit.record(session, actor, f"picture.{standing}", f"picture:{entry.id}", {"reason": entry.reason}, now)
    _note_works(session, entry, now)
    return entry


def decide(session: Session, number: int, standing: Standing, account_id: int, now: datetime) -> CommonPicture:
    """A moderator's word. When a picture is cleared, the reports that waited are verified again."""
    entry = get(session, number)
    if entry.standing == standing:
        raise Conflict("Somebody has decided so already.")
    entry.standing, entry.decided_by = standing, account_id
    audit.record(session, f"account:{account_id}", f"picture.{standing}", f"picture:{number}", {}, now)
    if standing == Standing.CLEARED:
        _verify_again(session, entry, now)
    _note_works(session, entry, now)
    return entry


def remove(session: Session, number: int, actor: str, now: datetime) -> None:
    """Take an entry off the list; what waited for it is verified again."""
    entry = get(session, number)
    _verify_again(session, entry, now)
    _note_works(session, entry, now)
    audit.record(session, actor, "picture.remove", f"picture:{number}", {"reason": entry.reason}, now)
    session.delete(entry)


def get(session: Session, number: int) -> CommonPicture:
    """One entry; raise NotFound."""
    entry = session.get(CommonPicture, number)
    if entry is None:
        raise NotFound("There is no such entry.")
    return entry


def _of(session: Session, algorithm: str, bits: bytes) -> CommonPicture | None:
    wanted = select(CommonPicture).where(CommonPicture.algorithm == algorithm, CommonPicture.bits == bits)
    return session.scalars(wanted).first()


def _verify_again(session: Session, entry: CommonPicture, now: datetime) -> None:
    held = select(HeldReport.report_id).where(HeldReport.picture_id == entry.id)
    for receipt, reporter in session.execute(select(Report.receipt, Report.reporter).where(Report.id.in_(held))):
        queue.enqueue(session, reports.kind_of(reporter), receipt, now=now, again=True)
    session.execute(delete(HeldReport).where(HeldReport.picture_id == entry.id))


def _note_works(session: Session, entry: CommonPicture, now: datetime) -> None:
    """The watch list looks again at the listed works that have this picture."""
    if entry.algorithm != "pdq":
        return
    public = select(FingerprintOfWork.work_id, FingerprintOfWork.bits).join(Work, Work.id == FingerprintOfWork.work_id)
    rows = session.execute(public.where(Work.listing == Listing.PUBLIC, FingerprintOfWork.algorithm == "pdq"))
    changes.note(session, sorted(set(_near(entry.bits, rows.all()))), now)


def _near(bits: bytes, rows: Iterable[tuple[int, bytes]]) -> Iterable[int]:
    own = int.from_bytes(bits)
    return (work for work, other in rows if (own ^ int.from_bytes(other)).bit_count() <= PDQ_THRESHOLD)
