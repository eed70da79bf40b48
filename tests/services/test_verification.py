"""A report is checked against real hosts: what the server sees itself becomes evidence, what goes wrong a reason."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from commonswatch.db import Database
from commonswatch.domain.states import Basis, CaseState, ReportState
from commonswatch.fetch import Fetcher, FetchPolicy
from commonswatch.fingerprints import PictureFacts, examine_picture
from commonswatch.keyring import Keyring
from commonswatch.models import AuditEntry, Case, Evidence, Job, Location, LocationSecret, Report, Sighting, Suppression
from commonswatch.services.reporting import looking, submissions, verification
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories.pictures import photo
from tests.played_hosts import PlayedHosts, page

PAGE = "https://data.example/faces/index.html"
PICTURE = "https://pictures.example/a/bridge_in_fog.jpg"
KEY = "url:pictures.example/a/bridge_in_fog.jpg"
SMALL = "https://data.example/faces/img/000017.jpg"


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    with PlayedHosts({}) as played:
        listing = f'<a href="{PICTURE}">1</a> <img src="img/000017.jpg">'
        played.play("data.example", _data_host(listing.encode()))
        played.play("pictures.example", page(photo(1), "image/jpeg"))
        yield played


def _data_host(listing: bytes, picture: bytes = b"") -> Any:
    def answer(path: str, _headers: Any) -> Any:
        if path == "/robots.txt":
            return 404, {}, b""
        if path.endswith(".jpg"):
            return 200, {"Content-Type": "image/jpeg"}, picture or photo(1, (640, 480))
        return 200, {"Content-Type": "text/html"}, listing

    return answer


@pytest.fixture
def fetcher(hosts: PlayedHosts) -> Fetcher:
    return Fetcher(
        FetchPolicy("Commonswatch/0 (+https://x.example)", played=hosts.played, ca_file=hosts.ca_file, host_delay=0)
    )


@pytest.fixture(scope="module")
def original() -> PictureFacts:
    return examine_picture(photo(1))


def _report(session: Session, keyring: Keyring, now: datetime, document: dict[str, Any]) -> int:
    return factories.report(session, keyring, now, json.dumps({"version": 1, **document}).encode()).id


def _verify(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime, document: dict[str, Any], attempt: int = 1
) -> tuple[Report, str | None]:
    with database.writing() as session:
        number = _report(session, keyring, now, document)
    with database.reading() as session:
        task = verification.load(session, keyring, number)
    assert task is not None
    look = verification.examine(task, fetcher, examine_picture)
    with database.reading() as session:
        found = verification.match(session, task, look)
    with database.writing() as session:
        again = verification.record(session, keyring, task, look, found, attempt, now)
    with database.reading() as session:
        return session.get_one(Report, number), again


def _evidence(database: Database) -> list[Evidence]:
    with database.reading() as session:
        return list(session.scalars(select(Evidence).order_by(Evidence.id)))


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_known_address_on_the_page_makes_a_case_without_fetching_the_picture(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key=KEY)
    report, again = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": PICTURE}]})
    assert (report.state, again) == (ReportState.VERIFIED, None)
    [evidence] = _evidence(database)
    assert (evidence.basis, evidence.observed, evidence.media_url) == (Basis.KEY, KEY, PICTURE)
    assert evidence.facts["seen_on_page"] is True
    assert evidence.facts["page_status"] == 200
    assert not evidence.facts["claimed"]
    assert "pictures.example" not in {name for name, _ in hosts.asked}
    with database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.state, case.location.site) == (CaseState.OPEN, "data.example")
        assert [sighting.work_id for sighting in case.sightings] == [work.id]
        assert report.location_id == case.location_id


def test_a_smaller_copy_under_another_name_is_recognised_by_its_picture(
    database: Database, keyring: Keyring, fetcher: Fetcher, original: PictureFacts, now: datetime
) -> None:
    pdq = next(one for one in original.fingerprints if one.algorithm == "pdq" and one.rendition == "original")
    with database.writing() as session:
        factories.work(session, keyring, now, pdq=pdq.bits)
    report, _ = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": SMALL}]})
    assert report.state == ReportState.VERIFIED
    [evidence] = _evidence(database)
    assert evidence.basis == Basis.PDQ
    assert evidence.distance is not None
    assert evidence.distance <= 31
    assert not evidence.facts["claimed"]
    assert evidence.facts["fetched_at"]


def test_the_same_file_is_recognised_by_its_digest(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, original: PictureFacts, now: datetime
) -> None:
    hosts.play("data.example", _data_host(b"nothing", photo(1)))
    with database.writing() as session:
        factories.work(session, keyring, now, sha256=original.sha256)
    _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": SMALL}]})
    [evidence] = _evidence(database)
    assert (evidence.basis, evidence.facts["seen_on_page"]) == (Basis.SHA256, False)


def test_a_picture_is_read_whatever_registered_name_it_is_given(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    media = [{"url": PICTURE}, {"url": SMALL, "name": PICTURE}, {"url": SMALL + "?again", "key": KEY}]
    _verify(database, keyring, fetcher, now, {"page": PAGE, "media": media})
    asked = [name for name, path in hosts.asked if path.startswith(urlsplit(SMALL).path)]
    assert asked == [urlsplit(SMALL).hostname] * 2


def test_what_a_watcher_only_states_is_marked_as_claimed(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime
) -> None:
    bits = bytes(range(32))
    with database.writing() as session:
        factories.work(session, keyring, now, key="flickr:photo:123456", pdq=bits, sha256=bits)
    stated = {"key": "flickr:photo:123456", "sha256": bits.hex(), "pdq": bits.hex(), "quality": 90}
    report, _ = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [stated]})
    assert report.state == ReportState.VERIFIED
    assert {one.basis for one in _evidence(database)} == {Basis.KEY, Basis.SHA256, Basis.PDQ}
    assert all(one.facts["claimed"] for one in _evidence(database))


def test_nothing_registered_makes_no_case_and_says_so(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime
) -> None:
    report, again = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": SMALL}]})
    assert (report.state, again) == (ReportState.UNMATCHED, None)
    assert report.outcome == "Nothing in it is registered here."
    assert (_count(database, Case), _count(database, Location)) == (0, 0)


@pytest.mark.parametrize(
    "address", ["https://10.0.0.1/x.html", "http://localhost/x", "http://[::1]/", "https://metadata.internal/"]
)
def test_private_addresses_are_never_read_and_the_evidence_says_why(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime, address: str
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    media = [{"url": PICTURE}, {"url": address}]
    report, _ = _verify(
        database, keyring, fetcher, now, {"page": address, "media": media}, verification.STRANGERS.last_try
    )
    assert report.state in (ReportState.VERIFIED, ReportState.REJECTED)
    if report.state == ReportState.VERIFIED:
        [evidence] = _evidence(database)
        assert evidence.facts["seen_on_page"] is None
        assert evidence.facts["page_reason"]


def test_robots_and_dead_pages_are_reasons_not_failures(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    hosts.play("data.example", page(b"User-agent: *\nDisallow: /", "text/plain"))
    hosts.play("gone.example", page(status=404))
    fetcher = Fetcher(
        FetchPolicy("Commonswatch/0 (+https://x.example)", played=hosts.played, ca_file=hosts.ca_file, host_delay=0)
    )
    media = [{"url": PICTURE}]
    for address in (PAGE, "https://gone.example/set"):
        report, again = _verify(database, keyring, fetcher, now, {"page": address, "media": media})
        assert (report.state, again) == (ReportState.VERIFIED, None)
    robots, gone = _evidence(database)
    assert "robots.txt" in robots.facts["page_reason"]
    assert gone.facts["page_status"] == 404
    assert robots.facts["seen_on_page"] is gone.facts["seen_on_page"] is None


def test_malformed_media_do_no_harm(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    hosts.play("pictures.example", page(photo(1)[:5000], "image/jpeg"))
    media = [
        {"url": PICTURE},
        {"url": "https://pictures.example/%00"},
        {"url": "not an address"},
        {"url": "data:image/png;base64,AAAA"},
        {"key": "flickr:photo:\0"},
        {"name": "\ud800.jpg"},
        {},
    ]
    report, again = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": media})
    assert (report.state, again) == (ReportState.UNMATCHED, None)
    assert "could not be read" in (report.outcome or "")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"page":5}', b'{"page":"nonsense"}', b'{"page":"x","media":[3]}'])
def test_a_report_that_cannot_be_used_is_rejected(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime, body: bytes
) -> None:
    with database.writing() as session:
        number = factories.report(session, keyring, now, body).id
        task = verification.load(session, keyring, number)
        assert task is not None
        look = verification.examine(task, fetcher, examine_picture)
        verification.record(session, keyring, task, look, verification.match(session, task, look), 1, now)
        assert session.get_one(Report, number).state == ReportState.REJECTED
        assert verification.load(session, keyring, number) is None


def test_passing_trouble_is_tried_again_a_few_times_but_a_match_counts_at_once(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    hosts.play("data.example", page(b"", status=503))
    report, again = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": []})
    assert report.state == ReportState.RECEIVED
    assert again
    report, again = _verify(
        database, keyring, fetcher, now, {"page": PAGE, "media": []}, verification.STRANGERS.last_try
    )
    assert (report.state, again) == (ReportState.UNMATCHED, None)
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    report, again = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": PICTURE}]})
    assert report.state == ReportState.VERIFIED
    assert again


def test_a_look_takes_no_longer_than_its_seconds_however_slow_the_hosts(fetcher: Fetcher, hosts: PlayedHosts) -> None:
    def slow(_path: str, _headers: Any) -> Any:
        time.sleep(0.7)
        return 503, {}, b""

    names = [f"slow{number}.example" for number in range(6)]
    for name in ("data.example", *names):
        hosts.play(name, slow)
    media = tuple(submissions.Media(url=f"https://{name}/a.jpg") for name in names)
    start = time.monotonic()
    look = looking.look(PAGE, media, (), fetcher, examine_picture, seconds=1.0)
    assert time.monotonic() - start < 1.5
    assert look.trouble
    assert look.unread == 6


def test_a_paired_device_is_given_more_patience_than_a_stranger(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        stranger, watcher = (factories.report(session, keyring, now) for _ in range(2))
        watcher.reporter = "device:1"
        session.flush()
        tasks = [verification.load(session, keyring, one.id) for one in (stranger, watcher)]
    assert [(task.patience.seconds, task.patience.last_try) for task in tasks if task] == [(40.0, 2), (150.0, 5)]


def test_a_second_report_joins_and_better_evidence_replaces_the_same_piece(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    document = {"page": PAGE, "media": [{"url": PICTURE}]}
    hosts.play("data.example", page(b"", status=404))
    _verify(database, keyring, fetcher, now, document)
    hosts.play("data.example", _data_host(PICTURE.encode()))
    second, _ = _verify(database, keyring, fetcher, now, document)
    hosts.play("data.example", page(b"", status=410))
    _verify(database, keyring, fetcher, now, document)
    assert (_count(database, Case), _count(database, Sighting)) == (1, 1)
    [evidence] = _evidence(database)
    assert (evidence.facts["seen_on_page"], evidence.report_id) == (True, second.id)


def test_an_access_code_is_sealed_and_never_used_or_shown(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    share = "https://pan.baidu.com/s/1abcDEFghi?pwd=zx9q"
    media = [{"url": PICTURE}]
    _verify(database, keyring, fetcher, now, {"page": PAGE, "media": media, "links": [{"url": share}]})
    _verify(database, keyring, fetcher, now, {"page": share, "media": media})
    with database.reading() as session:
        secret = session.scalars(select(LocationSecret)).one()
        assert keyring.unseal_text(secret.secret_sealed) == "zx9q"
        assert all("zx9q" not in location.url + location.key for location in session.scalars(select(Location)))
        texts = [json.dumps(one.facts) + (one.media_url or "") for one in session.scalars(select(Evidence))]
    assert len(texts) == 2
    assert all("zx9q" not in text for text in texts)
    assert "pan.baidu.com" not in {name for name, _ in hosts.asked}


def test_a_code_in_a_link_to_the_page_itself_is_kept(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    share = "https://pan.baidu.com/s/1abcDEFghi"
    links = [{"url": f"{share}?pwd=zx9q"}, {"url": "nonsense"}, {"url": "\0"}]
    _verify(database, keyring, fetcher, now, {"page": share, "media": [{"url": PICTURE}], "links": links}, 5)
    assert (_count(database, Location), _count(database, LocationSecret)) == (1, 1)


def test_a_denied_match_makes_no_case(database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime) -> None:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key=KEY)
        session.add(Suppression(work_id=work.id, observed=KEY, created_at=now))
    report, _ = _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": PICTURE}]})
    assert report.state == ReportState.UNMATCHED


def test_a_new_work_puts_a_decided_case_back_and_the_same_work_does_not(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    document = {"page": PAGE, "media": [{"url": PICTURE}]}
    _verify(database, keyring, fetcher, now, document)
    with database.writing() as session:
        case = session.scalars(select(Case)).one()
        case.state, case.decided_at = CaseState.DISMISSED, now
    _verify(database, keyring, fetcher, now, document)
    with database.reading() as session:
        assert session.scalars(select(Case.state)).one() == CaseState.DISMISSED
    with database.writing() as session:
        factories.work(session, keyring, now, key="flickr:photo:123456")
    document["media"] = [{"key": "flickr:photo:123456"}]
    _verify(database, keyring, fetcher, now, document)
    with database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.state, case.version, case.decided_at) == (CaseState.OPEN, 2, None)
        assert session.scalars(select(AuditEntry.action)).all() == ["case.reopen"]


def test_at_most_twenty_media_are_fetched(
    database: Database, keyring: Keyring, fetcher: Fetcher, hosts: PlayedHosts, now: datetime
) -> None:
    hosts.play("pictures.example", page(status=404))
    media = [{"url": f"https://pictures.example/{number // 2}.gif"} for number in range(100)]
    _verify(database, keyring, fetcher, now, {"page": PAGE, "media": media})
    asked = [path for name, path in hosts.asked if name == "pictures.example" and path != "/robots.txt"]
    assert len(asked) == len(set(asked)) == 20


@pytest.mark.parametrize(
    "url",
    [
        "https://mega.nz/file/AbCdEfGh#QUIETKEY",
        "https://pan.baidu.com/s/1abcDEFghiJKL#QUIETKEY",
        "https://raw.githubusercontent.com/o/r/main/x.jpg?token=QUIETKEY",
        "https://www.dropbox.com/scl/fi/abc123def456/x.jpg?rlkey=QUIETKEY&st=QUIETKEY",
    ],
)
def test_no_key_of_a_share_stays_readable_in_the_address_of_a_picture(
    database: Database, keyring: Keyring, fetcher: Fetcher, now: datetime, url: str
) -> None:
    with database.writing() as session:
        factories.work(session, keyring, now, key=KEY)
    _verify(database, keyring, fetcher, now, {"page": PAGE, "media": [{"url": url, "key": KEY}]})
    [evidence] = _evidence(database)
    assert "QUIETKEY" not in f"{evidence.media_url} {evidence.facts}"


@pytest.mark.parametrize(
    ("page", "answer", "wanted"),
    [
        ("https://zenodo.org/records/12345", (403, "text/html"), True),
        ("https://zenodo.org/records/12345", (404, "text/html"), False),
        ("https://data.example/list.tsv.gz", (200, "application/gzip"), True),
        ("https://data.example/weights.bin", (200, "application/octet-stream"), False),
        ("https://data.example/page", (403, "text/html"), False),
    ],
)
def test_lists_are_looked_for_where_the_page_is_one_or_its_host_tells_its_files_elsewhere(
    database: Database,
    keyring: Keyring,
    fetcher: Fetcher,
    hosts: PlayedHosts,
    now: datetime,
    page: str,
    answer: tuple[int, str],
    wanted: bool,
) -> None:
    status, media_type = answer
    route = lambda path, _: (404, {}, b"") if path == "/robots.txt" else (status, {"Content-Type": media_type}, b"\x1f")  # noqa: E731
    hosts.play(page.split("/")[2], route)
    with database.writing() as session:
        device, _ = factories.device(session, factories.account(session, keyring, now), now)
        number = _report(session, keyring, now, {"page": page, "media": []})
        session.get_one(Report, number).reporter = f"device:{device.id}"
    fetcher = Fetcher(FetchPolicy("Commonswatch/0", played=hosts.played, ca_file=hosts.ca_file, host_delay=0))
    with database.reading() as session:
        task = verification.load(session, keyring, number)
    assert task is not None
    look = verification.examine(task, fetcher, examine_picture)
    with database.writing() as session:
        verification.record(session, keyring, task, look, [], 1, now)
        asked = session.scalars(select(Job.key).where(Job.kind == "read-lists")).all()
    assert bool(asked) is wanted
