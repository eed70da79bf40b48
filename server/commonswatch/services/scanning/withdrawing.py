"""A work is withdrawn: its memberships go at once, and the indexes of scanned manifests forget its keys soon after."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from commonswatch.domain.states import Basis
from commonswatch.models import Evidence, Membership, Sighting
from commonswatch.services.upkeep import queue

JOB = "forget-work"


def forget_work(session: Session, work_id: int, now: datetime) -> None:
    """It is a member of nothing any more, and nothing is believed about it because of that."""
    session.execute(delete(Membership).where(Membership.work_id == work_id))
    of_work = select(Sighting.id).where(Sighting.work_id == work_id).scalar_subquery()
    session.execute(
        delete(Evidence)
        .where(Evidence.basis == Basis.MEMBERSHIP, Evidence.sighting_id.in_(of_work))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(Sighting)
        .where(Sighting.work_id == work_id, Sighting.basis == Basis.MEMBERSHIP)
        .execution_options(synchronize_session=False)
    )
    queue.enqueue(session, JOB, f"{work_id}", {"work": work_id}, now=now, again=True)
