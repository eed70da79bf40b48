"""What a page offers: the links on it that hand out data of a dataset. Writing that down is in ``copies``.

Needs no database. What our server read and what a watcher claims have one shape, and never the same worth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from commonswatch import rules
from commonswatch.domain.keys import LocationKey
from commonswatch.rules.links import Link, read_links
from commonswatch.services.reporting.pages import PageLook
from commonswatch.services.reporting.submissions import ObservedLink

MOST_TEXT = 1_000_000
"""Characters of a page whose links are read; a README has some thousands."""
CLAIM = "A watcher says so."


@dataclass(frozen=True)
class Offer:
    """A dataset that a page hands out: where its data are, and why we (or a watcher) think so."""

    dataset: str
    where: LocationKey = field(repr=False)
    reason: str = CLAIM
    claimed: bool = True


def read(page: PageLook) -> tuple[Offer, ...]:
    """The offers on a page, each place and dataset once; none when it was not read. Never asks the network."""
    if page.text is None:
        return ()
    found = read_links(page.text[:MOST_TEXT], page.url, page.media_type)
    return _once(_offer(link) for link in found if link.role == "data")


def claimed(links: Iterable[ObservedLink]) -> tuple[Offer, ...]:
    """The offers a watcher names in a report."""
    return _once(_claim(link) for link in links)


def _offer(link: Link) -> Offer | None:
    where = rules.location(link.url)
    if where is None or link.dataset is None:
        return None
    return Offer(link.dataset, replace(where, access=where.access or link.access), link.reason, claimed=False)


def _claim(link: ObservedLink) -> Offer | None:
    where = rules.location(link.url) if link.dataset else None
    return Offer(link.dataset, where) if link.dataset and where else None


def _once(offers: Iterable[Offer | None]) -> tuple[Offer, ...]:
    """Without repetition; one that tells the access code is worth more than one that does not."""
    found: dict[tuple[str, str], Offer] = {}
    for offer in offers:
        if offer is None:
            continue
        key = (offer.where.key, offer.dataset)
        if key not in found or (found[key].where.access is None and offer.where.access is not None):
            found[key] = offer
    return tuple(found.values())
