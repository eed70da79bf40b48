"""A reported page that hands out a dataset: what the server reads makes a case, what a watcher says does not."""

import dataclasses
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from commonswatch.db import Database
from commonswatch.domain.states import CaseState, DecisionVerdict, ReportOutcome, ReportState
from commonswatch.fetch import Fetcher, FetchPolicy
from commonswatch.fingerprints import examine_picture
from commonswatch.keyring import Keyring
from commonswatch.models import AuditEntry, Case, Copy, Location, LocationSecret, Report, Sighting
from commonswatch.services.deciding import case_queue, cases
from commonswatch.services.reporting import copies, offers, outcomes, pages, verification
from commonswatch.services.telling import notifications
from sqlalchemy import func, select

from tests import factories
from tests.played_hosts import PlayedHosts, page

PAGE = "https://code.example/lab/celeb-faces"
SHARE = "https://pan.baidu.com/s/1ExampleShare00"
README = f"""<!doctype html><html><body><h1>celeb-faces</h1><h2>Download MS-Celeb-1M</h2>
<p>MS-Celeb-1M, aligned faces: <a href="{SHARE}">Baidu Pan</a> (code: zx9q)</p></body></html>"""
CLAIM = {"url": SHARE + "?pwd=zx9q", "dataset": "vggface2", "role": "data"}
_HTML = {"Content-Type": "text/html"}
KEY = "url:pictures.example/a/bridge_in_fog.jpg"
PICTURE = {"url": "https://pictures.example/a/bridge_in_fog.jpg"}


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    names = ("code.example", "github.com", "pan.baidu.com")
    with PlayedHosts(dict.fromkeys(names, page(README.encode()))) as played:
        yield played


@pytest.fixture
def fetcher(hosts: PlayedHosts) -> Fetcher:
    agent = "Commonswatch/0 (+https://x.example)"
    return Fetcher(FetchPolicy(agent, played=hosts.played, ca_file=hosts.ca_file, host_delay=0))


@pytest.fixture
def verify(database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime) -> Any:
    """Check one report as the worker does; returns it."""

    def check(**document: Any) -> Report:
        body = json.dumps({"version": 1, "page": PAGE, **document}).encode()
        with database.writing() as session:
            number = factories.report(session, keyring, now, body).id
        with database.reading() as session:
            task = verification.load(session, keyring, number)
        assert task is not None
        look = verification.examine(task, fetcher, examine_picture)
        with database.reading() as session:
            found = verification.match(session, task, look)
        with database.writing() as session:
            verification.record(session, keyring, task, look, found, 5, now)
            return session.get_one(Report, number)

    return check


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _decide(database: Database, now: datetime, state: CaseState) -> None:
    with database.writing() as session:
        case = session.scalars(select(Case)).one()
        case.state, case.decided_at = state, now


def test_a_page_that_hands_out_a_dataset_is_a_case_without_any_registered_work(
    database: Database, keyring: Keyring, verify: Any
) -> None:
    report = verify()
    assert report.state == ReportState.VERIFIED
    assert report.outcome == "The page offers data of MS-Celeb-1M. A moderator decides next."
    with database.reading() as session:
        copy = session.scalars(select(Copy)).one()
        assert (copy.dataset, copy.claimed) == ("ms-celeb-1m", False)
        assert (copy.location.url, copy.page.site) == (SHARE, "code.example")
        assert copy.reason
        case = session.scalars(select(Case)).one()
        assert (case.location_id, case.state, case.sightings) == (copy.page_id, CaseState.OPEN, [])
        assert report.location_id == copy.page_id
        secret = session.scalars(select(LocationSecret)).one()
        assert (secret.location_id, keyring.unseal_text(secret.secret_sealed)) == (copy.location_id, "zx9q")
        everything = [(row.key, row.url) for row in session.scalars(select(Location))]
        assert "zx9q" not in f"{everything} {copy.reason}"


def test_the_share_itself_is_not_asked(verify: Any, hosts: PlayedHosts) -> None:
    verify()
    assert {name for name, _ in hosts.asked} == {"code.example"}


def test_such_a_case_waits_last_affects_nobody_and_tells_nobody(
    database: Database, keyring: Keyring, verify: Any, now: datetime
) -> None:
    report = verify()
    with database.writing() as session:
        factories.case(session, now, (factories.work(session, keyring, now),))
        lines = case_queue.queue_page(session).lines
        assert [(line.works, line.people) for line in lines] == [(1, 1), (0, 0)]
        only = case_queue.queue_page(session, dataset="ms-celeb-1m").lines
        assert [line.id for line in only] == [lines[1].id]
        assert case_queue.datasets(session) == [("ms-celeb-1m", 1)]
        moderator = factories.account(session, keyring, now, roles=("moderator",))
        cases.decide(session, lines[1].id, moderator, DecisionVerdict.CONFIRM, "The link is there.", 1, now)
        assert notifications.notify(session, keyring, lines[1].id, "https://x.example", now) == 0
        assert copies.seen(session, "ms-celeb-1m") == copies.Seen(1, ((f"{now:%Y-%m}", 1),))
        assert outcomes.outcome(session, report.receipt).state == ReportOutcome.CONFIRMED


def test_before_a_decision_its_sender_is_told_what_everybody_is_told(database: Database, verify: Any) -> None:
    report = verify()
    with database.reading() as session:
        assert outcomes.outcome(session, report.receipt).state == ReportOutcome.CHECKED


def test_a_claim_alone_makes_no_case_and_leaves_no_trace(database: Database, hosts: PlayedHosts, verify: Any) -> None:
    hosts.play("code.example", page(b"<h1>Weather maps</h1>"))
    report = verify(links=[CLAIM])
    assert report.state == ReportState.UNMATCHED
    assert [_count(database, table) for table in (Case, Copy, Location, LocationSecret)] == [0, 0, 0, 0]


def test_beside_a_registered_work_a_claim_is_kept_and_marked(
    database: Database, keyring: Keyring, hosts: PlayedHosts, verify: Any, now: datetime
) -> None:
    hosts.play("code.example", page(b"<h1>Weather maps</h1>"))
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    verify(media=[PICTURE], links=[CLAIM, {"url": SHARE, "dataset": "lfw", "role": "features"}])
    with database.reading() as session:
        [copy] = session.scalars(select(Copy))
        assert (copy.dataset, copy.claimed, copy.location.url) == ("vggface2", True, SHARE)
        assert session.scalars(select(Sighting.location_id)).all() == [copy.page_id]
        assert copies.confirmed_at(session, [copy.page_id]) == {}


def test_a_dataset_that_is_new_on_a_page_calls_for_a_decision_and_a_new_share_of_it_does_not(
    database: Database, hosts: PlayedHosts, verify: Any, now: datetime
) -> None:
    verify()
    _decide(database, now, CaseState.DISMISSED)
    hosts.play("code.example", page(README.replace("ExampleShare00", "ExampleShare11").encode()))
    verify(links=[CLAIM])
    with database.reading() as session:
        assert session.scalars(select(Case.state)).one() == CaseState.DISMISSED
    hosts.play("code.example", page(README.replace("MS-Celeb-1M", "VGGFace2").encode()))
    verify()
    with database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.state, case.version, case.decided_at) == (CaseState.OPEN, 2, None)
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.action, entry.facts["new_datasets"]) == ("case.reopen", ["vggface2"])


def test_files_in_the_own_repository_make_the_page_itself_the_copy(
    database: Database, hosts: PlayedHosts, verify: Any
) -> None:
    body = """<html><body><h1>MS-Celeb-1M</h1><p>Download the MS-Celeb-1M dataset:
    <a href="https://github.com/lab/faces/releases/download/v1/FaceImageCroppedWithAlignment.tsv">dataset</a></p></body></html>"""
    hosts.play("github.com", page(body.encode()))
    assert verify(page="https://github.com/lab/faces").state == ReportState.VERIFIED
    with database.reading() as session:
        copy = session.scalars(select(Copy)).one()
        assert (copy.location_id, copy.location.key) == (copy.page_id, "github:lab/faces")


def test_a_torrent_is_a_copy_whose_hash_is_kept_sealed_only(
    database: Database, keyring: Keyring, hosts: PlayedHosts, verify: Any
) -> None:
    info_hash = "0123456789abcdef" * 2 + "01234567"
    link = f'<a href="magnet:?xt=urn:btih:{info_hash}">{info_hash}</a>'
    body = f"<h1>MS-Celeb-1M</h1><p>MS-Celeb-1M dataset, download: {link}</p>"
    hosts.play("code.example", page(body.encode()))
    assert verify().state == ReportState.VERIFIED
    with database.reading() as session:
        copy = session.scalars(select(Copy)).one()
        assert copy.location.kind == "torrent"
        assert info_hash not in f"{copy.location.key} {copy.location.url} {copy.reason}"
        assert info_hash in keyring.unseal_text(session.scalars(select(LocationSecret.secret_sealed)).one())


def test_a_page_behind_an_access_code_is_not_read(verify: Any, hosts: PlayedHosts) -> None:
    assert verify(page=SHARE + "?pwd=zx9q", links=[CLAIM]).state == ReportState.UNMATCHED
    assert hosts.asked == []


def test_chinese_pages_are_read_in_their_own_charset(fetcher: Fetcher, hosts: PlayedHosts) -> None:
    words = '<meta charset="gbk"><p>人脸数据集下载'
    hosts.play("code.example", page(words.encode("gbk")))
    assert pages.read(PAGE, fetcher, 10).text == words
    hosts.play("code.example", page(words.encode("gbk"), "text/html; charset=GB2312"))
    assert pages.read(PAGE, fetcher, 10).text == words
    hosts.play("code.example", page(words.encode(), "text/html; charset=punycode"))
    assert pages.read(PAGE, fetcher, 10).text == words


def test_a_page_of_links_without_end_is_read_in_bounded_time(fetcher: Fetcher, hosts: PlayedHosts) -> None:
    row = '<p>MS-Celeb-1M dataset download: <a href="https://pan.baidu.com/s/1Example%06d">here</a> (code: zx9q)</p>\n'
    rows = "".join(row % number for number in range(45_000)).encode()
    hosts.play("code.example", lambda path, _: (404, {}, b"") if path == "/robots.txt" else (200, _HTML, rows))
    look = pages.read(PAGE, fetcher, 10)
    started = time.process_time()
    found = offers.read(look)
    assert time.process_time() - started < 20
    assert 1_000 < len(found) < 10_000
    assert offers.read(dataclasses.replace(look, text=None)) == ()
