"""What a scan or a new work newly says, carried to the cases that offer copies of the datasets concerned."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.states import CaseState
from commonswatch.models import Case, Copy
from commonswatch.services.reporting import inherited, sightings
from commonswatch.services.scanning import lineage


def spread(session: Session, datasets: Collection[str], now: datetime, work_ids: Collection[int] | None = None) -> int:
    """List works, new members of ``datasets``, in each case whose place offers a copy of a relative.

    A case that was confirmed goes back into the queue; one that was dismissed was no copy and stays as it is. Return
    how many cases have something new.
    """
    told = {copy for one in datasets for copy in lineage.told_by(one)}
    offering = select(Copy.page_id).where(Copy.dataset.in_(told), Copy.claimed.is_(False))
    concerned = (
        select(Case)
        .where(Case.location_id.in_(offering), Case.state != CaseState.DISMISSED)
        .order_by(Case.location_id)
        .with_for_update()
    )
    changed = 0
    for case in session.scalars(concerned):
        new = inherited.add(session, case, now, work_ids=work_ids)
        if new:
            sightings.call_for_decision(session, case, {"new_works": new}, now)
            changed += 1
    return changed
