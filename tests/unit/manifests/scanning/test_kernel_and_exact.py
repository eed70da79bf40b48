"""With the kernel or without it a scan finds the same rows and leaves the same index."""

import random
from pathlib import Path

import numpy as np
import pytest
from commonswatch.manifests.index import KeyIndex
from commonswatch.manifests.kernel import Registry, key_digest
from commonswatch.manifests.scanning import FileSource, Looking, Options, Scan, sieves
from commonswatch.manifests.scanning.matching import Known
from commonswatch.manifests.scanning.sieves import Kernel, RowByRow, Sieve

SECRET = b"sixteen bytes ok"
ROWS = 1500


def _address(number: int, made: random.Random) -> str:
    forms = (
        f"https://live.staticflickr.com/65535/{50_000_000_000 + number}_0a1b2c3d4e_{made.choice('bzcmn')}.jpg",
        f"http://farm{made.randrange(1, 9)}.static.flickr.com/7/{50_000_000_000 + number}_0a1b2c3d4e.jpg",
        f"https://www.flickr.com/photos/12345678@N00/{50_000_000_000 + number}/in/photostream/",
        f"https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/Bridge_%28{number}%29.jpg/640px-Bridge.jpg",
        f"https://commons.wikimedia.org/wiki/File:Bridge_({number}).jpg",
        f"HTTP://WWW.Pictures.example/a%20b/{number}.JPG?utm_source=x&n={number}",
        f"https://i{made.randrange(3)}.wp.com/pictures.example/{number}.jpg?w=300",
        f"not an address {number}",
        "",
        "NULL",
        f"//pictures.example/ü/{number}.png",
    )
    return made.choice(forms)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = random.Random(4)
    path = tmp_path_factory.mktemp("table") / "list.tsv"
    lines = [
        f"{n}\t{_address(n, made)}\t{_address(made.randrange(ROWS), made)}\t{made.getrandbits(128):032x}"
        for n in range(ROWS)
    ]
    path.write_text("\n".join(["id\turl\tpage\tmd5", *lines]) + "\n")
    return path


def _scanned(table: Path, folder: Path, sieve: Sieve, registry: Known | Registry) -> tuple[object, object]:
    scan = Scan(
        FileSource(table), Looking(registry, sieve, indexed=True), Options(index=folder / "i"), lambda _progress: None
    )
    matches = list(scan)
    with KeyIndex.open(folder / "i") as index:
        digests, rows = index.span(0, 0)
    return matches, sorted(zip(digests.tolist(), rows.tolist(), strict=True))


@pytest.mark.parametrize("few", [0, 10_000])
def test_the_kernel_finds_what_the_exact_engine_finds(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(sieves, "FEW", few)
    keys = [(f"flickr:photo:{50_000_000_000 + number}", number) for number in range(0, ROWS, 9)]
    keys += [(f"wikimedia:commons:Bridge_({number}).jpg", ROWS + number) for number in range(0, ROWS, 7)]
    keys += [(f"url:pictures.example/a%20b/{number}.JPG?n={number}", 2 * ROWS + number) for number in range(0, ROWS, 5)]
    exact, kernel = Known(keys), Registry(keys)
    row_by_row = RowByRow(exact, lambda text: key_digest(SECRET, text))
    wanted = _scanned(table, tmp_path, row_by_row, exact)
    assert _scanned(table, tmp_path, Kernel(kernel, SECRET), kernel) == wanted
    assert len(np.unique([row for _, row in wanted[1]])) > ROWS // 2
    assert len(wanted[0]) > 100
