"""How much of a match our server saw itself, and which reason is the strongest. Rows are read in ``case_details``.

A watcher's word may lead a moderator to a place. It must not look like something our server saw.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from commonswatch.domain.states import Basis
from commonswatch.models import Evidence, Sighting

_STRONGEST = (Basis.SHA256, Basis.KEY, Basis.PDQ, Basis.MEMBERSHIP)


class Sight(StrEnum):
    """What our server saw of a match; the most first."""

    PAGE = "page"  # it stands on the page
    FILE = "file"  # our server read and compared the file, but only the watcher says that it is at this place
    LIST = "list"  # our server read on the page that it offers a copy, and the work in a list of the dataset
    NOTHING = "nothing"  # all of it is the watcher's word


def of_evidence(evidence: Evidence) -> Sight:
    """What our server saw of one reason. A key is in what the watcher sent, until it stands on the page."""
    facts = evidence.facts
    if evidence.basis is Basis.MEMBERSHIP:
        return Sight.LIST
    if facts.get("where") == "list":  # our server read the list at the place itself
        return Sight.PAGE
    if facts.get("claimed"):
        return Sight.NOTHING
    if facts.get("seen_on_page"):
        return Sight.PAGE
    return Sight.FILE if evidence.basis != Basis.KEY and facts.get("fetched_at") else Sight.NOTHING


def of_reasons(evidence: Sequence[Evidence]) -> Sight:
    """The most our server saw of a sighting, whichever of its reasons that was."""
    return min((of_evidence(one) for one in evidence), key=list(Sight).index, default=Sight.NOTHING)


def any_seen(sightings: Iterable[Sighting]) -> bool:
    """Whether our server saw anything of any of them."""
    return any(of_reasons(one.evidence) is not Sight.NOTHING for one in sightings)


def by_strength(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The strongest reason first: what our server saw before a watcher's word, and a guessed key last."""
    return sorted(evidence, key=_weakness)


def _weakness(evidence: Evidence) -> tuple[bool, bool, int, int, int]:
    guessed = evidence.basis == Basis.KEY and evidence.facts.get("how") == "guessed"
    rank = len(_STRONGEST) if guessed else _STRONGEST.index(evidence.basis)
    sight = of_evidence(evidence)
    nothing, claimed = sight is Sight.NOTHING, bool(evidence.facts.get("claimed"))
    return nothing, claimed, rank, list(Sight).index(sight), evidence.distance or 0
