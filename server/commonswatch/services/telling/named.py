"""People whom lists of people name: told of confirmed copies of those datasets, though no work of theirs was found.

Only rows that a moderator accepted, or whose number is the one they stated, count: see ``scanning.person_members``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.states import NamingState
from commonswatch.models import Case, Location, Notification, Person, PersonMembership, Scan
from commonswatch.services.reporting import copies
from commonswatch.services.scanning import lineage, person_members

MOST_SHOWN = 200


@dataclass(frozen=True)
class NamedPlace:
    """A place with copies of datasets whose lists name somebody, or lists of whose relatives do."""

    url: str
    site: str
    since: datetime
    datasets: tuple[str, ...]
    listed_in: tuple[str, ...]


def people_at(session: Session, case: Case) -> dict[int, str]:
    """Whom lists of the datasets that were confirmed here, or of relatives, name; and the dataset whose list does."""
    confirmed = copies.confirmed_at(session, [case.location_id])[case.location_id]
    return person_members.accepted_for(session, confirmed) if confirmed else {}


def places_for(session: Session, person: Person) -> list[NamedPlace]:
    """The places somebody was told about because a list names them, the newest first."""
    listed_in = set(
        session.scalars(
            select(Scan.dataset)
            .join(PersonMembership, PersonMembership.scan_id == Scan.id)
            .where(PersonMembership.person_id == person.id, PersonMembership.state == NamingState.ACCEPTED)
        )
    ) - {None}
    if not listed_in:
        return []
    told = session.execute(
        select(Location, Case)
        .join(Notification, Notification.location_id == Location.id)
        .join(Case, Case.id == Notification.case_id)
        .where(Notification.person_id == person.id)
        .order_by(Notification.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    confirmed = copies.confirmed_at(session, [location.id for location, _ in told])
    found = [_place(location, case, confirmed[location.id], sorted(filter(None, listed_in))) for location, case in told]
    return [place for place in found if place.datasets]


def _place(location: Location, case: Case, confirmed: Sequence[str], listed_in: Sequence[str]) -> NamedPlace:
    """Two lists of one name may lead to several copies: each copy counts once."""
    known = [one for one in listed_in if any(one in lineage.certainties(copy) for copy in confirmed)]
    datasets = [copy for copy in confirmed if any(one in lineage.certainties(copy) for one in known)]
    return NamedPlace(location.url, location.site, case.opened_at, tuple(datasets), tuple(known))
