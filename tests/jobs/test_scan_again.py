"""A list at a place is read again after a week: its host is asked whether it changed, and sends it only then."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from commonswatch.context import Context, open_context
from commonswatch.domain.states import ScanState
from commonswatch.fetch.connectors import RemoteFile
from commonswatch.jobs.scan import SCAN
from commonswatch.models import Membership, Scan
from commonswatch.services.reporting import listings
from commonswatch.services.scanning import folder
from commonswatch.services.upkeep.queue import ClaimedJob
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories
from tests.played_hosts import Answer, PlayedHosts

LIST = RemoteFile("https://files.example/list.tsv", "list.tsv")


class Host:
    """One file, which may change."""

    body, etag = b"id\turl\n1\thttps://www.flickr.com/photos/somebody/53000000001/\n", '"one"'

    def __init__(self) -> None:
        self.answers: list[int] = []

    def __call__(self, path: str, headers: Mapping[str, str]) -> Answer:
        if path != "/list.tsv":
            return 404, {}, b""
        same = headers.get("if-none-match") == self.etag
        self.answers.append(304 if same else 200)
        return self.answers[-1], {"ETag": self.etag, "Content-Type": "text/plain"}, b"" if same else self.body


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def playing(settings: Settings, host: Host) -> Iterator[Context]:
    with PlayedHosts({"files.example": host}) as hosts:
        opened = open_context(replace(settings, fetch_played_hosts=hosts.played, fetch_ca_file=hosts.ca_file))
        yield opened
        opened.database.engine.dispose()


def _read(context: Context, place: int, at: datetime) -> Scan:
    with context.database.writing() as session:
        [number] = listings.open_scans(session, context.keyring, place, None, [LIST], at)
    record = SCAN.run(context, ClaimedJob(1, "scan", f"{number}:1", {"scan": number}, 1, "me", at))
    with context.database.writing() as session:
        record(session, at)
    with context.database.reading() as session:
        return session.get_one(Scan, number)


def test_what_has_not_changed_is_not_sent_again_and_what_was_read_goes_on_standing(
    playing: Context, host: Host
) -> None:
    now = playing.now()
    with playing.database.writing() as session:
        place = factories.location(session, now).id
        work = factories.work(session, playing.keyring, now, key="flickr:photo:53000000001").id
    first = _read(playing, place, now)
    again = _read(playing, place, now + timedelta(days=8))
    assert host.answers == [200, 304]
    assert (again.state, again.rows, again.index_file) == (ScanState.DONE, 1, None)
    assert f"scan {first.id}" in (again.problem or "")
    assert not folder.manifest(playing.settings.home, again.id).exists()
    with playing.database.reading() as session:
        assert [(one.scan_id, one.work_id) for one in session.scalars(select(Membership))] == [(first.id, work)]
    host.etag = '"two"'
    third = _read(playing, place, now + timedelta(days=16))
    assert host.answers == [200, 304, 200]
    assert (third.etag, third.matches) == ('"two"', 1)


def test_what_was_taken_back_is_no_reason_not_to_read(playing: Context, host: Host) -> None:
    now = playing.now()
    with playing.database.writing() as session:
        here, there = (factories.location(session, now).id for _ in range(2))
    _read(playing, here, now)
    _read(playing, there, now)
    assert host.answers == [200, 200], "of another place"
    with playing.database.writing() as session:
        for one in session.scalars(select(Scan).where(Scan.location_id == here)):
            one.taken_back_at, one.form_digest = now, None
    _read(playing, here, now + timedelta(days=8))
    assert host.answers == [200, 200, 200]
