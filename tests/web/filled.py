"""Rows for pages to show: a creator with works, a case at a location, evidence of each kind."""

from datetime import datetime, timedelta
from typing import Any

from commonswatch.context import Context
from commonswatch.domain.states import Basis, CaseState, PersonState, WorkState
from commonswatch.models import (
    Account,
    Case,
    Copy,
    Depiction,
    Evidence,
    Location,
    LocationSecret,
    Person,
    Registration,
    Role,
    Sighting,
    Work,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

SECRET = "q9x2"


def put_person(context: Context, session: Session, address: str) -> Person:
    person = Person(
        address_sealed=context.keyring.seal_text(address),
        address_digest=context.keyring.digest("address", address),
        link_nonce=bytes(16),
        state=PersonState.CONFIRMED,
        created_at=context.now(),
    )
    session.add(person)
    return person


def put_account(context: Context, session: Session, address: str, *roles: str) -> Account:
    rows = {row.name: row for row in session.scalars(select(Role))}
    account = Account(
        email=address,
        fs_uniquifier=f"unique-{address}",
        created_at=context.now(),
        person=put_person(context, session, address),
    )
    account.roles = [rows.get(role) or Role(name=role) for role in roles]
    session.add(account)
    session.flush()
    return account


def put_work(session: Session, creator: Account, number: int, now: datetime, **values: Any) -> Work:
    registration = Registration(creator_id=creator.id, row_count=1, created_at=now)
    session.add(registration)
    session.flush()
    row = {"url": f"https://pictures.example/{number}.jpg", "title": f"Work {number}", **values}
    work = Work(
        creator_id=creator.id,
        registration_id=registration.id,
        key=f"url:pictures.example/{number}.jpg",
        state=WorkState.READY,
        created_at=now,
        **row,
    )
    session.add(work)
    session.flush()
    return work


def put_case(
    context: Context, number: int = 1, works: int = 1, people: int = 0, age_days: int = 1, **values: Any
) -> int:
    """A case with some works and people shown in them; returns its number."""
    now = context.now()
    opened = now - timedelta(days=age_days)
    with context.database.writing() as session:
        creator = put_account(context, session, f"creator{number}@example.org")
        location = _put_location(context, session, number, opened, values)
        case = Case(location_id=location.id, state=values.get("state", CaseState.OPEN), opened_at=opened)
        session.add(case)
        session.flush()
        for one in range(works):
            work = put_work(session, creator, number * 1000 + one, now, **values.get("work", {}))
            _put_sighting(session, case, work, now, values)
        for dataset, claimed in values.get("copies", ()):
            _put_copy(session, location, dataset, claimed, opened)
        for one in range(people):
            person = put_person(context, session, f"shown{number}-{one}@example.org")
            session.flush()
            session.add(Depiction(work_id=work.id, person_id=person.id, name=f"Person {one}"))
        return case.id


def _put_location(
    context: Context, session: Session, number: int, opened: datetime, values: dict[str, Any]
) -> Location:
    site = values.get("site", "github.com")
    location = Location(
        key=f"key:{number}",
        kind="repository",
        url=values.get("url", f"https://{site}/someone/faces-{number}"),
        site=site,
        first_seen=opened,
        last_seen=opened,
    )
    session.add(location)
    session.flush()
    if values.get("secret"):
        sealed = context.keyring.seal_text(SECRET)
        digest = context.keyring.digest("secret", SECRET)
        session.add(
            LocationSecret(location_id=location.id, secret_digest=digest, secret_sealed=sealed, first_seen=opened)
        )
    return location


def _put_copy(session: Session, page: Location, dataset: str, claimed: bool, now: datetime) -> None:
    """A copy in a cloud share with an access code, linked from the place of the case."""
    share = Location(
        key=f"baidu:{dataset}-{page.id}",
        kind="share",
        url=f"https://pan.baidu.com/s/1{dataset}",
        site="baidu.com",
        first_seen=now,
        last_seen=now,
    )
    session.add(
        Copy(
            dataset=dataset,
            location=share,
            page=page,
            reason="the row names it",
            claimed=claimed,
            first_seen=now,
            last_seen=now,
        )
    )
    session.flush()


def _put_sighting(session: Session, case: Case, work: Work, now: datetime, values: dict[str, Any]) -> None:
    sighting = Sighting(
        work_id=work.id,
        location_id=case.location_id,
        case_id=case.id,
        basis=Basis.KEY,
        first_seen=now,
        last_seen=now,
    )
    sighting.evidence = [
        Evidence(at=now, **{"observed": work.key, "basis": Basis.KEY, "facts": {}, **row})
        for row in values.get("evidence", [{"media_url": "https://cdn.example/1.jpg"}])
    ]
    session.add(sighting)
