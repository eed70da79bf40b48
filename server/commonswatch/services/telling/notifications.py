"""Telling people about a confirmed case, once for each person and location, and listing what they were told.

Who is told: the creators of the works, and the people shown in them who said yes. What was found is read from the
case whenever it is shown, but only sightings that were there when a moderator decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import Answer, Basis, CaseState, Channel, PersonState, WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import (
    Account,
    Case,
    Depiction,
    Location,
    Notification,
    Person,
    PersonAnswer,
    Sighting,
    Work,
)
from commonswatch.rules.licences import conditions
from commonswatch.services.deciding import cases
from commonswatch.services.telling import deliveries
from commonswatch.services.upkeep import queue

MOST_ALERTS = 100
_MOST_WORKS = 20
"""Works named in one alert, and conditions in one letter; pages show all."""


@dataclass(frozen=True)
class FoundWork:
    """A work somebody is told about, and the strongest reason why we believe it is there."""

    id: int
    title: str
    key: str
    why: Basis
    own: bool  # registered by this person; otherwise they are shown in it
    answer: Answer | None = None


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
    new = session.execute(statement, rows).all()
    for notification_id, person_id in new:
        _send_alert(session, keyring, notification_id, person_id, case, site, now)
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


def found_works(session: Session, person_id: int, case: Case) -> list[FoundWork]:
    """The works at a case's location that concern a person: their own, and those they are shown in."""
    if not is_confirmed(case):
        return []
    rows = session.execute(
        select(Work.id, Work.title, Work.key, Sighting.basis, _is_own(person_id), PersonAnswer.answer)
        .join(Sighting, Sighting.work_id == Work.id)
        .outerjoin(
            PersonAnswer,
            and_(
                PersonAnswer.person_id == person_id,
                PersonAnswer.work_id == Work.id,
                PersonAnswer.location_id == case.location_id,
            ),
        )
        .where(Sighting.case_id == case.id, Sighting.first_seen <= case.decided_at)
        .where(Work.state != WorkState.WITHDRAWN, _concerns(person_id))
        .order_by(Work.id)
    )
    return [FoundWork(*row) for row in rows]


def is_confirmed(case: Case) -> bool:
    """Whether a confirmation stands, also while the case is open again because something new was found there."""
    return case.state != CaseState.DISMISSED and case.decided_at is not None


def _concerns(person_id: int) -> Any:
    """Own works, and those somebody is shown in who said yes to being told."""
    shown = exists().where(
        Depiction.work_id == Work.id,
        Depiction.person_id == person_id,
        Person.id == Depiction.person_id,
        Person.state == PersonState.CONFIRMED,
    )
    return or_(_is_own(person_id), shown)


def _is_own(person_id: int) -> Any:
    return exists().where(Account.id == Work.creator_id, Account.person_id == person_id)


def _concerned(session: Session, case: Case) -> list[int]:
    """Everybody with an unanswered work in the case as it was decided.

    Locked until the commit: numbers of notifications must rise in the order in which they can be read, or somebody
    who asks for alerts after the last one known would never see one that was committed later with a smaller number.
    (SQLite has one writer at a time anyway.)
    """
    decided_about = (Sighting.case_id == case.id, Sighting.first_seen <= case.decided_at)
    affected = cases.affected_people(*decided_about).subquery()
    people = select(Person.id).where(Person.id.in_(select(affected.c.person_id))).order_by(Person.id)
    return list(session.scalars(people.with_for_update(key_share=True)))


def _send_alert(
    session: Session, keyring: Keyring, notification_id: int, person_id: int, case: Case, site: str, now: datetime
) -> None:
    person = session.get_one(Person, person_id)
    if person.channel != Channel.MAIL or person.unreachable_at is not None:
        return
    unsubscribe = keyring.link_token("unsubscribe", person.id, person.link_nonce)
    deliveries.post(
        session,
        keyring,
        # With the nonce, since SQLite gives the number of a deleted row out again.
        key=f"alert:{notification_id}:{person.link_nonce.hex()[:8]}",
        template="alert",
        address=keyring.unseal_text(person.address_sealed),
        language=person.language,
        values=_values(session, keyring, person, case, site),
        site=site,
        now=now,
        person_id=person_id,
        unsubscribe_url=f"{site}/unsubscribe/{unsubscribe}",
    )


def _values(session: Session, keyring: Keyring, person: Person, case: Case, site: str) -> dict[str, Any]:
    """What the letter says (``channels.values.Alert``). Creators sign in, people shown have a page of their own."""
    works = [work for work in found_works(session, person.id, case) if work.answer is None]
    is_creator = any(work.own for work in works)
    token = keyring.link_token("person", person.id, person.link_nonce)
    return {
        "count": len(works),
        "works": [work.title or work.key for work in works[:_MOST_WORKS]],
        "about": "creator" if is_creator else "shown",
        "site": case.location.site,
        "location_url": case.location.url if case.location.is_address else "",
        "since": case.opened_at.date().isoformat(),
        "basis": sorted({work.why.value for work in works}),
        "conditions": _conditions(session, [work.id for work in works]),
        "link": f"{site}/found" if is_creator else f"{site}/p/{token}",
    }


def _conditions(session: Session, works: Sequence[int]) -> list[str]:
    """The conditions to check of all licences of these works, each once."""
    rows = session.execute(
        select(Work.licence_code, Work.licence_version, Work.licence_jurisdiction)
        .where(Work.id.in_(works[:_MOST_WORKS]), Work.licence_code.is_not(None), Work.licence_version.is_not(None))
        .distinct()
        .order_by(Work.licence_code, Work.licence_version, Work.licence_jurisdiction)
    )
    licences = [Licence(code or "", version or "", jurisdiction or "") for code, version, jurisdiction in rows]
    questions = [question for licence in licences for question in conditions(licence)]
    return list(dict.fromkeys(questions))[:_MOST_WORKS]


def _alert(session: Session, person_id: int, notification: Notification, location: Location, case: Case) -> Alert:
    works = [work for work in found_works(session, person_id, case) if work.answer is None]
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
    )
