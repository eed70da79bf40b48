"""A host that breaks off, or packs a bomb: what came of a list is scanned, kept and told as partial."""

import gzip
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from commonswatch.cli import main
from commonswatch.context import Context, open_context
from commonswatch.domain.errors import RemoteError
from commonswatch.domain.states import ScanState
from commonswatch.jobs.scan import SCAN
from commonswatch.models import Scan
from commonswatch.services.scanning import folder, opening
from commonswatch.services.upkeep.queue import MAX_ATTEMPTS, ClaimedJob
from commonswatch.settings import Settings

from tests import factories
from tests.played_hosts import Answer, PlayedHosts

KEY = "url:a.example/1.jpg"
_FIGURES = random.Random(1)
ROWS = b"id\turl\n" + b"".join(
    b"%x\thttps://a.example/%d.jpg\n" % (_FIGURES.getrandbits(64), row) for row in range(5000)
)
PACKED = gzip.compress(ROWS)
BODIES = {
    "/breaks.tsv": PACKED[: len(PACKED) // 2],
    "/bomb.tsv": gzip.compress(ROWS + bytes(40 * 2**20)),
    "/whole.tsv": PACKED,
    "/nothing.tsv": gzip.compress(b"\x01\x02\x03" * 500)[:-4],
}


def _answer(path: str, _headers: Mapping[str, str]) -> Answer:
    fields = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
    return (200, fields, BODIES[path]) if path in BODIES else (404, {}, b"")


@pytest.fixture(scope="module")
def hosts() -> Iterator[PlayedHosts]:
    with PlayedHosts({"files.example": _answer}) as hosts:
        yield hosts


@pytest.fixture
def playing(settings: Settings, hosts: PlayedHosts) -> Iterator[Context]:
    opened = open_context(replace(settings, fetch_played_hosts=hosts.played, fetch_ca_file=hosts.ca_file))
    yield opened
    opened.database.engine.dispose()


def _opened(context: Context, name: str) -> int:
    with context.database.writing() as session:
        factories.work(session, context.keyring, context.now(), key=KEY)
        made, _ = opening.open_scan(
            session,
            context.keyring,
            factories.account(session, context.keyring, context.now()),
            name=name,
            dataset="megaface",
            form_token=name,
            url=f"https://files.example/{name}",
            now=context.now(),
        )
        return made.id


def _run(context: Context, number: int, attempt: int) -> Scan:
    record = SCAN.run(context, ClaimedJob(1, "scan", f"{number}:1", {"scan": number}, attempt, "me", context.now()))
    with context.database.writing() as session:
        record(session, context.now())
    with context.database.reading() as session:
        return session.get_one(Scan, number)


def _left(context: Context) -> list[str]:
    return sorted(path.name for path in folder.of(context.settings.home).iterdir() if path.suffix != ".index")


def test_what_came_before_a_host_broke_off_again_and_again_is_kept_and_partial(playing: Context) -> None:
    number = _opened(playing, "breaks.tsv")
    with pytest.raises(RemoteError):  # it may be whole the next time
        _run(playing, number, 1)
    assert _left(playing) == []
    scan = _run(playing, number, MAX_ATTEMPTS)
    assert (scan.state, scan.matches) == (ScanState.PARTIAL, 1)
    assert scan.problem == "The server stopped in the middle of its answer."
    assert 100 < scan.rows < 5000
    assert _left(playing) == []


def test_what_came_before_a_bomb_is_kept_and_partial_at_once(playing: Context) -> None:
    scan = _run(playing, _opened(playing, "bomb.tsv"), 1)
    assert (scan.state, scan.matches) == (ScanState.PARTIAL, 1)
    assert scan.problem
    assert "packed so tightly" in scan.problem
    assert scan.rows >= 5000
    assert _left(playing) == []


def test_a_worker_killed_over_the_start_of_a_list_still_knows_that_it_is_one(playing: Context) -> None:
    number = _opened(playing, "breaks.tsv")
    folder.manifest(playing.settings.home, number).write_bytes(ROWS[:20_000])
    folder.cut(playing.settings.home, number).write_text("It broke off.")
    scan = _run(playing, number, 2)
    assert (scan.state, scan.problem) == (ScanState.PARTIAL, "It broke off.")


def test_a_list_that_comes_whole_after_all_is_not_partial_and_of_nothing_nothing_stays(playing: Context) -> None:
    number = _opened(playing, "whole.tsv")
    folder.cut(playing.settings.home, number).write_text("It broke off.")
    scan = _run(playing, number, 2)
    assert (scan.state, scan.rows, scan.problem) == (ScanState.DONE, 5000, None)
    scan = _run(playing, _opened(playing, "nothing.tsv"), MAX_ATTEMPTS)
    assert scan.state is ScanState.FAILED
    assert _left(playing) == []


def test_a_checkpoint_of_a_scan_that_was_given_up_goes_with_its_manifest(playing: Context) -> None:
    home = playing.settings.home
    folder.manifest(home, 7).write_bytes(ROWS)
    (folder.checkpoint(home, 7) / "range-0").mkdir(parents=True)
    folder.forget_manifest(home, 7)
    assert _left(playing) == []


def test_the_command_scans_what_came_and_says_why_it_is_a_part(
    tmp_path: Path, migrated_sqlite: Path, hosts: PlayedHosts
) -> None:
    home = tmp_path / "var"
    home.mkdir()
    (home / "commonswatch.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    _opened(open_context(Settings(home=home)), "breaks.tsv")
    environment = {
        "COMMONSWATCH_HOME": str(home),
        "COMMONSWATCH_FETCH_PLAYED_HOSTS": ",".join(f"{name}={at}:{port}" for name, (at, port) in hosts.played.items()),
        "COMMONSWATCH_FETCH_CA_FILE": str(hosts.ca_file),
        "COMMONSWATCH_FETCH_HOST_DELAY": "0",
    }
    answer = CliRunner().invoke(main, ["scan", "--json", "https://files.example/breaks.tsv"], env=environment)
    *matches, summary = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [match["key"] for match in matches] == [KEY]
    assert summary["partial"] == {"what": "broken", "detail": "The server stopped in the middle of its answer."}
    assert [path.name for path in folder.of(home).iterdir() if path.name.startswith("incoming")] == []
