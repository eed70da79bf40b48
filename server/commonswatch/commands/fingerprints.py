"""The command that fingerprints files and addresses. It needs no installation; addresses are read by our fetcher."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commonswatch.commands.lines import Row, shown
from commonswatch.commands.opening import read_settings
from commonswatch.domain.errors import CommonswatchError

if TYPE_CHECKING:
    from commonswatch.fetch import Fetcher
    from commonswatch.fingerprints import PictureFacts, PicturePool

_MOST_AT_ONCE = 8
_HEAD = 1024  # bytes, by which a file is known
_NAMES = (
    *("sha256", "md5", "pdq", "quality", "width", "height", "seconds", "media_type"),
    *("licence", "opt_out", "marks", "closed", "fingerprints", "error"),
)
_SHOWN = (
    *("media_type", "size", "seconds", "sha256", "md5", "pdq", "quality"),
    *("licence", "opt_out", "closed", "also"),
)
_TITLES = {"media_type": "media type", "opt_out": "opt-out", "closed": "not by looks"}
_ACCEPT = "image/*,video/*;q=0.9,*/*;q=0.1"


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|URL…")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with all renditions, frames and marks.")
def fingerprint(inputs: tuple[str, ...], as_json: bool) -> None:
    """Digests and PDQ of pictures and videos, and what they say about their licence.

    Several are read at the same time, each in a child process with limits. Of one that cannot be read the reason is
    told; then the exit code is 1.
    """
    failed = False
    for row in _rows(inputs):
        failed |= row["error"] is not None
        sys.stdout.write(f"{json.dumps(row)}\n" if as_json else "\n".join([*_told(row), "", ""]))
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


def _rows(inputs: tuple[str, ...]) -> Iterator[Row]:
    """A row for each in the order given, while others are read already."""
    from commonswatch.fetch import Fetcher
    from commonswatch.fingerprints import PicturePool

    at_once = min(len(inputs), os.cpu_count() or 1, _MOST_AT_ONCE)
    fetcher = Fetcher(_policy()) if any(map(_is_address, inputs)) else None
    with PicturePool(at_once) as pool, ThreadPoolExecutor(2 * at_once) as threads:
        yield from threads.map(lambda one: _row(one, pool, fetcher), inputs)


def _policy() -> Any:
    from commonswatch.context import fetch_policy

    return fetch_policy(read_settings())


def _is_address(text: str) -> bool:
    return text.lower().startswith(("https://", "http://"))


def _row(text: str, pool: "PicturePool", fetcher: "Fetcher | None") -> Row:
    try:
        if fetcher is not None and _is_address(text):
            return _facts(text, pool.examine(fetcher.get(text, accept=_ACCEPT).body))
        return _facts(text, _of_file(Path(text), pool))
    except CommonswatchError as refusal:
        reason = refusal.detail
    except OSError as failure:
        reason = f"{failure.strerror or 'It cannot be read'}."
    except ValueError:  # a name with a zero byte
        reason = "There is no such file."
    return {"input": text, **dict.fromkeys(_NAMES), "error": reason}


def _of_file(path: Path, pool: "PicturePool") -> "PictureFacts":
    """Raises OSError when there is no such file, and InvalidInput when it cannot be used."""
    from commonswatch.fingerprints import Unreadable, signatures
    from commonswatch.fingerprints.pool import LARGEST_PICTURE

    if not stat.S_ISREG(path.stat().st_mode):
        raise Unreadable("This is not a file.")
    with path.open("rb") as file:
        if signatures.media_type(file.read(_HEAD)).startswith("video/"):
            return pool.examine_video(file)
        file.seek(0)
        return pool.examine(file.read(LARGEST_PICTURE + 1))


def _facts(text: str, facts: "PictureFacts") -> Row:
    from commonswatch.fingerprints import licence_of

    licence = licence_of(facts.marks)
    pdq = [one for one in facts.fingerprints if one.algorithm == "pdq"]
    original = next((one for one in pdq if one.rendition == "original"), None)
    return {
        "input": text,
        "sha256": facts.sha256.hex(),
        "md5": facts.md5.hex(),
        "pdq": original.bits.hex() if original else None,
        "quality": original.quality if original else None,
        "width": facts.width,
        "height": facts.height,
        "seconds": facts.seconds,
        "media_type": facts.media_type,
        "licence": licence.url if licence else None,
        "opt_out": [f"{mark.name} {mark.value}" for mark in facts.marks if mark.kind == "opt-out"],
        "marks": [{"kind": mark.kind, "name": mark.name, "value": mark.value} for mark in facts.marks],
        "closed": facts.closed or None,
        "fingerprints": [{"rendition": one.rendition, "pdq": one.bits.hex(), "quality": one.quality} for one in pdq],
        "error": None,
    }


def _told(row: Row) -> Iterator[str]:
    """A line for each fact, for people."""
    yield shown(row["input"])
    if row["error"]:
        yield f"  {'error':<13}{shown(row['error'])}"
        return
    renditions = [one["rendition"] for one in row["fingerprints"] if one["rendition"] != "original"]
    several = f"{len(renditions)} frames" if row["seconds"] is not None else ", ".join(renditions)
    facts = {**row, "also": f"PDQ of {several}" if renditions else None}
    facts["size"] = f"{row['width']} x {row['height']} pixels"
    for name in (
        "media_type",
        "size",
        "seconds",
        "sha256",
        "md5",
        "pdq",
        "quality",
        "licence",
        "opt_out",
        "closed",
        "also",
    ):
        if facts[name] not in (None, []):
            yield f"  {_TITLES.get(name, name):<13}{shown(facts[name])}"
