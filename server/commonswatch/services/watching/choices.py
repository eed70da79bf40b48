"""Where a work may be recognised: its creator's choice between server-only and public listing, and until when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.states import Listing
from commonswatch.models import Account, Work
from commonswatch.services.deciding import audit
from commonswatch.services.registering import works
from commonswatch.services.watching import changes

LAST_YEAR = 2100


@dataclass(frozen=True)
class Choice:
    """What a creator chose. Server-only unless they say otherwise: a list others have cannot be taken back."""

    listing: Listing = Listing.SERVER_ONLY
    until: datetime | None = None


SERVER_ONLY = Choice()


def read_choice(word: str, until: str, now: datetime) -> Choice:
    """A choice out of a form; ``until`` is a day like 2027-01-31, its end in UTC, or empty. Raise InvalidInput."""
    if word not in ("", *Listing):
        raise InvalidInput("Choose where the work may be recognised.")
    listing = Listing(word or Listing.SERVER_ONLY)
    return Choice(listing, _end_of(until.strip(), now) if listing == Listing.PUBLIC and until.strip() else None)


def choose(session: Session, account: Account, work_id: int, choice: Choice, now: datetime) -> Work:
    """Set the choice for one of the account's own works; the list follows within its next version."""
    work = works.get(session, account, work_id)
    if (work.listing, work.listed_until) == (choice.listing, choice.until):
        return work
    work.listing, work.listed_until = choice.listing, choice.until
    session.flush()
    changes.note(session, [work.id], now)
    facts = {"listing": choice.listing, "until": choice.until.isoformat() if choice.until else ""}
    audit.record(session, f"account:{account.id}", "work.listing", f"work:{work.id}", facts, now)
    return work


def _end_of(day: str, now: datetime) -> datetime:
    try:
        until = datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)
    except ValueError:
        raise InvalidInput("The last day of the listing is no date. Write it like 2027-01-31.") from None
    if not now < until or until.year > LAST_YEAR:
        raise InvalidInput(f"The last day of the listing must be between today and the year {LAST_YEAR}.")
    return until
