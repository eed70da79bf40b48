"""What a kind of job is made of. A handler reads, acts without a session, and hands back how to record its effects."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch.context import Context
from commonswatch.services.upkeep.queue import MAX_ATTEMPTS, ClaimedJob

Record = Callable[[Session, datetime], str | None]
"""Writes down what a job found, in the transaction that finishes it. Returns why to try again later, or None."""


@dataclass(frozen=True)
class Handler:
    """``run`` does the work of one kind of job; it may take minutes, and may run again after a crash.

    It raises RemoteError when somebody else's server failed: temporary ones are tried again up to ``max_attempts``.
    """

    run: Callable[[Context, ClaimedJob], Record]
    max_attempts: int = MAX_ATTEMPTS


class NotNow(Exception):
    """Others should go first; the job keeps its tries."""


def nothing_to_record(_session: Session, _now: datetime) -> None:
    """For jobs whose subject is gone."""
