"""The signing keys of an installation as files: the one in force, and those it replaced less than 90 days ago.

They are read for every version, so that a new key is used at once by a worker that runs already.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from commonswatch.watch_list.signing import SigningKey

OVERLAP = timedelta(days=90)
"""How long a replaced key still signs, so that clients that knew only it learn the new one."""
MOST_REPLACED = 7
_CURRENT = "signing_seed"
_REPLACED = "signing_seed-until-"
_STAMP = "%Y%m%dT%H%M%SZ"
_SEED_BYTES = 32


def read_keys(folder: Path, now: datetime) -> list[SigningKey]:
    """The keys that sign now, the one in force first."""
    replaced = sorted(folder.glob(f"{_REPLACED}*"), reverse=True)
    paths = [folder / _CURRENT, *(path for path in replaced if _end_of(path) > now)]
    seeds = dict.fromkeys(_read_seed(path) for path in paths)  # each once, also after a crash within ``rotate``
    return [SigningKey(seed) for seed in seeds][: MOST_REPLACED + 1]


def rotate(folder: Path, now: datetime) -> SigningKey:
    """Put a new key in force; the old one signs along for 90 days. Returns the new one."""
    key = SigningKey(secrets.token_bytes(_SEED_BYTES))
    _write(folder / f"{_REPLACED}{now + OVERLAP:{_STAMP}}", _read_seed(folder / _CURRENT))
    _write(folder / _CURRENT, key.seed)
    return key


def _end_of(path: Path) -> datetime:
    try:
        return datetime.strptime(path.name.removeprefix(_REPLACED), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise RuntimeError(f"{path} is not named like a key that was replaced.") from None


def _read_seed(path: Path) -> bytes:
    seed = path.read_bytes()
    if len(seed) != _SEED_BYTES:
        raise RuntimeError(f"{path} must hold {_SEED_BYTES} bytes; it holds {len(seed)}. Restore it from a backup.")
    return seed


def _write(path: Path, seed: bytes) -> None:
    """All of it or nothing, and on the disk before anything else happens."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(seed)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
