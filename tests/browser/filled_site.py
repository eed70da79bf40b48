"""A site with something in every state a page can show, and one with nothing in it; only the web server runs.

The rows are written before the server starts, so a page test needs no worker and waits for nobody.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from commonswatch import schema
from commonswatch.channels import outbox
from commonswatch.channels.message import compose
from commonswatch.context import Context, open_context
from commonswatch.demo.cast import Cast
from commonswatch.domain.states import (
    Basis,
    CaseState,
    DecisionVerdict,
    JobState,
    PersonState,
    Role,
    WorkState,
)
from commonswatch.models import Account, Case, Evidence, Job, Location, LocationSecret, Person, Work
from commonswatch.services.deciding import cases
from commonswatch.services.membership import accounts, devices, setup
from commonswatch.services.registering import registrations, rows
from commonswatch.services.telling import found, people
from commonswatch.settings import Settings
from sqlalchemy.orm import Session

from tests import factories
from tests.running import RunningProduct
from tests.unit.channels.letters import SENDER, SENT, letter

MIRA = "mira@creators.example.org"
SAM = "sam@watch.example.org"
LONG = "https://user-pages.example.org/a-very-long-folder-name-without-any-blank/" + "0123456789abcdef" * 8


@dataclass
class FilledSite:
    """The running site, the passwords of its people, and the addresses of pages that need a number or a token."""

    product: RunningProduct
    passwords: dict[str, str]
    paths: dict[str, str] = field(default_factory=dict)


def prepare(folder: Path, *, filled: bool) -> FilledSite:
    """Make the database; enter ``product`` to start the server."""
    product = RunningProduct(folder / ("filled" if filled else "empty"), command="serve")
    context = open_context(Settings.from_env(product.environment))
    schema.upgrade(context.database.engine)
    cast = Cast(context)
    cast.sign_up(MIRA, "Mira Example")
    site = FilledSite(product, cast.passwords)
    if filled:
        cast.sign_up(SAM, "Sam Example", Role.MODERATOR, Role.ADMINISTRATOR)
        site.paths = _fill(context)
    else:
        site.paths = _before_anything(context)
    context.database.engine.dispose()
    return site


def _before_anything(context: Context) -> dict[str, str]:
    with context.database.reading() as session:
        link = setup.make_setup_link(session, context.keyring, "", context.now())
    assert link
    return {"setup": link}


def _fill(context: Context) -> dict[str, str]:
    now = context.now()
    _keep_letters(context)
    with context.database.writing() as session:
        mira, sam = (accounts.find_account(session, address) for address in (MIRA, SAM))
        assert mira
        assert sam
        registration = _register(session, context, mira, now)
        told = factories.person(session, context.keyring, now)
        works = _works(session, context, mira, told, now)
        open_case = _open_case(session, context, works, now)
        confirmed = factories.case(
            session, now, works, at=factories.location(session, now, url=LONG), age=timedelta(days=3)
        )
        _offer_copies(session, confirmed, now)
        copies_only = factories.case(session, now, age=timedelta(days=1))
        _hand_out(session, copies_only.location, now)
        cases.decide(session, confirmed.id, sam, DecisionVerdict.CONFIRM, "Compared side by side.", 1, now)
        found.answer(session, told, works[0].id, confirmed.location_id, found.Answer.FINE, now)
        dismissed = factories.case(session, now, works[:1], state=CaseState.DISMISSED)
        device = devices.make_code(session, context.keyring, mira, now)
        devices.pair(session, context.keyring, device, "Firefox on a laptop with a long name", now)
        _give_up_a_job(session, now)
        nobody_yet = factories.person(session, context.keyring, now)
        invited = factories.person(session, context.keyring, now, state=PersonState.INVITED)
        factories.work(session, context.keyring, now, creator=mira, shown=(invited,), title="Picnic")
        return {
            "registration": f"/registrations/{registration}",
            "ready work": f"/works/{works[0].id}",
            "withdrawn work": f"/works/{works[2].id}",
            "open case": f"/cases/{open_case.id}",
            "case of copies only": f"/cases/{copies_only.id}",
            "confirmed case": f"/cases/{confirmed.id}",
            "dismissed case": f"/cases/{dismissed.id}",
            "told person": _page(context, told),
            "person with nothing found": _page(context, nobody_yet),
            "invited person": _page(context, invited),
            "unsubscribe": people.unsubscribe_link(context.keyring, told, ""),
            "receipt": f"/report/{factories.report(session, context.keyring, now).receipt}",
            "letter": f"/outbox/{outbox.list_letters(context.settings.home / 'outbox')[0].name}",
        }


def _page(context: Context, person: Person) -> str:
    return people.page_link(context.keyring, person, "")


def _register(session: Session, context: Context, mira: Account, now: datetime) -> int:
    """A registration on its way: two works wait, two lines cannot be registered."""
    pasted = f"https://live.staticflickr.com/65535/53000000001_0123456789_b.jpg\n{LONG}.jpg\nno address\n//\n"
    parsed = rows.parse_rows(pasted, 100)
    made = registrations.register(session, context.keyring, mira, parsed, None, (), "form", context.settings.site, now)
    return made.id


def _works(session: Session, context: Context, mira: Account, told: Person, now: datetime) -> tuple[Work, ...]:
    """Works in every state, with a person shown."""
    ready = factories.work(
        session, context.keyring, now, creator=mira, shown=(told,), sha256=bytes(32), pdq=bytes(32), title="Harbour"
    )
    ready.width, ready.height, ready.media_type = 1024, 768, "image/jpeg"
    by_address = factories.work(
        session, context.keyring, now, creator=mira, shown=(told,), state=WorkState.KEY_ONLY, title=""
    )
    by_address.problem = "It cannot be fetched: the host says that it is gone."
    by_address.licence_code = by_address.licence_version = None
    withdrawn = factories.work(session, context.keyring, now, creator=mira, state=WorkState.WITHDRAWN)
    return ready, by_address, withdrawn


def _open_case(session: Session, context: Context, works: tuple[Work, ...], now: datetime) -> Case:
    """A case with every kind of evidence, behind an access code."""
    case = factories.case(session, now, works[:2], age=timedelta(days=2))
    digest = context.keyring.digest("secret", "q9x2")
    session.add(
        LocationSecret(
            location_id=case.location_id,
            secret_digest=digest,
            secret_sealed=context.keyring.seal_text("q9x2"),
            first_seen=now,
        )
    )
    session.flush()
    read = {"fetched_at": now.isoformat(), "seen_on_page": True, "page_status": 200}
    unread = {"reason": "The host did not answer.", "seen_on_page": False}
    media = "https://pictures.example/copy.jpg"
    session.refresh(case)
    case.sightings[0].evidence += [
        Evidence(at=now, basis=Basis.SHA256, observed="sha256:" + "0f" * 32, media_url=media, facts=read),
        Evidence(
            at=now, basis=Basis.PDQ, observed="pdq:" + "0f" * 32, distance=12, quality=97, rendition="320", facts=unread
        ),
    ]
    case.sightings[1].evidence += [
        Evidence(at=now, basis=Basis.KEY, observed=LONG[-60:], facts={"how": "guessed", "claimed": True}),
    ]
    return case


def _offer_copies(session: Session, case: Case, now: datetime) -> None:
    """A page that hands out two copies of one dataset, first seen in different months, and one a watcher claims."""
    page = session.get_one(Location, case.location_id)
    share = factories.location(session, now, url="https://share.example/s/harbour-faces")
    factories.copy(session, now - timedelta(days=1), page)
    factories.copy(session, now - timedelta(days=40), page, at=share)
    factories.copy(session, now - timedelta(days=1), page, dataset="uccs", claimed=True)


def _hand_out(session: Session, page: Location, now: datetime) -> None:
    """Copies on a page: here, at a long address, behind a torrent kept hidden; and one only claimed."""
    share, torrent = (
        factories.location(session, now, url=LONG),
        factories.location(session, now, url="btih:0123456789abcdef"),
    )
    torrent.kind = "torrent"
    for dataset, at in (("ms-celeb-1m", page), ("ms-celeb-1m", share), ("dukemtmc", torrent), ("vggface2", share)):
        factories.copy(session, now, page, dataset=dataset, at=at)
    factories.copy(session, now, page, dataset="casia-webface", at=share, claimed=True)


def _give_up_a_job(session: Session, now: datetime) -> None:
    problem = "The mail server did not answer."
    job = Job(kind="deliver", key="1", payload={}, run_after=now, created_at=now, finished_at=now, attempts=8)
    job.state, job.problem = JobState.DEAD, problem
    session.add(job)


def _keep_letters(context: Context) -> None:
    for template in ("sign_in", "invitation", "alert"):
        outbox.write(compose(letter(template), SENDER, SENT), context.settings.home / "outbox")
