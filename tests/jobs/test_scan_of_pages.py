"""A moderator gives the address of a repository's page: each of its lists becomes a scan of the same dataset."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from commonswatch.context import Context, open_context
from commonswatch.domain.states import JobState, ScanState
from commonswatch.jobs.scan import SCAN
from commonswatch.models import Job, Scan
from commonswatch.services.scanning import opening
from commonswatch.services.upkeep.queue import ClaimedJob
from commonswatch.settings import Settings
from sqlalchemy import select

from tests import factories
from tests.played_hosts import Answer, PlayedHosts

FILES = [*(f"lists/faces{n:02}.tsv" for n in range(12)), "train.py"]


def _api(files: list[str]) -> object:
    tree = {"tree": [{"path": one, "type": "blob", "size": 9} for one in files], "truncated": False}
    answers = {
        "/repos/example/faces": {"default_branch": "main"},
        "/repos/example/faces/git/trees/main?recursive=1": tree,
    }

    def answer(path: str, _headers: Mapping[str, str]) -> Answer:
        body = json.dumps(answers.get(path, {})).encode()
        return 200 if path in answers else 404, {"Content-Type": "application/json"}, body

    return answer


def _raw(path: str, _headers: Mapping[str, str]) -> Answer:
    is_list = path.startswith("/example/faces/main/lists/")
    return (200, {"Content-Type": "text/plain"}, b"1\thttps://a.example/1.jpg\n") if is_list else (404, {}, b"")


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    with PlayedHosts({"api.github.com": _api(FILES), "raw.githubusercontent.com": _raw}) as hosts:  # type: ignore[dict-item]
        yield hosts


@pytest.fixture
def playing(settings: Settings, hosts: PlayedHosts) -> Iterator[Context]:
    opened = open_context(replace(settings, fetch_played_hosts=hosts.played, fetch_ca_file=hosts.ca_file))
    yield opened
    opened.database.engine.dispose()


def _read(context: Context) -> list[Scan]:
    with context.database.writing() as session:
        account = factories.account(session, context.keyring, context.now())
        scan, _ = opening.open_scan(
            session,
            context.keyring,
            account,
            name="faces",
            dataset="megaface",
            form_token="one",
            url="https://github.com/example/faces",
            now=context.now(),
        )
        number = scan.id
    job = ClaimedJob(1, "scan", f"{number}:1", {"scan": number}, 1, "me", context.now())
    record = SCAN.run(context, job)
    with context.database.writing() as session:
        record(session, context.now())
    with context.database.reading() as session:
        return list(session.scalars(select(Scan).order_by(Scan.id)))


def test_each_list_of_a_repository_becomes_a_scan_of_the_dataset(playing: Context) -> None:
    first, *others = _read(playing)
    assert (first.state, first.rows, first.name) == (ScanState.DONE, 1, "lists/faces00.tsv")
    assert first.url == "https://raw.githubusercontent.com/example/faces/main/lists/faces00.tsv"
    assert [one.name for one in others] == [f"lists/faces{n:02}.tsv" for n in range(1, opening.MOST_BEHIND)]
    assert {(one.dataset, one.state, one.account_id) for one in others} == {
        ("megaface", ScanState.WAITING, first.account_id)
    }
    with playing.database.reading() as session:
        waiting = session.scalars(select(Job).where(Job.kind == "scan", Job.state == JobState.QUEUED)).all()
        assert {job.payload["scan"] for job in waiting} >= {one.id for one in others}


def test_a_repository_without_a_list_says_what_to_do(playing: Context, hosts: PlayedHosts) -> None:
    hosts.play("api.github.com", _api(["train.py", "model.py"]))  # type: ignore[arg-type]
    [scan] = _read(playing)
    assert scan.state is ScanState.FAILED
    assert scan.problem is not None
    assert "upload it as a file" in scan.problem
