"""Why a match is one: everything that speaks for a piece of evidence and against it, in words. Reads only.

For moderators and whoever looks after an installation; places are named as on public pages, without access codes.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY, PDQ_THRESHOLD
from commonswatch.domain.states import Basis
from commonswatch.models import Case, Evidence, FingerprintOfWork, KeyOfWork, Location, Sighting, Suppression, Work
from commonswatch.services.excluding import pictures

_LEAST = f"PDQ differs in up to {PDQ_THRESHOLD} of 256 bits, with a quality of at least {PDQ_MIN_QUALITY} on both sides"
_RULES = {
    Basis.KEY: "the work key is the same",
    Basis.SHA256: "the file is the same, byte for byte",
    Basis.PDQ: f"the picture looks the same: {_LEAST}",
    Basis.MEMBERSHIP: "a copy of a dataset is offered here, and a list of it or of a relative names the work",
}

_LISTED = {"listed_in": "named in a list of", "scan": "scan no.", "place": "where in it"}


@dataclass(frozen=True)
class Explanation:
    """``facts`` are (what, value) in the order of reading; ``stands`` is false when it would be no match today."""

    number: int
    stands: bool
    facts: tuple[tuple[str, str], ...]


def explain(session: Session, number: int) -> Explanation:
    """Explain one match, by the number its case shows. Raises NotFound."""
    row = session.execute(
        select(Evidence, Sighting, Work, Case, Location)
        .join(Sighting, Sighting.id == Evidence.sighting_id)
        .join(Work, Work.id == Sighting.work_id)
        .join(Case, Case.id == Sighting.case_id)
        .join(Location, Location.id == Sighting.location_id)
        .where(Evidence.id == number)
    ).first()
    if row is None:
        raise NotFound("There is no match of this number. A case shows the numbers of its matches under “Technical”.")
    evidence, _, work, case, location = row
    against = _against(session, evidence, work)
    facts = [
        ("work", f"{work.id}: {work.title or work.key} ({work.key})"),
        ("place", location.url if location.is_address else location.site),
        ("case", f"{case.id} ({case.state.value})"),
        ("rule", _RULES[evidence.basis]),
        *_proof(session, evidence, work),
        *_seen(evidence.facts),
        ("written down", evidence.at.isoformat(timespec="seconds")),
        *(("against it", one) for one in against),
    ]
    return Explanation(number, not against, tuple(facts))


def _proof(session: Session, evidence: Evidence, work: Work) -> list[tuple[str, str]]:
    found = [("observed", evidence.observed)]
    if evidence.basis == Basis.KEY:
        keys = session.scalars(
            select(KeyOfWork.how).where(KeyOfWork.work_id == work.id, KeyOfWork.key == evidence.observed)
        )
        found += [("registered as", f"{evidence.observed} ({how})") for how in keys]
        found += [("read from", f"{evidence.facts.get('where', 'the report')}, {evidence.facts.get('how', 'exact')}")]
    if evidence.basis == Basis.PDQ:
        found += _picture(session, evidence, work)
    return found


def _picture(session: Session, evidence: Evidence, work: Work) -> list[tuple[str, str]]:
    own = session.scalars(
        select(FingerprintOfWork).where(
            FingerprintOfWork.work_id == work.id,
            FingerprintOfWork.algorithm == "pdq",
            FingerprintOfWork.rendition == evidence.rendition,
        )
    ).all()
    found = [
        ("distance", f"{evidence.distance} of 256 bits; up to {PDQ_THRESHOLD} count"),
        ("quality", f"{evidence.quality}"),
    ]
    return found + [("registered", f"pdq:{one.bits.hex()} ({one.rendition}, quality {one.quality})") for one in own]


def _seen(facts: dict[str, Any]) -> list[tuple[str, str]]:
    word = "a watcher's word only" if facts.get("claimed") else "read by this server"
    told = [("seen", word)]
    told += [("file read at", str(facts["fetched_at"]))] if facts.get("fetched_at") else []
    told += [("file not read", str(facts["reason"]))] if facts.get("reason") and not facts.get("fetched_at") else []
    return told + [(label, str(facts[name])) for name, label in _LISTED.items() if facts.get(name) is not None]


def _against(session: Session, evidence: Evidence, work: Work) -> list[str]:
    """What would keep this match from being made today."""
    found = []
    if work.state.value == "withdrawn":
        found.append("the work was withdrawn")
    denied = select(Suppression.id).where(Suppression.work_id == work.id, Suppression.observed == evidence.observed)
    if session.scalars(denied).first() is not None:
        found.append("somebody said that it is not theirs, or fine by them")
    entry = (
        None
        if evidence.basis in (Basis.KEY, Basis.MEMBERSHIP)
        else pictures.excluded(session).entry_of(evidence.observed)
    )
    if entry is not None:
        found.append(f"common picture {entry}: {pictures.get(session, entry).reason}")
    return found
