"""Where manifests wait to be read, and where the indexes they leave are: one folder in the home of the product."""

import contextlib
import hashlib
import os
import shutil
from datetime import datetime
from pathlib import Path

from commonswatch.domain.errors import InvalidInput
from commonswatch.manifests.index import KeyIndex

NAME = "scans"
_INCOMING = "incoming-"
_HERE = "here-"


def of(home: Path) -> Path:
    """The folder, made when it is missing; nobody else may look into it."""
    folder = home / NAME
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def manifest(home: Path, scan_id: int) -> Path:
    """The manifest of a scan, until it was read."""
    return of(home) / f"{scan_id}.manifest"


def cut(home: Path, scan_id: int) -> Path:
    """Holds why only the start of a manifest came from its address, where that is so."""
    return of(home) / f"{scan_id}.cut"


def checkpoint(home: Path, scan_id: int) -> Path:
    """Where the engine writes how far it came."""
    return of(home) / f"{scan_id}.checkpoint"


def checkpoint_here(home: Path, manifest: Path) -> Path:
    """The same for a scan of a command: the file stays where it is, and is known by its path."""
    return of(home) / f"{_HERE}{hashlib.sha256(bytes(manifest.resolve())).hexdigest()[:24]}"


def index(home: Path, scan_id: int) -> Path:
    """The keyed digests of all rows; it stays."""
    return of(home) / f"{scan_id}.index"


def names_nothing(home: Path, scan_id: int) -> bool:
    """Whether no row of a scan that was read has anything a work could be found by."""
    try:
        with KeyIndex.open(index(home, scan_id)) as kept:
            return not kept.entries
    except (OSError, InvalidInput):
        return False


def incoming(home: Path, name: str) -> Path:
    """Where an upload is written while nobody knows yet whether it is a scan. ``name`` is a random token."""
    return of(home) / f"{_INCOMING}{name}"


def forget_manifest(home: Path, scan_id: int) -> None:
    """Delete what is needed only for reading: the manifest and the checkpoint."""
    for path in (manifest(home, scan_id), cut(home, scan_id), checkpoint(home, scan_id)):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def forget_all(home: Path, scan_id: int) -> None:
    """Delete everything a scan left, its index too."""
    forget_manifest(home, scan_id)
    with contextlib.suppress(FileNotFoundError):
        index(home, scan_id).unlink()


def kept_manifests(home: Path) -> list[int]:
    """The numbers of all scans whose manifest is still there."""
    return [int(path.stem) for path in of(home).glob("*.manifest") if path.stem.isdecimal()]


def forget_uploads(home: Path, before: datetime) -> None:
    """Delete uploads that were broken off before a moment."""
    for path in of(home).glob(f"{_INCOMING}*"):
        with contextlib.suppress(FileNotFoundError):
            if os.stat(path).st_mtime < before.timestamp():  # noqa: PTH116 - one call for each, and it may be gone
                path.unlink()


def forget_checkpoints(home: Path, before: datetime) -> None:
    """Delete what commands that were killed before a moment left, to go on."""
    for path in of(home).glob(f"{_HERE}*"):
        with contextlib.suppress(FileNotFoundError):
            if max(one.stat().st_mtime for one in (path, *path.rglob("*"))) < before.timestamp():
                shutil.rmtree(path, ignore_errors=True)
