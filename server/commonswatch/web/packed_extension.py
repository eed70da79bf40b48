"""The browser extension as one zip for each browser, made from its files: in a checkout ``extension/src``, in a wheel
``commonswatch/extension``.

Nothing is squeezed and no time is kept, so the bytes follow from the files alone: ``npm run pack`` in ``extension/``
makes the very same (tools/pack.mjs), and anybody can check that a site hands out what is in the repository.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parents[1]
_MANIFEST = "manifest.json"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNKNOWN = {
    "chrome": (("background", "scripts"), ("browser_specific_settings",), ("sidebar_action",)),
    "firefox": (
        ("background", "service_worker"),
        ("minimum_chrome_version",),
        ("side_panel",),
        ("permissions", "sidePanel"),
    ),
}
"""What a browser does not know: keys of the manifest, and members of its lists."""
BROWSERS = tuple(_UNKNOWN)


@dataclass(frozen=True)
class Packed:
    """A zip; ``sha256`` is hexadecimal, ``name`` is what to call the file."""

    name: str
    version: str
    sha256: str
    data: bytes


def source_folder() -> Path:
    """Where the extension's files are."""
    packaged = _PACKAGE / "extension"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "extension" / "src"


@cache
def pack(browser: str) -> Packed:
    """The extension for ``chrome`` or ``firefox``. Made once, then kept in memory."""
    folder = source_folder()
    manifest = json.loads((folder / _MANIFEST).read_bytes())
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as packed:
        for path in _files(folder):
            name = path.relative_to(folder).as_posix()
            data = _manifest_for(browser, manifest) if name == _MANIFEST else path.read_bytes()
            packed.writestr(_entry(name), data)
    data, version = written.getvalue(), str(manifest["version"])
    return Packed(f"commonswatch-{browser}-{version}.zip", version, hashlib.sha256(data).hexdigest(), data)


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    plain = (path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(plain, key=lambda path: path.relative_to(folder).as_posix())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIRST_DAY)
    entry.create_system, entry.external_attr = 3, _PLAIN_FILE
    return entry


def _manifest_for(browser: str, manifest: dict[str, Any]) -> bytes:
    """The manifest without what this browser does not know; spelt as JavaScript spells it."""
    own = json.loads(json.dumps(manifest))
    for *way, last in _UNKNOWN[browser]:
        holder: Any = reduce(lambda inside, key: inside.get(key, {}), way, own)
        if isinstance(holder, list):
            holder[:] = [one for one in holder if one != last]
        else:
            holder.pop(last, None)
    return (json.dumps(own, indent=2, ensure_ascii=False) + "\n").encode()
