"""Examining works against real hosts on loopback: pictures, pages, marks, and everything that can go wrong."""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.states import WorkState
from commonswatch.fetch import Fetcher, FetchPolicy
from commonswatch.fingerprints import examine_picture
from commonswatch.keyring import Keyring
from commonswatch.models import FingerprintOfWork, Job, KeyOfWork, Work
from commonswatch.services.registering import examination
from commonswatch.services.upkeep import queue
from PIL import Image
from sqlalchemy import select

from tests import factories
from tests.factories import pictures
from tests.played_hosts import Answer, PlayedHosts, page

PICTURE = pictures.photo(3)
FLICKR = "https://www.flickr.com/photos/someone/53381630964/"
STATIC = "https://live.staticflickr.com/65535/53381630964_0123456789_b.jpg"
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 xmpRights:WebStatement="https://creativecommons.org/licenses/by-nc/4.0/"/></rdf:RDF></x:xmpmeta>"""


def _page(image: str) -> bytes:
    return (
        '<html><head><link rel="license" href="https://creativecommons.org/licenses/by/2.0/">'
        f'<meta property="og:image" content="https://pictures.example/logo.jpg"><meta content="{image}" '
        'property="og:image"></head></html>'
    ).encode()


def _marked() -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(PICTURE)).save(file, "JPEG", quality=90, xmp=XMP)
    return file.getvalue()


def _files(path: str, _headers: Mapping[str, str]) -> Answer:
    bodies = {
        "/plain.jpg": ("image/jpeg", PICTURE),
        "/wrongly-named": ("text/plain", PICTURE),
        "/marked.jpg": ("image/jpeg", _marked()),
        "/cut.jpg": ("image/jpeg", PICTURE[: len(PICTURE) // 3]),
        "/drawing.svg": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "/logo.jpg": ("image/jpeg", pictures.photo(4)),
    }
    if path == "/robots.txt":
        return 404, {}, b""
    if path in bodies:
        return 200, {"Content-Type": bodies[path][0]}, bodies[path][1]
    return (503 if path == "/busy.jpg" else 404), {}, b""


@pytest.fixture(scope="module")
def hosts() -> Iterator[PlayedHosts]:
    routes = {
        "pictures.example": _files,
        "www.flickr.com": page(_page(STATIC)),
        "live.staticflickr.com": page(PICTURE, "image/jpeg"),
        "pages.example": page(_page("https://pictures.example/plain.jpg")),
        "inside.example": page(status=302, Location="http://192.168.0.1/a.jpg"),
    }
    with PlayedHosts(routes) as played:
        yield played


@pytest.fixture
def fetcher(hosts: PlayedHosts) -> Fetcher:
    return Fetcher(FetchPolicy("Test/1", played=hosts.played, ca_file=hosts.ca_file, host_delay=0.0))


def _waiting(database: Database, keyring: Keyring, now: datetime, url: str, key: str, **values: object) -> int:
    with database.writing() as session:
        work = factories.work(session, keyring, now, key=key, state=WorkState.WAITING)
        work.url, work.licence_code, work.licence_version, work.licence_basis = url, None, None, None
        for name, value in values.items():
            setattr(work, name, value)
        return work.id


def _examine(database: Database, fetcher: Fetcher, number: int, now: datetime, tries: int = 0) -> Work:
    with database.reading() as session:
        task = examination.load(session, number, tries)
    assert task is not None
    findings = examination.examine(task, fetcher, examine_picture)
    assert findings is not None
    with database.writing() as session:
        examination.record(session, task, findings, now)
    with database.reading() as session:
        return session.get_one(Work, number)


def test_a_picture_is_fingerprinted_in_several_sizes(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher
) -> None:
    for path in ("/plain.jpg", "/wrongly-named"):
        number = _waiting(database, keyring, now, f"https://pictures.example{path}", f"url:pictures.example{path}")
        work = _examine(database, fetcher, number, now)
        assert (work.state, work.problem, work.media_type) == (WorkState.READY, None, "image/jpeg")
        assert work.examined_at == now
        with database.reading() as session:
            rows = session.scalars(select(FingerprintOfWork).where(FingerprintOfWork.work_id == number)).all()
        kinds = {(row.algorithm, row.rendition) for row in rows}
        assert {("sha256", "original"), ("md5", "original"), ("pdq", "original")} <= kinds
        assert len([row for row in rows if row.algorithm == "pdq"]) > 1


def test_examining_twice_replaces_the_fingerprints(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher
) -> None:
    number = _waiting(database, keyring, now, "https://pictures.example/plain.jpg", "url:pictures.example/plain.jpg")
    counts = []
    for _ in range(2):
        _examine(database, fetcher, number, now)
        with database.reading() as session:
            counts.append(len(session.scalars(select(FingerprintOfWork.id)).all()))
    assert counts[0] == counts[1] > 0


def test_the_licence_in_the_file_is_read_but_never_overrules_the_creator(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher
) -> None:
    url = "https://pictures.example/marked.jpg"
    found = _examine(database, fetcher, _waiting(database, keyring, now, url, "url:a"), now)
    assert (found.licence_code, found.licence_version, found.licence_basis) == ("by-nc", "4.0", "file")
    chosen = {"licence_code": "by", "licence_version": "3.0", "licence_basis": "chosen"}
    kept = _examine(database, fetcher, _waiting(database, keyring, now, url, "url:b", **chosen), now)
    assert (kept.licence_code, kept.licence_version, kept.licence_basis) == ("by", "3.0", "chosen")


def test_a_page_gives_its_licence_and_the_picture_that_has_the_same_key(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher, hosts: PlayedHosts
) -> None:
    hosts.asked.clear()
    work = _examine(database, fetcher, _waiting(database, keyring, now, FLICKR, "flickr:photo:53381630964"), now)
    assert (work.state, work.problem, work.media_type) == (WorkState.READY, None, "image/jpeg")
    assert (work.licence_code, work.licence_version, work.licence_basis) == ("by", "2.0", "page")
    assert "pictures.example" not in {host for host, _ in hosts.asked}, "the page's logo was fetched"


def test_a_page_with_another_picture_is_matched_by_its_key_only_and_says_so(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher
) -> None:
    number = _waiting(database, keyring, now, "https://pages.example/about", "url:pages.example/about")
    work = _examine(database, fetcher, number, now)
    assert (work.state, work.licence_basis) == (WorkState.KEY_ONLY, "page")
    assert "not to a picture file" in (work.problem or "")
    assert "by its address" in (work.problem or "")
    with database.reading() as session:
        assert session.scalars(select(FingerprintOfWork)).all() == []
        assert session.scalars(select(KeyOfWork.key)).all() == ["url:pages.example/about"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://pictures.example/dead.jpg", "404"),
        ("https://pictures.example/cut.jpg", ""),
        ("https://pictures.example/drawing.svg", ""),
        ("https://inside.example/a.jpg", "private network"),
        ("https://127.0.0.1/a.jpg", "private network"),
    ],
)
def test_what_cannot_be_fingerprinted_says_why_and_is_not_tried_again(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher, url: str, words: str
) -> None:
    work = _examine(database, fetcher, _waiting(database, keyring, now, url, "url:x"), now)
    assert work.state == WorkState.KEY_ONLY
    assert words in (work.problem or "")
    assert (work.problem or "").endswith("It is matched by its address only.")
    with database.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_a_server_that_fails_for_the_moment_is_tried_again_later_and_not_for_ever(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher
) -> None:
    number = _waiting(database, keyring, now, "https://pictures.example/busy.jpg", "url:busy")
    pauses = []
    for tries in range(len(examination.PAUSES)):
        work = _examine(database, fetcher, number, now + timedelta(seconds=tries), tries)
        assert "try again later" in (work.problem or "")
        assert work.state == WorkState.KEY_ONLY
        with database.writing() as session:
            job = session.scalars(select(Job).order_by(Job.id.desc())).first()
            assert job is not None
            assert job.payload == {"work": number, "tries": tries + 1}
            pauses.append(job.run_after - now - timedelta(seconds=tries))
            assert queue.claim(session, "worker", now) == []
    assert pauses == list(examination.PAUSES)
    last = _examine(database, fetcher, number, now, len(examination.PAUSES))
    assert "again" not in (last.problem or "")


def test_a_work_withdrawn_meanwhile_stays_withdrawn(
    database: Database, keyring: Keyring, now: datetime, fetcher: Fetcher
) -> None:
    number = _waiting(database, keyring, now, "https://pictures.example/plain.jpg", "url:y")
    with database.reading() as session:
        task = examination.load(session, number)
    assert task is not None
    findings = examination.examine(task, fetcher, examine_picture)
    assert findings is not None
    with database.writing() as session:
        session.get_one(Work, number).state = WorkState.WITHDRAWN
    with database.writing() as session:
        examination.record(session, task, findings, now)
        assert session.get_one(Work, number).state == WorkState.WITHDRAWN
        assert examination.load(session, number) is None
