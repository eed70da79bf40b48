"""What a checked report came to, in plain words: kept with it for moderators, and told to nobody else."""

from collections.abc import Sequence

from commonswatch import rules
from commonswatch.services.reporting.looking import Look
from commonswatch.services.reporting.offers import Offer
from commonswatch.services.reporting.sightings import Found

_MOST_NAMES = 3


def verified(found: Sequence[Found], offers: Sequence[Offer]) -> str:
    """There is a case now: for the works recognised, the copies offered, or both."""
    works = len({one.match.work_id for one in found})
    words = [f"{works} registered {'work was' if works == 1 else 'works were'} recognised."] if works else []
    if offers:
        words.append(f"The page offers data of {_names(offers)}.")
    return " ".join([*words, "A moderator decides next."])


def unmatched(look: Look, *, are_lists_read: bool = False) -> str:
    """Nothing was recognised, and how much was not looked at."""
    words = "Nothing in it is registered here."
    words += " The lists behind the page are read next." if are_lists_read else ""
    return f"{words} {look.unread} of its pictures could not be read." if look.unread else words


def _names(offers: Sequence[Offer]) -> str:
    ids = list(dict.fromkeys(offer.dataset for offer in offers))
    known = [rules.dataset(one) for one in ids[:_MOST_NAMES]]
    words = ", ".join(one.name if one else "a dataset" for one in known)
    return words if len(ids) <= _MOST_NAMES else f"{words} and {len(ids) - _MOST_NAMES} more"
