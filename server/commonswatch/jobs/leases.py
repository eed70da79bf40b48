"""Names for the holders of leases, and freeing what a holder that was killed on this machine left behind.

Without it a job of a killed worker waits until its lease runs out (two minutes); with it, only until the next start.
A name tells boot, process namespace and process number, so nobody mistakes another machine's worker for a dead one.
"""

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from commonswatch.domain.states import JobState
from commonswatch.models import Job

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
_ours: set[str] = set()


def new_name() -> str:
    """A new name in this process: ``<place>-<process number>-<random>``, at most 40 characters."""
    name = f"{_place()}-{os.getpid()}-{secrets.token_hex(4)}"
    _ours.add(name)
    return name


def free_orphans(session: Session, now: datetime) -> int:
    """Make jobs due again whose holder was a process of this machine that is gone; return how many."""
    held = session.scalars(select(Job.lease).where(Job.state == JobState.LEASED).distinct()).all()
    dead = [name for name in held if name and _is_dead(name)]
    freed = session.execute(
        update(Job)
        .where(Job.state == JobState.LEASED, Job.lease.in_(dead))
        .values(state=JobState.QUEUED, run_after=now, lease=None, lease_until=None)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(freed.all())


def _place() -> str:
    """This boot of this machine (or container); random where that cannot be known."""
    try:
        known = f"{_BOOT.read_text()}{_NAMESPACE.readlink()}"
    except OSError:
        known = secrets.token_hex()
    return hashlib.sha256(known.encode()).hexdigest()[:12]


def _is_dead(name: str) -> bool:
    place, _, rest = name.partition("-")
    number = rest.partition("-")[0]
    if place != _place() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return name not in _ours  # then it was an earlier process with our number, as in containers
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
