"""Scans are opened: of a file that was uploaded, of an address, of the lists a page links to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch import rules
from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.fetch.connectors import RemoteFile
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Scan
from commonswatch.services.deciding import audit
from commonswatch.services.scanning import scans
from commonswatch.services.words import one_line

MOST_WAITING = 20
"""Scans that wait or are being read at one time: each may keep a manifest of gigabytes on the disk."""
MOST_BEHIND = 10
"""Lists that are read of one page of a repository or dataset whose address a moderator gave."""
_LONGEST_NAME = 200


def open_scan(
    session: Session,
    keyring: Keyring,
    account: Account,
    *,
    name: str,
    dataset: str | None,
    form_token: str,
    now: datetime,
    url: str = "",
    size: int | None = None,
) -> tuple[Scan, bool]:
    """Make a scan of a manifest that was uploaded, or is to be fetched from ``url``; and whether it is new.

    A form sent twice is one scan. Raise InvalidInput for a dataset the catalogue does not know or an address that is
    not public, and Conflict while many wait.
    """
    digest = keyring.digest("scan-form", form_token)
    known = session.scalars(select(Scan).where(Scan.form_digest == digest)).first()
    if known is not None:
        return known, False
    if (session.scalar(select(func.count()).where(Scan.state.in_(scans.UNDER_WAY))) or 0) >= MOST_WAITING:
        raise Conflict("Many lists wait to be read already. Try again when some are done.")
    scan = Scan(
        dataset=dataset_of(dataset),
        name=name_of(name),
        url=_public(url) if url else "",
        bytes_total=size,
        form_digest=digest,
        account_id=account.id,
        created_at=now,
    )
    add(session, scan, f"account:{account.id}", "address" if url else "upload")
    scans.enqueue(session, scan, now)
    return scan, True


def spread_out(
    session: Session, keyring: Keyring, scan_id: int, files: Sequence[RemoteFile], now: datetime
) -> scans.Task:
    """A scan of a page becomes one of its first list, with a scan beside it for each other. Again it does nothing."""
    scan = scans.get(session, scan_id)
    first, *others = files[:MOST_BEHIND]
    scan.url, scan.name = first.url, one_line(first.name, _LONGEST_NAME) or scan.name
    for file in others:
        _open_beside(session, keyring, scan, file, now)
    return scans.Task(scan.id, scan.dataset, scan.name, scan.url)


def _open_beside(session: Session, keyring: Keyring, scan: Scan, file: RemoteFile, now: datetime) -> None:
    digest = keyring.digest("scan-beside", f"{scan.id} {file.url}")
    if session.scalar(select(Scan.id).where(Scan.form_digest == digest)):
        return
    beside = Scan(
        dataset=scan.dataset,
        name=name_of(file.name),
        url=file.url,
        bytes_total=file.size,
        form_digest=digest,
        account_id=scan.account_id,
        created_at=now,
    )
    add(session, beside, "system", "page", beside=scan.id)
    scans.enqueue(session, beside, now)


def add(session: Session, scan: Scan, actor: str, came_from: str, **facts: int) -> None:
    """Put a scan into the database and say so in the audit log."""
    session.add(scan)
    session.flush()
    told = {"dataset": scan.dataset or "", "from": came_from, **facts}
    audit.record(session, actor, "scan.open", f"scan:{scan.id}", told, scan.created_at)


def name_of(said: str) -> str:
    """What a list is called: one line that fits."""
    return one_line(said, _LONGEST_NAME) or "list"


def dataset_of(name: str | None) -> str | None:
    """The id of a dataset, None for none. Raise InvalidInput for one the catalogue does not know."""
    if not name:
        return None
    found = rules.dataset(name)
    if found is None:
        raise InvalidInput("The catalogue has no dataset of this name.", ("dataset",))
    return found.id


def _public(url: str) -> str:
    where = rules.location(url)
    if where is None or not url.lower().startswith(("https://", "http://")):
        raise InvalidInput("This address leads nowhere. It must be whole and begin with https:// or http://.", ("url",))
    if where.access is not None or where.hidden:
        raise InvalidInput("This address holds an access code. Download the listing and upload it.", ("url",))
    return url.partition("#")[0]
