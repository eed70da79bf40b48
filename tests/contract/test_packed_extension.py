"""Two programs pack the extension, the site's and the repository's: the same bytes, of the files in the source."""

import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from commonswatch.web.packed_extension import BROWSERS, pack

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "extension" / "src"
PRINT = "import { pack } from './tools/pack.mjs'; process.stdout.write(pack(process.argv[1]));"


def packed_by_node(browser: str) -> bytes:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed: make test")
    assert node
    command = [node, "--input-type=module", "--eval", PRINT, browser]
    return subprocess.run(command, cwd=PROJECT / "extension", capture_output=True, check=True, timeout=30).stdout


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_site_and_the_repository_pack_the_same_bytes(browser: str) -> None:
    assert packed_by_node(browser) == packed_by_node(browser) == pack(browser).data


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_zip_holds_the_files_of_the_source_and_no_other(browser: str) -> None:
    packed = zipfile.ZipFile(io.BytesIO(pack(browser).data))
    names = packed.namelist()
    assert names == sorted(names)
    assert set(names) == {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*") if path.is_file()}
    same = [name for name in names if name != "manifest.json" and packed.read(name) == (SOURCE / name).read_bytes()]
    assert len(same) == len(names) - 1
