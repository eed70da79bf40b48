"""The key index answers what stood where, for every shape of input, and never wrongly."""

import os
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index import IndexWriter, KeyIndex, Runs, build, forget, merge, merging
from commonswatch.manifests.index import runs as index_runs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("either")
Entries = list[tuple[int, int]]


def _random_entries(count: int, rows: int, seed: int = 1) -> Entries:
    made = random.Random(seed)
    return [(made.getrandbits(64), made.randrange(rows)) for _ in range(count)]


def _write(path: Path, entries: Entries, rows: int, secret_id: bytes = b"the-one.") -> Path:
    writer = IndexWriter(path, secret_id=secret_id)
    for start in range(0, len(entries), 1000):
        part = entries[start : start + 1000]
        writer.add(*(np.array(column, np.uint64) for column in zip(*part, strict=True)))
    writer.commit(rows)
    return path


def _rows(entries: Entries) -> dict[int, list[int]]:
    rows = defaultdict(set)
    for digest, row in entries:
        rows[digest].add(row)
    return {digest: sorted(found) for digest, found in rows.items()}


def test_every_digest_gives_its_rows_and_others_give_none(tmp_path: Path) -> None:
    entries = _random_entries(30_000, 20_000)
    entries += [(digest, row + 1) for digest, row in entries[:500] if row + 1 < 20_000]
    with KeyIndex.open(_write(tmp_path / "a", entries, 20_000)) as index:
        wanted = _rows(entries)
        assert {digest: index.rows_of(digest) for digest in wanted} == wanted
        assert index.rows_of_many(list(wanted)) == wanted
        strangers = [digest for digest, _ in _random_entries(20_000, 1, seed=2)]
        assert index.rows_of_many(strangers) == {}
        assert not any(map(index.rows_of, strangers))
        assert (index.rows, index.entries, index.secret_id) == (20_000, len(set(entries)), b"the-one.")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2**64 - 1) | st.integers(0, 3), st.integers(0, 99)), max_size=300))
def test_any_entries_are_kept_however_their_digests_lie(tmp_path_factory: pytest.TempPathFactory, entries: Entries):
    path = _write(tmp_path_factory.mktemp("index") / "a", entries, 100)
    with KeyIndex.open(path) as index:
        index.verify()
        kept = 64 - index.digest_bits  # digests that agree in all bits that are kept are one
        wanted = _rows([(digest >> kept << kept, row) for digest, row in entries])
        assert {digest: sorted(index.rows_of(digest)) for digest in wanted} == wanted
        assert {digest: sorted(rows) for digest, rows in index.rows_of_many(list(wanted)).items()} == wanted


def test_an_index_that_is_not_in_memory_answers_as_one_that_is(tmp_path: Path) -> None:
    entries = _random_entries(60_000, 50_000)
    path = _write(tmp_path / "a", entries, 50_000)
    wanted = _rows(entries)
    for some in (list(wanted)[:5], list(wanted)):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with KeyIndex.open(path) as index:
            assert index.rows_of_many(some) == {digest: wanted[digest] for digest in some}


def test_neighbouring_digests_that_fill_one_bucket_are_told_apart(tmp_path: Path) -> None:
    entries = [(2**63 + (number << 20), number) for number in range(400)]
    with KeyIndex.open(_write(tmp_path / "a", entries, 5000)) as index:
        assert index.rows_of_many([digest for digest, _ in entries]) == _rows(entries)


@pytest.mark.parametrize(("keys", "bits"), [(1.0, 62), (1.65, 55), (2.0, 48)])
def test_thirteen_bytes_a_row_are_enough_and_spent_on_digest_bits(tmp_path: Path, keys: float, bits: int) -> None:
    rows = 200_000
    entries = _random_entries(int(rows * keys), rows)
    path = _write(tmp_path / "a", entries, rows)
    assert path.stat().st_size <= 13 * rows
    with KeyIndex.open(path) as index:
        assert index.digest_bits >= bits
        assert index.chance == index.entries / 2**index.digest_bits


@pytest.mark.parametrize("most", [1000, 2**19])
def test_a_key_that_stands_everywhere_keeps_its_first_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(merging, "_MOST", most)
    folder, digest = tmp_path / "runs", 77 << 56
    runs = Runs(folder, buffered=5000)
    for start in range(50_000, -1, -10_000):
        runs.add(np.full(10_000, digest, np.uint64), np.arange(start, start + 10_000, dtype=np.uint64))
    build(tmp_path / "a", runs.runs(), 60_000)
    with KeyIndex.open(tmp_path / "a") as index:
        assert index.rows_of(digest) == list(range(4096))


def test_many_small_runs_give_the_same_index_as_one(tmp_path: Path) -> None:
    entries = _random_entries(20_000, 500)
    runs = Runs(tmp_path / "runs", buffered=777)
    runs.add(*(np.array(column, np.uint64) for column in zip(*entries, strict=True)))
    [part] = runs.runs()
    assert len(part.runs) == 26
    build(tmp_path / "a", [part], 500)
    with KeyIndex.open(tmp_path / "a") as index:
        assert index.rows_of_many([digest for digest, _ in entries]) == _rows(entries)


def test_runs_that_are_read_in_many_pieces_give_the_same_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = _random_entries(20_000, 500)
    columns = [np.array(column, np.uint64) for column in zip(*entries, strict=True)]
    monkeypatch.setattr(merging, "_AT_ONCE", 50)  # as many spans as can be, more than fences are read for at once
    monkeypatch.setattr(merging, "_MOST", 2)
    monkeypatch.setattr(index_runs, "_AT_ONCE", 3)
    writers = [Runs(tmp_path / name, buffered=1777) for name in ("first", "second")]
    for writer in writers:
        writer.add(*columns)
    build(tmp_path / "a", [*writers[0].runs(), *writers[1].runs(500)], 1000)
    with KeyIndex.open(tmp_path / "a") as index:
        wanted = _rows(entries + [(digest, row + 500) for digest, row in entries])
        assert index.rows_of_many(list(wanted)) == wanted


def test_a_run_that_is_cut_off_or_damaged_is_refused_and_the_old_index_stays(tmp_path: Path) -> None:
    path = _write(tmp_path / "a", [(1 << 60, 3)], 10)
    runs = Runs(tmp_path / "runs")
    runs.add(np.arange(900, dtype=np.uint64) << np.uint64(54), np.arange(900, dtype=np.uint64))
    state, file = runs.checkpoint(), tmp_path / "runs" / "runs"
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[:4000], b"", whole[:800] + b"\xff" * 8 + whole[808:]):
        file.write_bytes(damaged)
        with pytest.raises(InvalidInput, match="cut off"):
            build(path, Runs(tmp_path / "runs", state).runs(), 900)
    with KeyIndex.open(path) as index:
        assert index.rows_of(1 << 60) == [3]


def test_an_empty_manifest_has_an_empty_index(tmp_path: Path) -> None:
    for rows in (0, 12):
        with KeyIndex.open(_write(tmp_path / "a", [], rows)) as index:
            index.verify()
            assert (index.rows_of(5), index.rows_of_many([]), index.rows_of_many([1, 2])) == ([], {}, {})


def test_parts_are_merged_with_their_rows_counted_on(tmp_path: Path) -> None:
    first, second = _random_entries(3000, 1000, seed=3), _random_entries(50, 40, seed=4)
    paths = [_write(tmp_path / "1", first, 1000), _write(tmp_path / "2", second, 40)]
    merge(paths, tmp_path / "all", [0, 1000])
    with KeyIndex.open(tmp_path / "all") as index:
        wanted = _rows(first + [(digest, row + 1000) for digest, row in second])
        assert index.rows == 1040
        assert index.rows_of_many(list(wanted)) == wanted or index.digest_bits < 64
        assert all(index.rows_of(digest) == rows for digest, rows in wanted.items())


def test_merging_does_not_claim_bits_that_were_never_kept(tmp_path: Path) -> None:
    dense = _random_entries(40_000, 10_000)  # four keys a row: few bits
    sparse = _random_entries(1000, 100_000, seed=5)
    paths = [_write(tmp_path / "1", dense, 10_000), _write(tmp_path / "2", sparse, 100_000)]
    with KeyIndex.open(paths[0]) as index:
        known = index.digest_bits
    merge(paths, tmp_path / "all")
    with KeyIndex.open(tmp_path / "all") as index:
        assert index.digest_bits <= known < 64
        assert all(set(rows) <= set(index.rows_of(digest)) for digest, rows in _rows(dense + sparse).items())


def test_indexes_of_different_secrets_are_not_merged(tmp_path: Path) -> None:
    paths = [_write(tmp_path / "1", [], 0), _write(tmp_path / "2", [], 0, secret_id=b"another.")]
    with pytest.raises(InvalidInput, match="different secrets"):
        merge(paths, tmp_path / "all")


def test_a_withdrawn_key_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    entries = _random_entries(5000, 5000)
    path = _write(tmp_path / "a", entries, 5000)
    gone = [digest for digest, _ in entries[:20]]
    assert forget(path, gone) == 20
    assert forget(path, gone) == 0
    with KeyIndex.open(path) as index:
        index.verify()
        assert index.rows_of_many([digest for digest, _ in entries]) == _rows(entries[20:])
        assert (index.rows, index.secret_id) == (5000, b"the-one.")


def test_writing_goes_on_from_a_checkpoint_and_drops_what_came_after(tmp_path: Path) -> None:
    before, after = _random_entries(3000, 100, seed=6), _random_entries(3000, 100, seed=7)
    columns = [np.array(column, np.uint64) for column in zip(*before, strict=True)]
    writer = IndexWriter(tmp_path / "a")
    writer.add(*columns)
    state = writer.checkpoint()
    writer.add(np.array([digest for digest, _ in after], np.uint64), columns[1])
    writer.checkpoint()
    again = IndexWriter(tmp_path / "a", state=state)
    again.commit(100)
    with KeyIndex.open(tmp_path / "a") as index:
        assert index.rows_of_many([digest for digest, _ in before + after]) == _rows(before)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_a_kill_left_behind_at_any_byte_is_written_anew(tmp_path: Path) -> None:
    before, after = ([(number << 40, number) for number in some] for some in (range(1, 40), range(20, 90)))
    columns = [[np.array(column, np.uint64) for column in zip(*some, strict=True)] for some in (before, after)]
    writer, file = IndexWriter(tmp_path / "a"), tmp_path / "a.runs" / "runs"
    writer.add(*columns[0])
    state, counted = writer.checkpoint(), file.stat().st_size
    writer.add(*columns[1])
    writer.checkpoint()
    whole = file.read_bytes()
    for length in [
        *range(counted, counted + 30),
        *range(counted, len(whole), 997),
        *range(len(whole) - 30, len(whole)),
    ]:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(whole[:length])
        (tmp_path / "a.new").write_bytes(whole[: length % 100])
        again = IndexWriter(tmp_path / "a", state=state)
        again.add(*columns[1])
        again.commit(100)
        with KeyIndex.open(tmp_path / "a") as index:
            index.verify()
            assert index.rows_of_many([digest for digest, _ in before + after]) == _rows(before + after)
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_row_number_beyond_the_manifest_is_refused_and_the_old_index_stays(tmp_path: Path) -> None:
    path = _write(tmp_path / "a", [(1 << 60, 3)], 10)
    with pytest.raises(InvalidInput, match="row number"):
        _write(path, [(1 << 60, 10)], 10)
    with KeyIndex.open(path) as index:
        assert index.rows_of(1 << 60) == [3]
