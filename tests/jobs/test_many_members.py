"""One report of a page with a copy, five thousand registered works in it: one case, everybody told once, in time."""

import json
import os
import secrets
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from commonswatch.channels import outbox
from commonswatch.context import Context, open_context
from commonswatch.domain.states import (
    Basis,
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
    Notification,
    Person,
    Registration,
    Scan,
    Sighting,
    Work,
)
from commonswatch.services.deciding import cases
from commonswatch.services.upkeep import bulk
from commonswatch.settings import Settings
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.played_hosts import PlayedHosts, page
from tests.running import RunningProduct

WORKS = int(os.environ.get("MEMBERS_WORKS", "5000"))
CREATORS = int(os.environ.get("MEMBERS_CREATORS", "400"))
SHOWN = int(os.environ.get("MEMBERS_SHOWN", "100"))
README = page(
    b"<h1>Faces</h1><h2>Download</h2><p>MS1M-ArcFace, aligned: "
    b"<a href='https://pan.baidu.com/s/1ExampleShare00'>faces_emore.zip</a></p>"
)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[RunningProduct]:
    with PlayedHosts({"github.com": README}) as hosts:
        played = ",".join(f"{name}={at}:{port}" for name, (at, port) in hosts.played.items())
        environment = {
            "COMMONSWATCH_FETCH_PLAYED_HOSTS": played,
            "COMMONSWATCH_FETCH_CA_FILE": str(hosts.ca_file),
            "COMMONSWATCH_WEB_PROCESSES": "1",
        }
        with RunningProduct(tmp_path / "home", environment) as running:
            yield running


def test_one_report_of_a_copy_with_five_thousand_works_tells_everybody_once_within_a_minute(
    product: RunningProduct,
) -> None:
    context = open_context(Settings(home=product.home))
    try:
        _fill(context)
        started = time.monotonic()
        _report(product.url)
        _until(lambda: _count(context, Sighting) == WORKS)
        listed = time.monotonic()
        _confirm(context)
        _until(lambda: _count(context, Notification) == CREATORS + SHOWN)
        told = time.monotonic()
        _until(lambda: _delivered(context) == CREATORS + SHOWN)
        ended = time.monotonic()
        with context.database.reading() as session:
            assert {one.basis for one in session.scalars(select(Sighting))} == {Basis.MEMBERSHIP}
            assert _count(context, Case) == 1
    finally:
        context.database.engine.dispose()
    print(  # noqa: T201 - the figure, shown by pytest -s
        f"listed after {listed - started:.1f} s, notified {told - listed:.1f} s after the decision, "
        f"letters out {ended - told:.1f} s later"
    )
    assert ended - started < 60
    folder = product.home / "outbox"
    assert len(list(folder.glob("*.eml"))) == CREATORS + SHOWN
    letters = outbox.list_letters(folder)
    assert len(letters) == len({letter.to for letter in letters})
    assert {letter.subject.split(" that ")[1].split(" hold ")[0] for letter in letters} == {"may"}


def _fill(context: Context) -> None:
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
            [{"work_id": one, "key": f"flickr:photo:{n}", "how": "exact"} for n, one in enumerate(works)],
        )
        shown = ids[CREATORS:]
        named = [{"work_id": works[n], "person_id": one, "name": "Bo Example"} for n, one in enumerate(shown)]
        _insert(session, Depiction, named)
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
        "key": f"flickr:photo:{number}",
        "url": f"https://www.flickr.com/photos/someone/{number}/",
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
        "observed": f"flickr:photo:{number}",
        "certainty": Certainty.HOLDS,
        "at": now,
    }


def _report(url: str) -> None:
    body = json.dumps({"version": 1, "page": "https://github.com/example/faces", "media": []}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/reports", body, headers)) as answer:
        assert answer.status == 202


def _confirm(context: Context) -> None:
    with context.database.writing() as session:
        moderator = factories.account(session, context.keyring, context.now(), roles=("moderator",))
        case = session.scalars(select(Case)).one()
        reason = "It is offered there."
        cases.decide(session, case.id, moderator, DecisionVerdict.CONFIRM, reason, case.version, context.now())


def _count(context: Context, table: type[Base]) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _delivered(context: Context) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).where(Delivery.state == DeliveryState.DELIVERED)) or 0


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 100
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
