"""``commonswatch scan --dataset``: what is found stays, and a call that was broken off is gone on with."""

from pathlib import Path

import pytest
from commonswatch.commands import scans_kept
from commonswatch.context import Context
from commonswatch.domain.states import ScanState
from commonswatch.manifests.scanning import shards
from commonswatch.models import Membership, Scan
from commonswatch.services.scanning import here, scans
from sqlalchemy import select

from tests.cli import scanning


def test_with_a_dataset_what_is_found_stays(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(scanning.tsv(20))
    scanning.told(home, "--dataset", "megaface", path)
    with context.database.reading() as session:
        (scan,) = session.scalars(select(Scan))
        assert (scan.dataset, scan.rows, scan.matches, scan.state.value) == ("megaface", 20, 3, "done")
        assert set(session.scalars(select(Membership.work_id))) == set(works.values())
    assert (home / "scans" / f"{scan.id}.index").exists()
    assert {one.name for one in (home / "scans").iterdir()} == {f"{scan.id}.index"}
    answer = scanning.run(home, "--dataset", "no-such", path)
    assert answer.exit_code == 1
    assert "no dataset of this name" in answer.stderr


def test_a_command_that_was_killed_leaves_its_scan_to_the_next(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(scanning.tsv(20))
    with context.database.writing() as session:
        values = {"name": "list.tsv", "dataset": "megaface", "size": path.stat().st_size}
        killed = here.open_scan(session, **values, now=context.now())
    scanning.told(home, "--dataset", "megaface", path)
    scanning.told(home, "--dataset", "megaface", path)
    with context.database.reading() as session:
        told = [(scan.id, scan.matches, scan.state.value) for scan in session.scalars(select(Scan).order_by(Scan.id))]
    assert told == [(killed, 3, "done"), (killed + 1, 3, "done")], "what was read to its end is not touched again"


def test_ctrl_c_ends_it_in_words(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> bool:
        raise KeyboardInterrupt

    path = tmp_path / "list.tsv"
    path.write_bytes(scanning.tsv(20))
    monkeypatch.setattr(scans_kept, "_NOTE_EVERY", -1.0)
    monkeypatch.setattr(shards, "TELL_EVERY", -1.0)
    monkeypatch.setattr(scans, "note", interrupted)
    answer = scanning.run(home, "--dataset", "megaface", path)
    assert (answer.exit_code, answer.stderr) == (130, "Stopped. The same command goes on where it was.\n")
    with context.database.reading() as session:
        assert session.scalars(select(Scan.state)).one() is ScanState.CANCELLED


def test_a_moderator_stops_what_a_command_reads(
    home: Path, context: Context, works: dict[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(scanning.tsv(20))
    monkeypatch.setattr(scans_kept, "_NOTE_EVERY", -1.0)
    monkeypatch.setattr(shards, "TELL_EVERY", -1.0)
    monkeypatch.setattr(scans, "note", lambda *_arguments: False)
    answer = scanning.run(home, "--dataset", "megaface", path)
    assert answer.exit_code == 1
    assert answer.stderr == "Error: A moderator stopped this scan on the site.\n"
    with context.database.reading() as session:
        assert session.scalars(select(Scan.state)).one() is ScanState.CANCELLED
