"""A report of a page that links to a list: it is read, all works in it are at that place, everybody is told once."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from commonswatch.channels import outbox
from commonswatch.context import open_context
from commonswatch.domain.states import Basis, ReportState, ScanState
from commonswatch.models import Case, Evidence, Job, Notification, Report, Scan, Sighting
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories
from tests.jobs import crowd
from tests.played_hosts import Answer, PlayedHosts, page
from tests.running import RunningProduct

README = page(b"<h1>faces</h1><p>All pictures: <a href='/example/faces/blob/main/lists/all.tsv'>the list</a></p>")
ROWS = "".join(f"{n}\thttps://farm1.staticflickr.com/2/{crowd.photo(n)}_0123456789_z.jpg\n" for n in range(crowd.WORKS))
API = {
    "/repos/example/faces": {"default_branch": "main"},
    "/repos/example/faces/git/trees/main?recursive=1": {
        "tree": [
            {"path": "lists/all.tsv", "type": "blob", "size": len(ROWS)},
            {"path": "train.py", "type": "blob", "size": 5},
        ],
        "truncated": False,
    },
}


def _api(path: str, _headers: Mapping[str, str]) -> Answer:
    body = json.dumps(API.get(path, {})).encode()
    return 200 if path in API else 404, {"Content-Type": "application/json"}, body


def _raw(path: str, _headers: Mapping[str, str]) -> Answer:
    is_list = path == "/example/faces/main/lists/all.tsv"
    return (200, {"Content-Type": "text/plain"}, b"id\turl\n" + ROWS.encode()) if is_list else (404, {}, b"")


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    routes = {"github.com": README, "api.github.com": _api, "raw.githubusercontent.com": _raw}
    with PlayedHosts(routes) as hosts:
        yield hosts


@pytest.fixture
def product(tmp_path: Path, hosts: PlayedHosts) -> Iterator[RunningProduct]:
    played = ",".join(f"{name}={at}:{port}" for name, (at, port) in hosts.played.items())
    environment = {
        "COMMONSWATCH_FETCH_PLAYED_HOSTS": played,
        "COMMONSWATCH_FETCH_CA_FILE": str(hosts.ca_file),
        "COMMONSWATCH_FETCH_HOST_DELAY": "0.02",
        "COMMONSWATCH_WEB_PROCESSES": "1",
    }
    with RunningProduct(tmp_path / "home", environment) as running:
        yield running


def test_a_list_behind_a_reported_page_makes_one_case_and_everybody_is_told_once_within_a_minute(
    product: RunningProduct, hosts: PlayedHosts
) -> None:
    context = open_context(Settings(home=product.home))
    try:
        crowd.fill(context, listed=False)
        with context.database.writing() as session:
            watcher = factories.account(session, context.keyring, context.now())
            _, token = factories.device(session, watcher, context.now())
        started = time.monotonic()
        crowd.report(product.url, token)
        crowd.until(lambda: crowd.count(context, Sighting) == crowd.WORKS)
        with context.database.reading() as session:
            report, scan = session.scalars(select(Report)).one(), session.scalars(select(Scan)).one()
            assert (report.state, scan.state, scan.dataset) == (ReportState.VERIFIED, ScanState.DONE, None)
            assert report.outcome == f"{crowd.WORKS} registered works are in a list there. A moderator decides next."
            assert {one.basis for one in session.scalars(select(Sighting))} == {Basis.KEY}
            seventh = select(Evidence).where(Evidence.observed == f"flickr:photo:{crowd.photo(7)}")
            facts = session.scalars(seventh).one().facts
            assert (facts["list"], facts["place"], facts["claimed"]) == ("lists/all.tsv", "line 9", False)
            assert report.location_id == scan.location_id == session.scalars(select(Case)).one().location_id
        crowd.confirm(context)
        crowd.until(lambda: crowd.delivered(context) == crowd.CREATORS + crowd.SHOWN)
        assert time.monotonic() - started < 60
        assert crowd.count(context, Notification) == crowd.CREATORS + crowd.SHOWN
        folder = product.home / "outbox"
        assert len(list(folder.glob("*.eml"))) == crowd.CREATORS + crowd.SHOWN
        letters = outbox.list_letters(folder)
        assert len(letters) == len({letter.to for letter in letters})
        _again_within_a_week_asks_nobody(product, hosts, token)
    finally:
        context.database.engine.dispose()


def _again_within_a_week_asks_nobody(product: RunningProduct, hosts: PlayedHosts, token: str) -> None:
    before = sum(host == "api.github.com" for host, _ in hosts.asked)
    crowd.report(product.url, token)
    context = open_context(Settings(home=product.home))
    try:
        crowd.until(lambda: _checked(context) == 2)
        with context.database.reading() as session:
            assert len(session.scalars(select(Job).where(Job.kind == "read-lists")).all()) == 1
    finally:
        context.database.engine.dispose()
    assert sum(host == "api.github.com" for host, _ in hosts.asked) == before


def _checked(context: object) -> int:
    with context.database.reading() as session:  # type: ignore[attr-defined]
        return len(session.scalars(select(Report).where(Report.verified_at.is_not(None))).all())
