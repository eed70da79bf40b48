"""The people of the demo and what they do on the site, called as the site's own pages call it."""

import secrets
import uuid

from flask_security import hash_password
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.demo.hosts import TITLES, picture_url
from commonswatch.domain.states import (
    CaseState,
    Channel,
    DecisionVerdict,
    DeliveryState,
    Listing,
    Role,
    ScanState,
    WorkState,
)
from commonswatch.models import Account, Case, Delivery, Depiction, Location, Notification, Person, Work
from commonswatch.services.deciding import cases
from commonswatch.services.membership import accounts, devices
from commonswatch.services.registering import registrations, rows
from commonswatch.services.scanning import folder, opening, scans
from commonswatch.services.telling import people
from commonswatch.services.watching.choices import Choice

MIRA = "mira@creators.example.org"
MODERATOR = "moderator@watch.example.org"
ADA = "ada@people.example.org"
BOB = "bob@people.example.org"


class Cast:
    """Everybody in the story; each method is something one of them does."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.passwords: dict[str, str] = {}

    def sign_up(self, address: str, name: str, *roles: Role) -> None:
        """Make an account with a password, so that a newcomer can sign in as them afterwards."""
        password = secrets.token_urlsafe(9)
        with create_app(self.context.settings, self.context).app_context():
            hashed = hash_password(password)
        with self.context.database.writing() as session:
            account = accounts.find_or_create_account(
                session, self.context.keyring, address, self.context.now(), name=name
            )
            account.password, account.confirmed_at = hashed, self.context.now()
            for role in roles:
                accounts.grant(session, account, role, "system", self.context.now())
        self.passwords[address] = password

    def register_works(self) -> None:
        """Mira registers her pictures: Ada is shown in the second and third, Bob in the first."""
        shown = {0: f"Bob Example <{BOB}>", 1: f"Ada Example <{ADA}>", 2: f"Ada Example <{ADA}>"}
        lines = [f'{picture_url(n)},CC BY-NC 4.0,{title},"{shown.get(n, "")}"' for n, title in enumerate(TITLES)]
        parsed = rows.parse_rows("\n".join(["url,licence,title,people shown", *lines]), len(TITLES))
        with self.context.database.writing() as session:
            registrations.register(
                session, self.context.keyring, _account(session, MIRA), parsed, None, (), str(uuid.uuid4()),
                self.context.settings.site, self.context.now(), choice=Choice(Listing.PUBLIC),
            )  # fmt: skip

    def fingerprinted(self) -> int:
        """How many works are ready."""
        return self._count(select(func.count()).select_from(Work).where(Work.state == WorkState.READY))

    def answer_invitations(self) -> None:
        """Ada says yes, Bob says no."""
        keyring, now = self.context.keyring, self.context.now()
        with self.context.database.writing() as session:
            by_name = dict(session.execute(select(Depiction.name, Depiction.person_id)).tuples().all())
            ada, bob = (session.get_one(Person, by_name[name]) for name in ("Ada Example", "Bob Example"))
            people.confirm(session, ada, "en", Channel.MAIL, now)
            people.decline(session, keyring, bob, now)

    def hand_in_list(self, name: str, text: str, dataset: str) -> int:
        """The moderator uploads a list; returns the number of the scan that the worker does."""
        home, now, data = self.context.settings.home, self.context.now(), text.encode()
        with self.context.database.writing() as session:
            scan, _ = opening.open_scan(
                session, self.context.keyring, _account(session, MODERATOR),
                name=name, dataset=dataset, form_token=str(uuid.uuid4()), size=len(data), now=now,
            )  # fmt: skip
            folder.manifest(home, scan.id).write_bytes(data)
            return scan.id

    def works_in_list(self, scan_id: int) -> int | None:
        """How many works a scan found; None while it is read."""
        with self.context.database.reading() as session:
            scan = scans.get(session, scan_id)
            return scan.matches if scan.state is ScanState.DONE else None

    def pairing_code(self) -> str:
        """The moderator pairs a browser too, and reads the code off the page."""
        with self.context.database.writing() as session:
            return devices.make_code(session, self.context.keyring, _account(session, MODERATOR), self.context.now())

    def confirm_case(self, page: str) -> int:
        """The moderator confirms the case at a page; returns how many people it concerns."""
        with self.context.database.writing() as session:
            found = session.scalars(select(Case).join(Location).where(Location.url == page)).one()
            affected = cases.people_affected(session, found.id)
            reason = "The pictures are on the page; compared side by side."
            cases.decide(
                session,
                found.id,
                _account(session, MODERATOR),
                DecisionVerdict.CONFIRM,
                reason,
                found.version,
                self.context.now(),
            )
        return affected

    def letters_on_their_way(self) -> int:
        """Letters that are not delivered yet."""
        return self._count(select(func.count()).select_from(Delivery).where(Delivery.state != DeliveryState.DELIVERED))

    def notifications(self) -> int:
        """How many people were told."""
        return self._count(select(func.count()).select_from(Notification))

    def open_cases(self) -> int:
        """How many cases wait in the queue."""
        return self._count(select(func.count()).select_from(Case).where(Case.state == CaseState.OPEN))

    def person_page(self) -> str:
        """Ada's own page, as linked in her letters."""
        with self.context.database.reading() as session:
            person_id = session.scalars(select(Depiction.person_id).where(Depiction.name == "Ada Example")).first()
            return people.page_link(
                self.context.keyring, session.get_one(Person, person_id), self.context.settings.site
            )

    def _count(self, query: Select[int]) -> int:
        with self.context.database.reading() as session:
            return session.scalar(query) or 0


def _account(session: Session, address: str) -> Account:
    account = accounts.find_account(session, address)
    assert account is not None  # noqa: S101 (signed up before)
    return account
