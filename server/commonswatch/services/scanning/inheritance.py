"""What copies of datasets hold of registered works: memberships in all relatives, each with its certainty.

Nothing is stored: a membership says something about every relative of its dataset, also one that the catalogue
learns of later. Reads only.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import Certainty, ScanState, WorkState
from commonswatch.models import Membership, Scan, Suppression, Work
from commonswatch.services.scanning import lineage

_AT_ONCE = 5000


@dataclass
class Held:
    """A work that copies hold, by one membership: the surest that is known.

    ``copies`` says for each dataset copied how sure that is; ``listed_in`` is the dataset whose list names the work.
    """

    work_id: int
    listed_in: str
    certainty: Certainty
    scan_id: int
    row: int
    place: str
    how: str
    observed: str
    copies: dict[str, Certainty] = field(default_factory=dict)


def held_by(session: Session, datasets: Collection[str], work_ids: Collection[int] | None = None) -> list[Held]:
    """The works that copies of some datasets hold, or may hold; only some works with ``work_ids``.

    A work is left out when it was withdrawn, or when somebody said that it is not in a dataset's list.
    """
    best: dict[int, Held] = {}
    for row in _rows(session, datasets, work_ids):
        one = _held(row, datasets)
        known = best.get(one.work_id)
        if known is None:
            best[one.work_id] = one
            continue
        if lineage.rank(one.certainty) < lineage.rank(known.certainty):
            one.copies, known = _surest(known.copies, one.copies), one
        else:
            known.copies = _surest(known.copies, one.copies)
        best[one.work_id] = known
    return [best[work_id] for work_id in sorted(best)]


def observed_name(dataset: str) -> str:
    """How evidence, and a “not mine” about it, names the list of a dataset."""
    return f"member:{dataset}"


def _rows(session: Session, datasets: Collection[str], work_ids: Collection[int] | None) -> Iterator[Any]:
    known_in = {known for one in datasets for known in lineage.certainties(one)}
    query = _memberships().where(Scan.dataset.in_(known_in))
    if work_ids is None:
        yield from session.execute(query)
        return
    wanted = sorted(work_ids)
    for start in range(0, len(wanted), _AT_ONCE):
        yield from session.execute(query.where(Membership.work_id.in_(wanted[start : start + _AT_ONCE])))


def _memberships() -> Select[Membership, str | None, bool]:
    """Memberships of works in force; ``is_old``: a newer version of the same list, read to its end, has it no more."""
    newest = (
        select(Scan.dataset, Scan.name, func.max(Scan.id).label("id"))
        .where(Scan.state == ScanState.DONE, Scan.taken_back_at.is_(None))
        .group_by(Scan.dataset, Scan.name)
        .subquery("newest")
    )
    later = Membership.__table__.alias("later")
    is_old = (newest.c.id > Scan.id) & ~exists().where(
        later.c.scan_id == newest.c.id, later.c.work_id == Membership.work_id
    )
    denied = exists().where(
        Suppression.work_id == Membership.work_id,
        Suppression.observed.in_((Membership.observed, "member:" + Scan.dataset)),
    )
    return (
        select(Membership, Scan.dataset, func.coalesce(is_old, False).label("is_old"))
        .join(Scan, Scan.id == Membership.scan_id)
        .join(Work, Work.id == Membership.work_id)
        .outerjoin(newest, (newest.c.dataset == Scan.dataset) & (newest.c.name == Scan.name))
        .where(Work.state != WorkState.WITHDRAWN, ~denied)
        .order_by(Membership.id)
    )


def _held(row: Any, datasets: Iterable[str]) -> Held:
    membership, dataset = row.Membership, row.dataset
    own = Certainty.MAY_HOLD if row.is_old else membership.certainty
    said = {one: lineage.certainties(one).get(dataset) for one in datasets}
    copies = {one: lineage.weaker(own, certainty) for one, certainty in said.items() if certainty is not None}
    return Held(
        work_id=membership.work_id,
        listed_in=dataset,
        certainty=min(copies.values(), key=lineage.rank),
        scan_id=membership.scan_id,
        row=membership.row,
        place=membership.place,
        how=membership.how.value,
        observed=membership.observed,
        copies=copies,
    )


def _surest(one: dict[str, Certainty], other: dict[str, Certainty]) -> dict[str, Certainty]:
    return {
        dataset: min((side[dataset] for side in (one, other) if dataset in side), key=lineage.rank)
        for dataset in {**one, **other}
    }
