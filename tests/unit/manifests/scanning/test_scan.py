"""A scan finds what is registered, alike in one piece, in several, and taken up again anywhere."""

from pathlib import Path

import pytest
from commonswatch.manifests.index import KeyIndex, forget
from commonswatch.manifests.readers.shapes import Limits, Place
from commonswatch.manifests.scanning import FileSource, Looking, Match, Options, Progress, Scan
from commonswatch.manifests.scanning.findings import from_line, to_line
from commonswatch.manifests.scanning.sieves import RowByRow

from tests.unit.manifests.scanning.played import Looked, PlayedSource, a_list, digest, key, photo

ROWS = 2000
REGISTERED = {key(row): (row,) for row in range(0, ROWS, 37)}


def _nothing(_progress: Progress) -> None:
    pass


def _looking() -> Looking:
    registry = Looked(REGISTERED)
    return Looking(registry, RowByRow(registry, digest), indexed=True)


def _matches(source: PlayedSource, options: Options) -> tuple[list[Match], Scan]:
    scan = Scan(source, _looking(), options, _nothing)
    return list(scan), scan


@pytest.fixture
def source(tmp_path: Path) -> PlayedSource:
    return PlayedSource(a_list(tmp_path / "list", ROWS))


def test_every_registered_row_is_found_with_its_place(source: PlayedSource) -> None:
    matches, scan = _matches(source, Options())
    assert [(match.row, match.place.line, match.how, match.what, match.work_id) for match in matches] == [
        (row, row + 1, "key", key(row), row) for row in range(0, ROWS, 37)
    ]
    told = scan.summary.as_json()
    assert (told["rows"], told["matches"], told["works"]) == (ROWS, len(REGISTERED), len(REGISTERED))
    assert (told["ways"], told["partial"], told["resumed"]) == ({"key": len(REGISTERED)}, None, False)


@pytest.mark.parametrize("cores", [2, 3])
def test_several_processes_find_the_same_as_one(source: PlayedSource, tmp_path: Path, cores: int) -> None:
    alone, _ = _matches(source, Options(index=tmp_path / "one"))
    shared, scan = _matches(source, Options(index=tmp_path / "many", cores=cores, smallest_range=1))
    assert shared == alone
    assert scan.summary.rows == ROWS
    with KeyIndex.open(tmp_path / "one") as one, KeyIndex.open(tmp_path / "many") as many:
        digests = [digest(key(row)) for row in range(ROWS)]
        assert one.rows_of_many(digests) == many.rows_of_many(digests)


def test_the_index_answers_for_rows_nobody_looked_for(source: PlayedSource, tmp_path: Path) -> None:
    _matches(source, Options(index=tmp_path / "index", secret_id=b"the-one."))
    with KeyIndex.open(tmp_path / "index") as index:
        assert (index.rows, index.secret_id) == (ROWS, b"the-one.")
        assert index.rows_of(digest(key(1234))) == [1234]
        assert index.rows_of(digest(key(ROWS))) == []


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize(
    ("line", "guessed"), [("{}_0a1b2c3d4e_b.jpg", True), ("https://live.staticflickr.com/1/{}_0a1b2c3d4e_b.jpg", False)]
)
def test_the_index_of_a_list_of_file_names_says_that_its_keys_are_guesses(
    tmp_path: Path, line: str, *, guessed: bool, cores: int
) -> None:
    path = tmp_path / "list"
    path.write_text("".join(f"{line.format(50_000_000_000 + row)}\n" for row in range(ROWS)))
    matches, _ = _matches(FileSource(path), Options(index=tmp_path / "index", cores=cores, smallest_range=1))
    assert {match.how for match in matches} == {"guessed" if guessed else "key"}
    with KeyIndex.open(tmp_path / "index") as index:
        assert (index.rows_of(digest(key(1234))), index.guessed) == ([1234], guessed)
    assert forget(tmp_path / "index", [digest(key(1234))]) == 1
    with KeyIndex.open(tmp_path / "index") as index:
        assert index.guessed is guessed


@pytest.mark.parametrize("cores", [1, 3])
def test_what_was_read_before_it_broke_is_kept_and_marked_partial(source: PlayedSource, cores: int) -> None:
    broken = PlayedSource(source.path, breaks_after=500)
    matches, scan = _matches(broken, Options(cores=cores, smallest_range=1))
    assert scan.summary.problem is not None
    assert 500 <= scan.summary.rows < 600
    assert [match.row for match in matches] == list(range(0, scan.summary.rows, 37))


def _with_long_lines(path: Path) -> FileSource:
    """A list of which some lines are too long, so that a part of them is left out."""
    lines = [f"{photo(row)}\n" if row % 700 else "a" * 2**24 + "\n" for row in range(1, ROWS)]
    path.write_text("".join(lines))
    return FileSource(path, Limits(record=2**20))


@pytest.mark.parametrize("cores", [1, 2, 3, 5])
def test_what_is_left_out_in_one_range_does_not_hide_the_ranges_behind_it(tmp_path: Path, cores: int) -> None:
    source = _with_long_lines(tmp_path / "list")
    matches, scan = _matches(source, Options(cores=cores, smallest_range=1))
    assert [match.row for match in matches] == [row - 1 for row in range(37, ROWS, 37) if row % 700]
    assert scan.summary.rows == ROWS - 1
    assert scan.summary.problem is not None


def test_what_was_left_out_before_a_scan_was_stopped_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonswatch.manifests.scanning.passes.CHECKPOINT_EVERY", 0.0)
    source, options = _with_long_lines(tmp_path / "list"), Options(folder=tmp_path / "state")

    def stop_behind_a_long_line(progress: Progress) -> None:
        if progress.rows > ROWS * 3 // 4:
            raise Stop

    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", 0.0)
    with pytest.raises(Stop):
        list(Scan(source, _looking(), options, stop_behind_a_long_line))
    _, scan = _matches(source, options)
    assert (scan.summary.resumed, scan.summary.rows) == (True, ROWS - 1)
    assert scan.summary.problem is not None


class Stop(Exception):
    pass


@pytest.mark.parametrize("cores", [1, 2])
def test_a_scan_that_was_stopped_goes_on_and_tells_everything(
    source: PlayedSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    monkeypatch.setattr("commonswatch.manifests.scanning.passes.CHECKPOINT_EVERY", 0.02)
    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", 0.02)
    wanted, _ = _matches(source, Options())
    slow = PlayedSource(source.path, slow=0.01)
    options = Options(folder=tmp_path / "state", index=tmp_path / "index", cores=cores, smallest_range=1)
    rows = []

    def stop_soon(progress: Progress) -> None:
        rows.append(progress.rows)
        if len(rows) > 7:
            raise Stop

    with pytest.raises(Stop):
        list(Scan(slow, _looking(), options, stop_soon))
    assert 0 < rows[-1] < ROWS
    matches, scan = _matches(source, options)
    assert (matches, scan.summary.resumed, scan.summary.rows) == (wanted, True, ROWS)
    assert [path.name for path in tmp_path.iterdir() if path.name != "list"] == ["index"]
    with KeyIndex.open(tmp_path / "index") as index:
        assert len(index.rows_of_many([digest(key(row)) for row in range(ROWS)])) == ROWS


def test_a_changed_manifest_or_question_is_scanned_from_the_start(tmp_path: Path, source: PlayedSource) -> None:
    def stop(_progress: Progress) -> None:
        raise Stop

    options = Options(folder=tmp_path / "state", identity={"registered": 1})
    slow = PlayedSource(source.path, slow=0.05)
    for _ in range(2):
        with pytest.raises(Stop):
            list(Scan(slow, _looking(), options, stop))
    _, scan = _matches(source, Options(folder=tmp_path / "state", identity={"registered": 2}))
    assert not scan.summary.resumed


def test_matches_survive_their_journal_and_are_counted_on() -> None:
    place = Place(3, 4, member="list.csv")
    matches = [Match(3, place, "digest", "md5:" + "0" * 32, 9), Match(5, Place(5, path="a[1]"), "distance", "", 7, 2)]
    assert from_line(to_line(matches)) == matches
    (shifted, _) = from_line(to_line(matches), 10, 11)
    assert (shifted.row, shifted.place) == (13, place._replace(row=13, line=15))


def test_ranges_tell_together_how_much_of_the_file_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", 0.0)
    source, seen = FileSource(a_list(tmp_path / "list", 10 * ROWS)), list[Progress]()
    ranges = Options(cores=3, smallest_range=1, folder=tmp_path / "state")
    list(Scan(source, _looking(), ranges, seen.append))
    size = source.path.stat().st_size
    assert [one.read for one in seen] == sorted(one.read for one in seen)
    assert (seen[-1].read, seen[-1].total, seen[-1].rows) == (size, size, 10 * ROWS)


def test_progress_rises_to_the_whole_file(source: PlayedSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonswatch.manifests.scanning.shards.TELL_EVERY", 0.0)
    seen: list[Progress] = []
    list(Scan(source, _looking(), Options(), seen.append))
    assert [one.rows for one in seen] == sorted(one.rows for one in seen)
    assert (seen[-1].read, seen[-1].total, seen[-1].rows) == (source.path.stat().st_size,) * 2 + (ROWS,)
    assert photo(1)
