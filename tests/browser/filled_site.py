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
    CaseState,
    DecisionVerdict,
    JobState,
    PersonState,
    Role,
    WorkState,
)
from commonswatch.models import Account, Job, Person, Work
from commonswatch.services.deciding import cases
from commonswatch.services.membership import accounts, devices, setup
from commonswatch.services.registering import registrations, rows
from commonswatch.services.reporting import inherited
from commonswatch.services.telling import found, people
from commonswatch.settings import Settings
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import filled_cases, filled_scans
from tests.running import RunningProduct
from tests.unit.channels.letters import SENDER, SENT, letter

MIRA = "mira@creators.example.org"
SAM = "sam@watch.example.org"


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
        open_case = filled_cases.with_all_evidence(session, context, works, now)
        came_back = filled_cases.that_came_back(session, sam, works, now)
        confirmed = factories.case(
            session, now, works, at=factories.location(session, now, url=filled_cases.LONG), age=timedelta(days=3)
        )
        filled_cases.offer_copies(session, confirmed, now)
        scans = filled_scans.put(session, context, works, told, now)
        inherited.add(session, confirmed, now)
        copies_only = filled_cases.with_copies_only(session, context, now)
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
            **scans,
            "registration": f"/registrations/{registration}",
            "ready work": f"/works/{works[0].id}",
            "withdrawn work": f"/works/{works[2].id}",
            "open case": f"/cases/{open_case.id}",
            "case that came back": f"/cases/{came_back.id}",
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
    pasted = (
        f"https://live.staticflickr.com/65535/53000000001_0123456789_b.jpg\n{filled_cases.LONG}.jpg\nno address\n//\n"
    )
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


def _give_up_a_job(session: Session, now: datetime) -> None:
    problem = "The mail server did not answer."
    job = Job(kind="deliver", key="1", payload={}, run_after=now, created_at=now, finished_at=now, attempts=8)
    job.state, job.problem = JobState.DEAD, problem
    session.add(job)


def _keep_letters(context: Context) -> None:
    for template in ("sign_in", "invitation", "alert"):
        outbox.write(compose(letter(template), SENDER, SENT), context.settings.home / "outbox")
