"""Lists that are not what they seemed: a file changed after it was divided, Parquet with too much in it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.shapes import Limits, Problem
from commonswatch.manifests.scanning import FileSource, Looking, Options, Scan
from commonswatch.manifests.scanning.matching import Known
from commonswatch.manifests.scanning.sieves import RowByRow

ROW = b"7\thttps://a.example/1.jpg\n"


class _Meanwhile(RowByRow):
    """Something happens after the file was divided, and before its ranges are opened."""

    def __init__(self, registry: Known, happens: Callable[[], None]) -> None:
        super().__init__(registry)
        self._happens = happens

    def prepare(self) -> None:
        self._happens()


def _scanned(path: Path, happens: Callable[[Path], None]) -> Problem | None:
    path.write_bytes(b"id\turl\n" + ROW * 20_000)
    os.utime(path, ns=(10**18, 10**18))
    registry = Known([("url:a.example/1.jpg", 1)])
    looking = Looking(registry, _Meanwhile(registry, lambda: happens(path)))
    scan = Scan(FileSource(path), looking, Options(cores=3, smallest_range=1000), lambda _progress: None)
    assert sum(1 for _ in scan) > 0
    return scan.summary.problem


def _rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(300_000)
        file.write(b"\n" * 1000)


def _replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(ROW * 30_000)
    other.replace(path)


@pytest.mark.parametrize("happens", [_rewrite, _replace])
def test_a_file_that_changes_before_its_ranges_are_opened_is_told(
    tmp_path: Path, happens: Callable[[Path], None]
) -> None:
    assert _scanned(tmp_path / "list.tsv", lambda _path: None) is None
    problem = _scanned(tmp_path / "list.tsv", happens)
    assert problem is not None
    assert problem.what == "changed"


def _parquet(path: Path, **columns: list[str]) -> tuple[int, str | None]:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table(columns), path)
    with open_manifest(path, Limits(columns=8)) as manifest:
        rows = sum(block.rows for block in manifest.blocks())
    return rows, manifest.problem and manifest.problem.what


def test_parquet_whose_few_large_cells_hide_all_others_says_so(tmp_path: Path) -> None:
    addresses = [f"https://a.example/{row}.jpg" for row in range(100)]
    assert _parquet(tmp_path / "x", url=addresses) == (100, None)
    assert _parquet(tmp_path / "x", url=["https://a.example/" + "a" * 4_000_000, *addresses]) == (0, "too-large")


def test_parquet_with_more_columns_than_are_read_says_so(tmp_path: Path) -> None:
    columns = {f"url_{number}": ["https://a.example/1.jpg"] * 5 for number in range(12)}
    assert _parquet(tmp_path / "x", **columns) == (5, "too-large")
