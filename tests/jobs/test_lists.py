"""A list is read by the worker; works registered before and after are found in it, and withdrawn ones are forgotten."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Certainty, JobState, ScanState
from commonswatch.jobs.runner import Workers
from commonswatch.manifests.index import KeyIndex
from commonswatch.manifests.kernel import key_digest
from commonswatch.models import Account, Job, Membership, Scan, Work
from commonswatch.services.registering import registrations, works
from commonswatch.services.scanning import checking, folder, opening
from sqlalchemy import select

from tests import factories

LIST = "".join(f"{n}\thttps://www.flickr.com/photos/someone/{53000000000 + n}/\n" for n in range(1000)).encode()
LATER = "https://live.staticflickr.com/65535/53000000777_0123456789_b.jpg"


@pytest.fixture
def working(context: Context) -> Iterator[Context]:
    workers = Workers(context)
    workers.start()
    yield context
    workers.stop()


def _until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _all(context: Context, column: Any) -> list[Any]:
    with context.database.reading() as session:
        return list(session.scalars(select(column)))


def _open(context: Context, ada: Account) -> int:
    with context.database.writing() as session:
        scan, _ = opening.open_scan(
            session,
            context.keyring,
            ada,
            name="list.tsv",
            dataset="ms-celeb-1m",
            form_token="form",
            now=context.now(),
            size=len(LIST),
        )
        folder.manifest(context.settings.home, scan.id).write_bytes(LIST)
        return scan.id


def _register(context: Context, ada: Account, url: str) -> None:
    with context.database.writing() as session:
        account, rows = session.get_one(Account, ada.id), registrations.parse_rows(url, 10)
        registrations.register(
            session, context.keyring, account, rows, None, (), "one", context.settings.site, context.now()
        )


def test_a_work_is_found_in_a_list_that_was_read_before_it_was_registered(working: Context) -> None:
    context = working
    with context.database.writing() as session:
        ada = factories.account(session, context.keyring, context.now())
        early = factories.work(session, context.keyring, context.now(), creator=ada, key="flickr:photo:53000000005")
    number = _open(context, ada)
    _until(lambda: _all(context, Scan.state) == [ScanState.DONE])
    assert _all(context, Membership.work_id) == [early.id]
    assert not folder.manifest(context.settings.home, number).exists(), "the list itself does not stay"
    _register(context, ada, LATER)
    _until(lambda: len(_all(context, Membership.id)) == 2)
    late = max(_all(context, Work.id))
    with context.database.reading() as session:
        [found] = session.scalars(select(Membership).where(Membership.work_id == late))
        assert (found.row, found.certainty, found.observed) == (777, Certainty.HOLDS, "flickr:photo:53000000777")
    with context.database.writing() as session:
        works.withdraw(session, session.get_one(Account, ada.id), late, context.now())
    assert _all(context, Membership.work_id) == [early.id]
    _until(lambda: _forgotten(context))
    secret = checking.index_secret(context.keyring)
    with KeyIndex.open(folder.index(context.settings.home, number)) as index:
        assert index.rows_of(key_digest(secret, "flickr:photo:53000000777")) == []
        assert index.rows_of(key_digest(secret, "flickr:photo:53000000005")) == [5]


def _forgotten(context: Context) -> bool:
    with context.database.reading() as session:
        states = session.scalars(select(Job.state).where(Job.kind == "forget-work")).all()
    return states == [JobState.DONE]
