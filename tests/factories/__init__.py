"""Rows for tests, each made with one call and sensible made-up values: ``factories.work(session, keyring, now)``.

They write tables directly, so a test of one service does not depend on another. Each returns a flushed object.
"""

import itertools
import secrets
import uuid
from datetime import datetime, timedelta
from typing import TypeVar

from commonswatch.domain.states import (
    Basis,
    CaseState,
    Channel,
    PersonState,
    ReportState,
    WorkState,
)
from commonswatch.keyring import Keyring, new_token, token_digest
from commonswatch.models import (
    Account,
    Base,
    Case,
    Copy,
    Depiction,
    Device,
    Evidence,
    FingerprintOfWork,
    KeyOfWork,
    Location,
    Person,
    Registration,
    Report,
    Role,
    Sighting,
    Work,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

_numbers = itertools.count(1)
Row = TypeVar("Row", bound=Base)


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def person(
    session: Session,
    keyring: Keyring,
    now: datetime,
    *,
    address: str | None = None,
    state: PersonState = PersonState.CONFIRMED,
    channel: Channel = Channel.MAIL,
    language: str = "en",
) -> Person:
    """Somebody with an address of their own; said yes to being told unless ``state`` says otherwise."""
    address = address or f"person{next(_numbers)}@example.org"
    return _add(
        session,
        Person(
            address_sealed=keyring.seal_text(address),
            address_digest=keyring.digest("address", address),
            language=language,
            channel=channel,
            state=state,
            link_nonce=secrets.token_bytes(16),
            created_at=now,
        ),
    )


def account(
    session: Session,
    keyring: Keyring,
    now: datetime,
    *,
    address: str | None = None,
    roles: tuple[str, ...] = (),
    channel: Channel = Channel.MAIL,
) -> Account:
    """Somebody who can sign in, confirmed; ``roles`` such as ``("moderator",)``."""
    address = address or f"account{next(_numbers)}@example.org"
    somebody = person(session, keyring, now, address=address, state=PersonState.UNASKED, channel=channel)
    made = Account(
        email=address,
        name="Ada Example",
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=now,
        created_at=now,
        person_id=somebody.id,
    )
    made.roles = [_role(session, name) for name in roles]
    return _add(session, made)


def _role(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).first() or _add(session, Role(name=name))


def device(
    session: Session, owner: Account, now: datetime, scopes: str = "report:write alert:read"
) -> tuple[Device, str]:
    """A paired device and its token."""
    token = new_token()
    made = Device(
        account_id=owner.id,
        name="Firefox",
        token_digest=token_digest(token),
        scopes=scopes,
        created_at=now,
        last_seen=now,
    )
    return _add(session, made), token


def work(
    session: Session,
    keyring: Keyring,
    now: datetime,
    *,
    creator: Account | None = None,
    key: str | None = None,
    title: str = "A bridge in fog",
    state: WorkState = WorkState.READY,
    shown: tuple[Person, ...] = (),
    pdq: bytes | None = None,
    quality: int = 100,
    sha256: bytes | None = None,
) -> Work:
    """A registered work with its key, and fingerprints of the original where they are given."""
    creator = creator or account(session, keyring, now)
    number = next(_numbers)
    key = key or f"flickr:photo:{53000000000 + number}"
    batch = _add(session, Registration(creator_id=creator.id, row_count=1, created_at=now))
    made = Work(
        creator_id=creator.id,
        registration_id=batch.id,
        key=key,
        url=f"https://www.flickr.com/photos/someone/{number}/",
        title=title,
        licence_code="by-nc",
        licence_version="4.0",
        licence_basis="chosen",
        state=state,
        created_at=now,
        examined_at=now,
        keys=[KeyOfWork(key=key, how="exact")],
        depictions=[Depiction(person_id=somebody.id, name="Bo Example") for somebody in shown],
        fingerprints=[
            FingerprintOfWork(algorithm=algorithm, rendition="original", bits=bits, quality=good)
            for algorithm, bits, good in (("pdq", pdq, quality), ("sha256", sha256, None))
            if bits is not None
        ],
    )
    return _add(session, made)


def location(
    session: Session, now: datetime, *, url: str = "https://github.com/example/faces", key: str | None = None
) -> Location:
    """A place where things are shared."""
    key = key or f"github:example/faces{next(_numbers)}"
    return _add(
        session, Location(key=key, kind="repository", url=url, site="github.com", first_seen=now, last_seen=now)
    )


def case(
    session: Session,
    now: datetime,
    works: tuple[Work, ...] = (),
    *,
    at: Location | None = None,
    state: CaseState = CaseState.OPEN,
    age: timedelta = timedelta(),
) -> Case:
    """A case with one sighting, found by its key, for each work."""
    at = at or location(session, now)
    made = _add(
        session,
        Case(
            location_id=at.id,
            state=state,
            version=1,
            opened_at=now - age,
            decided_at=None if state == CaseState.OPEN else now,
        ),
    )
    for one in works:
        _add(
            session,
            Sighting(
                work_id=one.id,
                location_id=at.id,
                case_id=made.id,
                basis=Basis.KEY,
                first_seen=now - age,
                last_seen=now,
                evidence=[Evidence(basis=Basis.KEY, observed=one.key, facts={"how": "exact"}, at=now)],
            ),
        )
    return made


def report(
    session: Session, keyring: Keyring, now: datetime, body: bytes = b'{"version":1,"page":"https://example.org/"}'
) -> Report:
    """A report as taken in, not checked yet (no job is queued for it)."""
    return _add(
        session,
        Report(
            receipt=new_token(),
            reporter="anonymous",
            idempotency_digest=secrets.token_bytes(32),
            submission_digest=secrets.token_bytes(32),
            submission_sealed=keyring.seal(body),
            state=ReportState.RECEIVED,
            received_at=now,
        ),
    )


def copy(
    session: Session,
    now: datetime,
    page: Location,
    *,
    dataset: str = "ms-celeb-1m",
    at: Location | None = None,
    claimed: bool = False,
) -> Copy:
    """A copy of a dataset handed out on a page, and (unless ``at`` says where) offered there itself."""
    return _add(
        session,
        Copy(
            dataset=dataset,
            location_id=(at or page).id,
            page_id=page.id,
            reason="the row names it",
            claimed=claimed,
            first_seen=now,
            last_seen=now,
        ),
    )
