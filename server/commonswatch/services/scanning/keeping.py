"""What a scan found, written down as it comes: works as memberships, rows that name people for a moderator."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from commonswatch.manifests.rows import PersonKey
from commonswatch.manifests.scanning import Match
from commonswatch.services.scanning import memberships, person_members
from commonswatch.services.scanning.person_members import Known


def keep(session: Session, scan_id: int, found: Sequence[Match], known: Known, now: datetime) -> None:
    """Keep some matches of a scan; the same again changes nothing."""
    memberships.take(session, scan_id, [match for match in found if match.how != "person"], now)
    people = [
        person
        for match in found
        if match.how == "person"
        for person in known.matches(match.row, match.place, (_person_key(match.what),))
    ]
    if people:
        person_members.take(session, scan_id, people, now)


def _person_key(what: str) -> PersonKey:
    kind, _, value = what.partition(":")
    return PersonKey(kind, value)  # type: ignore[arg-type]  # the engine writes its kinds only
