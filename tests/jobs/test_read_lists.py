"""The lists behind a reported page: whose host is slow, closed, nameless or asked too often, and what is told of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from commonswatch.context import Context, open_context
from commonswatch.domain.states import JobState, ScanState
from commonswatch.jobs.read_lists import READ_LISTS
from commonswatch.models import Job, Scan
from commonswatch.rules import page_location
from commonswatch.services.reporting import listings
from commonswatch.services.reporting.pages import PageLook
from commonswatch.services.upkeep.queue import ClaimedJob
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories
from tests.played_hosts import Answer, PlayedHosts

REPOSITORY = "https://github.com/example/faces"
BAIDU = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK"
DRIVE = "https://drive.google.com/file/d/1Example003AbCdEfGhIjKlMnOpQr/view"
TREE = {"tree": [{"path": "lists/all.tsv", "type": "blob", "size": 9}], "truncated": False}


class Api:
    """GitHub's, which may have had enough for this hour."""

    used_up = False
    truncated = False

    def __call__(self, path: str, _headers: Mapping[str, str]) -> Answer:
        known = {
            "/repos/example/faces": {"default_branch": "main"},
            "/repos/example/faces/git/trees/main?recursive=1": {**TREE, "truncated": self.truncated},
        }
        if self.used_up:
            return 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, b"{}"
        body = json.dumps(known.get(path, {})).encode()
        return 200 if path in known else 404, {"Content-Type": "application/json"}, body


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def hosts(api: Api) -> Iterator[PlayedHosts]:
    with PlayedHosts({"api.github.com": api}) as hosts:
        yield hosts


@pytest.fixture
def playing(settings: Settings, hosts: PlayedHosts) -> Iterator[Context]:
    opened = open_context(replace(settings, fetch_played_hosts=hosts.played, fetch_ca_file=hosts.ca_file))
    yield opened
    opened.database.engine.dispose()


def _look(context: Context, urls: list[str], attempts: int = 1) -> tuple[str | None, list[Scan]]:
    """Why the job wants to come back, and the scans there are then."""
    with context.database.writing() as session:
        location = session.scalar(select(Scan.location_id)) or factories.location(session, context.now()).id
    payload = {"location": location, "report": None, "urls": urls}
    record = READ_LISTS.run(context, ClaimedJob(1, "read-lists", "1", payload, attempts, "me", context.now()))
    with context.database.writing() as session:
        again = record(session, context.now())
        return again, list(session.scalars(select(Scan).order_by(Scan.id)))


def test_a_place_that_needs_an_account_says_what_to_do_instead_and_hinders_no_other(playing: Context) -> None:
    again, [listed, closed] = _look(playing, [BAIDU, REPOSITORY])
    assert again is None
    assert (listed.name, listed.state) == ("lists/all.tsv", ScanState.WAITING)
    assert (closed.name, closed.state) == ("pan.baidu.com/s/1Example001AbCdEfGhIjK", ScanState.FAILED)
    assert "upload that as a scan" in (closed.problem or "")
    assert closed.url == "", "it is never fetched"
    assert len(_look(playing, [BAIDU, REPOSITORY])[1]) == 2, "once a week is enough"


def test_a_host_that_was_asked_too_often_is_asked_again_for_hours(playing: Context, api: Api) -> None:
    api.used_up = True
    again, scans = _look(playing, [REPOSITORY, BAIDU], attempts=8)
    assert again
    assert [one.name for one in scans] == ["pan.baidu.com/s/1Example001AbCdEfGhIjK"], "what others gave is kept"
    again, scans = _look(playing, [REPOSITORY, BAIDU], attempts=9)
    assert again is None
    assert [one.name for one in scans][1:] == ["github.com/example/faces"]


def test_a_place_whose_files_were_not_all_told_says_so(playing: Context, api: Api) -> None:
    api.truncated = True
    _, [listed, cut] = _look(playing, [REPOSITORY])
    assert (listed.name, cut.name, cut.state) == ("lists/all.tsv", "github.com/example/faces", ScanState.FAILED)
    assert "told only some of them" in (cut.problem or "")


def test_a_shared_file_without_a_name_is_read(playing: Context) -> None:
    _, [scan] = _look(playing, [DRIVE])
    assert (scan.state, scan.url.partition("?")[0]) == (
        ScanState.WAITING,
        "https://drive.usercontent.google.com/download",
    )


def test_one_watcher_cannot_have_everything_read(playing: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "MOST_A_DAY", 3)
    context, now = playing, playing.now()
    files = [listings.RemoteFile(f"https://files.example/{n}.tsv", f"{n}.tsv") for n in range(5)]
    with context.database.writing() as session:
        mine, also_mine, other = (factories.report(session, context.keyring, now).id for _ in range(3))
        _send(session, {mine: "device:1", also_mine: "device:1", other: "device:2"})
        places = [factories.location(session, now).id for _ in range(5)]

        def opened(place: int, report: int | None, days: int = 0) -> int:
            at = now + timedelta(days=days)
            return len(listings.open_scans(session, context.keyring, place, report, files, at))

        assert [opened(places[0], mine), opened(places[1], also_mine), opened(places[2], other)] == [3, 0, 3]
        assert opened(places[3], None) == 5, "a moderator's own wish"
        assert opened(places[1], also_mine, days=2) == 3


def _send(session: object, reporters: Mapping[int, str]) -> None:
    from commonswatch.models import Report

    for number, reporter in reporters.items():
        session.get_one(Report, number).reporter = reporter  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]


def test_who_looks_once_more_finds_what_the_page_linked_to(playing: Context) -> None:
    page = page_location(REPOSITORY)
    assert page is not None
    with playing.database.writing() as session:
        place = factories.location(session, playing.now()).id
        assert listings.ask(session, place, page, [BAIDU], playing.now())
        session.scalars(select(Job)).one().state = JobState.DONE
        session.flush()
        assert listings.ask(session, place, page, [], playing.now(), at_once=True)
        session.expire_all()
        assert session.scalars(select(Job)).one().payload["urls"] == [REPOSITORY, BAIDU]


def test_folders_of_web_servers_are_followed_where_the_page_speaks_of_a_dataset() -> None:
    folder, home = "https://files.example/faces/", "https://lab.example/"
    for about, wanted in (("MS-Celeb-1M", (folder,)), ("Our pictures", ())):
        text = (
            f"<h1>{about}</h1><h2>Download</h2><p><a href='{folder}'>the dataset</a>, <a href='{home}'>our lab</a></p>"
        )
        look = PageLook(text, 200, url="https://blog.example/", media_type="text/html")
        assert listings.named_on(look) == wanted
