"""Writing down places: their public half in the open, what opens them sealed. The only way into ``locations``.

Access codes and the keys of shares stand beside the place, sealed for moderators. A torrent has nothing but its hash,
which opens the data: it is known by a keyed digest of it, and the hash itself is sealed like an access code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.domain.keys import LocationKey
from commonswatch.domain.sites import registered_domain
from commonswatch.keyring import Keyring
from commonswatch.models import Location, LocationSecret
from commonswatch.services.upkeep import queue

_DIGITS = 16  # of a hidden key's digest, in hexadecimal: two of a million torrents share one with odds of 1 to 10^8


def openly(keyring: Keyring, where: LocationKey) -> LocationKey:
    """A place as it may be stored and shown, what opens it in ``access``. The same torrent gets the same key."""
    if not where.hidden:
        return where
    family = where.key.partition(":")[0]
    name = f"{family}:{keyring.digest('hidden-location', where.key).hex()[:_DIGITS]}"
    secret = " ".join(filter(None, (where.key, where.access)))
    return replace(where, key=name, url=name, path="", access=secret, hidden=False)


def keep(session: Session, keyring: Keyring, places: Iterable[LocationKey], now: datetime) -> dict[str, int]:
    """Make or touch the rows of places and keep their secrets; return the row ids by the keys given."""
    named = {where: openly(keyring, where) for where in places}
    rows = _touch({where.key: where for where in named.values()}, session, now)
    for shown in named.values():  # the page and a link may be one share, and only one of them carry its code
        _keep_secret(session, keyring, rows[shown.key], shown.access, now)
    return {where.key: rows[shown.key] for where, shown in named.items()}


def _touch(places: Mapping[str, LocationKey], session: Session, now: datetime) -> dict[str, int]:
    """Make or touch locations, in one order for everybody (no deadlock); return their ids."""
    statement = queue.insert_of(session, Location)
    rows = [_row(places[key], now) for key in sorted(places)]
    if rows:
        session.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_={"last_seen": statement.excluded.last_seen}),
            rows,
        )
    found = session.execute(select(Location.key, Location.id).where(Location.key.in_(places)))
    return {row.key: row.id for row in found}


def _row(where: LocationKey, now: datetime) -> dict[str, str | datetime]:
    is_address = where.url.startswith("https://")
    return {
        "key": where.key,
        "kind": where.kind[:40],
        "url": where.url,
        "site": (registered_domain(where.url) if is_address else where.kind)[:253],
        "first_seen": now,
        "last_seen": now,
    }


def _keep_secret(session: Session, keyring: Keyring, location_id: int, secret: str | None, now: datetime) -> None:
    if secret is None:
        return
    row = {
        "location_id": location_id,
        "secret_digest": keyring.digest("location-secret", secret),
        "secret_sealed": keyring.seal_text(secret),
        "first_seen": now,
    }
    session.execute(queue.insert_new(session, LocationSecret), [row])
