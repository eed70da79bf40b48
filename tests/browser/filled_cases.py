"""Cases of the filled site: every kind of evidence, copies with and without access codes, one that came back."""

from datetime import datetime, timedelta

from commonswatch.context import Context
from commonswatch.domain.states import Basis, DecisionVerdict
from commonswatch.models import Account, Case, Decision, Evidence, Location, LocationSecret, Work
from sqlalchemy.orm import Session

from tests import factories

LONG = "https://user-pages.example.org/a-very-long-folder-name-without-any-blank/" + "0123456789abcdef" * 8


def with_all_evidence(session: Session, context: Context, works: tuple[Work, ...], now: datetime) -> Case:
    """A case with every kind of evidence, behind an access code."""
    case = factories.case(session, now, works[:2], age=timedelta(days=2))
    _keep_code(session, context, case.location, now)
    read = {"fetched_at": now.isoformat(), "seen_on_page": True, "page_status": 200}
    unread = {"reason": "The host did not answer.", "seen_on_page": False, "claimed": True}
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


def that_came_back(session: Session, moderator: Account, works: tuple[Work, ...], now: datetime) -> Case:
    """A case that was dismissed, and where another work was found afterwards: compared, but not seen on the page."""
    case = factories.case(session, now, works[:2], at=factories.location(session, now, url=f"{LONG}-2"))
    session.refresh(case)
    old, new = case.sightings
    old.first_seen = now - timedelta(days=5)
    row = {"moderator_id": moderator.id, "verdict": DecisionVerdict.DISMISS, "reason": "Only a list of links."}
    session.add(Decision(case_id=case.id, at=now - timedelta(days=3), **row))
    facts = {"fetched_at": now.isoformat(), "seen_on_page": False}
    new.evidence += [
        Evidence(at=now, basis=Basis.PDQ, observed="pdq:" + "1f" * 32, distance=7, quality=88, facts=facts)
    ]
    return case


def offer_copies(session: Session, case: Case, now: datetime) -> None:
    """A page that hands out two copies of one dataset, first seen in different months, and one a watcher claims."""
    page = session.get_one(Location, case.location_id)
    share = factories.location(session, now, url="https://share.example/s/harbour-faces")
    factories.copy(session, now - timedelta(days=1), page)
    factories.copy(session, now - timedelta(days=40), page, at=share)
    factories.copy(session, now - timedelta(days=1), page, dataset="uccs", claimed=True)


def with_copies_only(session: Session, context: Context, now: datetime) -> Case:
    """Copies on a page: here, in a share with an access code, behind a torrent kept hidden; and one only claimed."""
    case = factories.case(session, now, age=timedelta(days=1))
    page, share = case.location, factories.location(session, now, url=LONG)
    torrent = factories.location(session, now, url="btih:0123456789abcdef")
    torrent.kind = "torrent"
    for dataset, at in (("ms-celeb-1m", page), ("ms-celeb-1m", share), ("dukemtmc", torrent), ("vggface2", share)):
        factories.copy(session, now, page, dataset=dataset, at=at)
    factories.copy(session, now, page, dataset="casia-webface", at=share, claimed=True)
    _keep_code(session, context, share, now)
    return case


def _keep_code(session: Session, context: Context, place: Location, now: datetime) -> None:
    sealed, digest = context.keyring.seal_text("q9x2"), context.keyring.digest("secret", "q9x2")
    session.add(LocationSecret(location_id=place.id, secret_digest=digest, secret_sealed=sealed, first_seen=now))
    session.flush()
