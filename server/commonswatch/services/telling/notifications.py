"""Telling people about a confirmed case, once for each person and location, and listing what they were told.

Who is told: the creators of the works, and the people shown in them who said yes. What was found is read from the
case whenever it is shown, but only sightings that were there when a moderator decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import CaseState, Certainty, Channel
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Case, Location, Notification, Person, Sighting
from commonswatch.rules.licences import conditions
from commonswatch.services.deciding import cases
from commonswatch.services.scanning import lineage
from commonswatch.services.telling import deliveries, found_works, named
from commonswatch.services.telling.deliveries import Post
from commonswatch.services.telling.found_works import FoundWork, is_confirmed
from commonswatch.services.upkeep import queue

MOST_ALERTS = 100
_MOST_WORKS = 20
"""Works named in one alert, and conditions in one letter; pages show all."""
_AT_ONCE = 1000


@dataclass(frozen=True)
class Alert:
    """A notification as the extension shows it. ``state`` is ``dismissed`` when a moderator took the case back."""

    id: int
    url: str
    site: str
    kind: str
    since: datetime
    created_at: datetime
    state: CaseState
    works: tuple[FoundWork, ...]
    works_total: int
    copies: tuple[tuple[str, Certainty, int], ...] = ()  # dataset, how sure it is that a copy holds, how many works


def notify(session: Session, keyring: Keyring, case_id: int, site: str, now: datetime) -> int:
    """Notify everybody concerned by a confirmed case who was not yet; return how many are new.

    Nobody is told when the case was taken back meanwhile. ``site`` is the public address of the installation.
    """
    case = session.get(Case, case_id)
    if case is None or case.state != CaseState.CONFIRMED or case.decided_at is None:
        return 0
    people = _concerned(session, case)
    rows = [
        {"person_id": person_id, "location_id": case.location_id, "case_id": case.id, "created_at": now}
        for person_id in people
    ]
    if not rows:
        return 0
    statement = queue.insert_new(session, Notification).returning(Notification.id, Notification.person_id)
    new = {row.person_id: row.id for row in session.execute(statement, rows)}
    _send_alerts(session, keyring, new, case, site, now)
    return len(new)


def alerts(session: Session, account_id: int, after: int = 0, limit: int = MOST_ALERTS) -> list[Alert]:
    """What the person behind an account was told after the notification ``after``, oldest first, at most 100."""
    person_id = session.scalar(select(Account.person_id).where(Account.id == account_id))
    if person_id is None:
        raise NotFound("There is no such account.")
    rows = session.execute(
        select(Notification, Location, Case)
        .join(Location, Location.id == Notification.location_id)
        .join(Case, Case.id == Notification.case_id)
        .where(Notification.person_id == person_id, Notification.id > after)
        .order_by(Notification.id)
        .limit(max(1, min(limit, MOST_ALERTS)))
    )
    return [_alert(session, person_id, *row) for row in rows]


def _concerned(session: Session, case: Case) -> list[int]:
    """Everybody with an unanswered work in the case as it was decided.

    Locked until the commit: numbers of notifications must rise in the order in which they can be read, or somebody
    who asks for alerts after the last one known would never see one that was committed later with a smaller number.
    (SQLite has one writer at a time anyway.)
    """
    decided_about = (Sighting.case_id == case.id, Sighting.first_seen <= case.decided_at)
    affected = cases.affected_people(*decided_about).subquery()
    is_named = Person.id.in_(named.people_at(session, case))
    people = select(Person.id).where(or_(Person.id.in_(select(affected.c.person_id)), is_named)).order_by(Person.id)
    return list(session.scalars(people.with_for_update(key_share=True)))


def _send_alerts(
    session: Session, keyring: Keyring, notified: Mapping[int, int], case: Case, site: str, now: datetime
) -> None:
    """Post one letter to each of those who want mail; ``notified`` are the numbers of notifications by person."""
    works = found_works.by_person(session, case) if notified else {}
    lists = named.people_at(session, case) if notified else {}
    reachable = (Person.channel == Channel.MAIL, Person.unreachable_at.is_(None))
    for some in _batches(sorted(notified)):
        people = session.scalars(select(Person).where(Person.id.in_(some), *reachable).order_by(Person.id))
        letters = [
            _letter(keyring, person, notified[person.id], works.get(person.id, []), lists.get(person.id), case, site)
            for person in people
            if person.id in works or person.id in lists
        ]
        deliveries.post_many(session, keyring, letters, site, now)


def _letter(
    keyring: Keyring,
    person: Person,
    notification_id: int,
    works: Sequence[FoundWork],
    listed_in: str | None,
    case: Case,
    site: str,
) -> Post:
    """About the works of somebody, or without any about the dataset whose list names them."""
    unsubscribe = keyring.link_token("unsubscribe", person.id, person.link_nonce)
    return Post(
        # With the nonce, since SQLite gives the number of a deleted row out again.
        key=f"alert:{notification_id}:{person.link_nonce.hex()[:8]}",
        template="alert",
        address=keyring.unseal_text(person.address_sealed),
        language=person.language,
        values=_place_values(case)
        | (_work_values(works) if works else _list_values(listed_in or ""))
        | {"link": _link(keyring, person, works, site)},
        person_id=person.id,
        unsubscribe_url=f"{site}/unsubscribe/{unsubscribe}",
    )


def _place_values(case: Case) -> dict[str, Any]:
    """What the letter says of the place (``channels.values.Alert``)."""
    return {
        "site": case.location.site,
        "location_url": case.location.url if case.location.is_address else "",
        "since": case.opened_at.date().isoformat(),
    }


def _without_title(work: FoundWork) -> str:
    """A work key as words: “flickr photo 53000000001”."""
    kind, _, name = work.key.partition(":")
    return name if kind == "url" else work.key.replace(":", " ", 2)


def _work_values(works: Sequence[FoundWork]) -> dict[str, Any]:
    """What it says of the works that were found there; those that a copy only may hold are named last."""
    in_order = sorted(works, key=lambda work: work.certainty is not None)
    return {
        "count": len(works),
        "works": [work.title or _without_title(work) for work in in_order[:_MOST_WORKS]],
        "about": "creator" if any(work.own for work in works) else "shown",
        "basis": sorted({work.why.value for work in works}),
        "copies": _copies(works),
        **_certainty(works),
        **_found_themselves(works),
        "conditions": _conditions(works),
    }


def _list_values(listed_in: str) -> dict[str, Any]:
    """What it says to somebody whom a list of people names."""
    return {"count": 1, "works": [_name_of(listed_in)], "about": "named", "basis": [], "conditions": []}


def _link(keyring: Keyring, person: Person, works: Sequence[FoundWork], site: str) -> str:
    """Creators sign in, people shown or named have a page of their own."""
    if any(work.own for work in works):
        return f"{site}/found"
    return f"{site}/p/{keyring.link_token('person', person.id, person.link_nonce)}"


def _name_of(dataset: str) -> str:
    known = rules.dataset(dataset)
    return known.name if known else dataset


def _certainty(works: Sequence[FoundWork]) -> dict[str, str]:
    """How sure it is of the least sure work, when no work was found in another way: a letter says never too much."""
    certainties = [work.certainty for work in works]
    sure = [one for one in certainties if one is not None]
    return {"certainty": lineage.weaker(*sure).value} if len(sure) == len(works) else {}


def _found_themselves(works: Sequence[FoundWork]) -> dict[str, int]:
    """How many were found in another way than by lists, when only some were: the letter claims no more than these."""
    found = sum(work.certainty is None for work in works)
    return {"found": found} if 0 < found < len(works) else {}


def _copies(works: Sequence[FoundWork]) -> list[dict[str, Any]]:
    """Which datasets are offered there that hold the works or may hold them, by their names."""
    tallied = found_works.tally(works)[:_MOST_WORKS]
    return [{"name": _name_of(one), "certainty": sure.value, "count": count} for one, sure, count in tallied]


def _conditions(works: Sequence[FoundWork]) -> list[str]:
    """The conditions to check of all licences of these works, each once."""
    questions = [one for licence in found_works.licences(works[:_MOST_WORKS]) for one in conditions(licence)]
    return list(dict.fromkeys(questions))[:_MOST_WORKS]


def _alert(session: Session, person_id: int, notification: Notification, location: Location, case: Case) -> Alert:
    works = found_works.by_person(session, case, [person_id]).get(person_id, [])
    return Alert(
        id=notification.id,
        url=location.url,
        site=location.site,
        kind=location.kind,
        since=case.opened_at,
        created_at=notification.created_at,
        state=CaseState.CONFIRMED if is_confirmed(case) else CaseState.DISMISSED,
        works=tuple(works[:_MOST_WORKS]),
        works_total=len(works),
        copies=tuple(found_works.tally(works)[:_MOST_WORKS]),
    )


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
