"""Why a scan does not go on just now: its host could not be asked, or something broke; and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.states import JobState
from commonswatch.models import Job, Scan
from commonswatch.services.scanning import scans


@dataclass(frozen=True)
class Setback:
    """What the last try said; ``again_at`` None: nobody tries again until somebody starts the job anew."""

    problem: str
    again_at: datetime | None


def of(session: Session, scan: Scan) -> Setback | None:
    """The setback of a scan that is under way, None while all is well."""
    if scan.state not in scans.UNDER_WAY:
        return None
    job = session.scalars(select(Job).where(Job.kind == scans.JOB, Job.key == scans.job_key(scan))).first()
    if job is None or not job.problem or job.state not in (JobState.QUEUED, JobState.DEAD):
        return None
    return Setback(job.problem, job.run_after if job.state is JobState.QUEUED else None)
