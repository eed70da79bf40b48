"""Thousands of registered works of hundreds of people, for what happens when one place concerns them all."""

import json
import os
import secrets
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import Any

from commonswatch.context import Context
from commonswatch.domain.states import (
    Certainty,
    Channel,
    DecisionVerdict,
    DeliveryState,
    PersonState,
    ScanState,
    WayWon,
    WorkState,
)
from commonswatch.models import (
    Account,
    Base,
    Case,
    Delivery,
    Depiction,
    KeyOfWork,
    Membership,
    Person,
    Registration,
    Scan,
    Work,
)
from commonswatch.services.deciding import cases
from commonswatch.services.upkeep import bulk
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories

WORKS = int(os.environ.get("MEMBERS_WORKS", "5000"))
CREATORS = int(os.environ.get("MEMBERS_CREATORS", "400"))
SHOWN = int(os.environ.get("MEMBERS_SHOWN", "100"))


def photo(number: int) -> int:
    """The number on Flickr of a work."""
    return 53_000_000_000 + number


def fill(context: Context, *, listed: bool) -> None:
    """Register so many works; ``listed``: a list of MS-Celeb-1M that was read names them all."""
    now, keyring = context.now(), context.keyring
    with context.database.writing() as session:
        people = [_person(keyring, n, now) for n in range(CREATORS + SHOWN)]
        _insert(session, Person, people)
        ids = list(session.scalars(select(Person.id).order_by(Person.id)))
        _insert(session, Account, [_account(n, ids[n], now) for n in range(CREATORS)])
        accounts = list(session.scalars(select(Account.id).order_by(Account.id)))
        _insert(session, Registration, [{"creator_id": one, "row_count": 1, "created_at": now} for one in accounts])
        _insert(session, Work, [_work(n, accounts[n % CREATORS], n % CREATORS + 1, now) for n in range(WORKS)])
        works = list(session.scalars(select(Work.id).order_by(Work.id)))
        _insert(
            session,
            KeyOfWork,
            [{"work_id": one, "key": f"flickr:photo:{photo(n)}", "how": "exact"} for n, one in enumerate(works)],
        )
        shown = ids[CREATORS:]
        named = [{"work_id": works[n], "person_id": one, "name": "Bo Example"} for n, one in enumerate(shown)]
        _insert(session, Depiction, named)
        if not listed:
            return
        scan = Scan(dataset="ms-celeb-1m", name="list.tsv", state=ScanState.DONE, rows=10_000_000, created_at=now)
        session.add(scan)
        session.flush()
        _insert(session, Membership, [_membership(scan.id, n, one, now) for n, one in enumerate(works)])


def _insert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    assert bulk.insert_many(session, table, rows) == len(rows)


def _person(keyring: Any, number: int, now: datetime) -> dict[str, Any]:
    address = f"person{number}@example.org"
    return {
        "address_sealed": keyring.seal_text(address),
        "address_digest": keyring.digest("address", address),
        "language": "en",
        "channel": Channel.MAIL,
        "state": PersonState.CONFIRMED,
        "link_nonce": secrets.token_bytes(16),
        "created_at": now,
    }


def _account(number: int, person_id: int, now: datetime) -> dict[str, Any]:
    return {
        "email": f"person{number}@example.org",
        "name": "Ada Example",
        "active": True,
        "fs_uniquifier": f"account-{number}",
        "created_at": now,
        "person_id": person_id,
    }


def _work(number: int, creator: int, registration: int, now: datetime) -> dict[str, Any]:
    return {
        "creator_id": creator,
        "registration_id": registration,
        "key": f"flickr:photo:{photo(number)}",
        "url": f"https://www.flickr.com/photos/someone/{photo(number)}/",
        "title": f"Work {number}",
        "licence_code": "by",
        "licence_version": "4.0",
        "state": WorkState.READY,
        "listing": "server-only",
        "created_at": now,
    }


def _membership(scan: int, number: int, work: int, now: datetime) -> dict[str, Any]:
    return {
        "scan_id": scan,
        "work_id": work,
        "row": number,
        "place": f"line {number + 1}",
        "how": WayWon.KEY,
        "observed": f"flickr:photo:{photo(number)}",
        "certainty": Certainty.HOLDS,
        "at": now,
    }


def report(url: str, token: str = "") -> None:
    """Send a report of the page, with a device's token or without."""
    body = json.dumps({"version": 1, "page": "https://github.com/example/faces", "media": []}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/reports", body, headers)) as answer:
        assert answer.status == 202


def confirm(context: Context) -> None:
    with context.database.writing() as session:
        moderator = factories.account(session, context.keyring, context.now(), roles=("moderator",))
        case = session.scalars(select(Case)).one()
        reason = "It is offered there."
        cases.decide(session, case.id, moderator, DecisionVerdict.CONFIRM, reason, case.version, context.now())


def count(context: Context, table: type[Base]) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def delivered(context: Context) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).where(Delivery.state == DeliveryState.DELIVERED)) or 0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 100
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
