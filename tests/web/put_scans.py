"""Scans in the database, as the site or a command leaves them, and the form that opens one."""

from dataclasses import dataclass
from datetime import timedelta

import filled
from commonswatch.context import Context
from commonswatch.domain.states import ScanState
from commonswatch.models import Scan
from commonswatch.services.scanning import memberships
from flask.testing import FlaskClient

LIST = b"https://www.flickr.com/photos/someone/53000000001/\nhttps://www.flickr.com/photos/someone/53000000002/\n"


@dataclass(frozen=True)
class Match:
    work_id: int
    row: int = 3
    place: str = "line 4"
    how: str = "key"
    what: str = "flickr:photo:53000000001"


def sent(client: FlaskClient, **form: object) -> str:
    """Send the form; returns the page of the scan."""
    fields = {"dataset": "ms-celeb-1m", "form_token": "one-form", **form}
    answer = client.post("/scans", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def scan(context: Context, state: ScanState = ScanState.READING, **values: object) -> int:
    """A scan of a command that began 100 seconds ago; with ``form_digest`` one of the site. Returns its number."""
    now = context.now()
    row = {"dataset": "ms-celeb-1m", "name": "list.tsv", "rows": 1_234_567, "created_at": now, **values}
    with context.database.writing() as session:
        made = Scan(state=state, started_at=now - timedelta(seconds=100), noted_at=now, **row)
        session.add(made)
        session.flush()
        return made.id


def found(context: Context, scan_id: int, works: int = 1) -> None:
    """Works that a scan found."""
    with context.database.writing() as session:
        creator = filled.put_account(context, session, f"creator{scan_id}@example.org")
        made = [filled.put_work(session, creator, scan_id * 1000 + n, context.now()) for n in range(works)]
        memberships.take(session, scan_id, [Match(one.id) for one in made], context.now())
