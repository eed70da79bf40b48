"""A watch list as a folder of files: what somebody downloaded, opened only after its signature was checked.

In it are ``watch-list.json`` (the signed manifest), ``key.json`` (whom its owner trusts) and the whole files by their
digests. Who downloads, and how, is not known here.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from commonswatch.watch_list.files import MOST_BYTES
from commonswatch.watch_list.following import Held, follow
from commonswatch.watch_list.manifest import need_successor, read_manifest
from commonswatch.watch_list.refused import Refused, need
from commonswatch.watch_list.signing import PublicKey, is_public_key, open_envelope

ENVELOPE, KEY = "watch-list.json", "key.json"
MOST_ENVELOPE = 1_048_576  # bytes


def keep(folder: Path, envelope: bytes, key: PublicKey, fetch: Callable[[str], bytes], now: datetime) -> Held:
    """Check a manifest, fetch its files, and keep all of it. Raises Refused, and keeps nothing.

    ``key`` is trusted the first time. From then on the version at hand says by whom the next may be signed, and none
    that is older, or has another history, takes its place.
    """
    files: dict[str, bytes] = {}
    before = _accepted_before(folder)
    trusted = read_manifest(before).signing_keys if before else (key,)
    text = open_envelope(envelope, trusted)
    need_successor(read_manifest(text), text, before, now)

    def fetched(sha256: str) -> bytes:
        return files.setdefault(sha256, fetch(sha256))

    held = follow(envelope, trusted, None, fetched, now)
    folder.mkdir(parents=True, exist_ok=True)
    for sha256, raw in files.items():
        _put(folder / sha256, raw)
    keys = held.manifest.signing_keys
    key = key if key in keys else keys[0]  # the newest, once that of the first time is not in force any more
    _put(folder / KEY, json.dumps({"key": key.key, "public": key.public}).encode())
    _put(folder / ENVELOPE, envelope)
    return held


def read(folder: Path, now: datetime, key: PublicKey | None = None) -> Held:
    """Open a folder as ``keep`` left it. Raises Refused; OSError where a file is missing, as in any other folder."""
    (folder / ENVELOPE).stat()
    trusted = key or trusted_key(folder)
    need(trusted is not None, "signature")
    envelope = _limited(folder / ENVELOPE, MOST_ENVELOPE)
    return follow(envelope, [trusted] if trusted else [], None, lambda name: _limited(folder / name, MOST_BYTES), now)


def trusted_key(folder: Path) -> PublicKey | None:
    """The key its owner trusted at the first download, None before it."""
    try:
        told = json.loads(_limited(folder / KEY, 10_000))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        raise Refused("format") from None
    return read_key(told)


def read_key(told: object) -> PublicKey:
    """A public key as the server tells it (`/api/v1/watch-list/key`). Raises Refused."""
    if not isinstance(told, dict) or not is_public_key(told.get("key"), told.get("public")):
        raise Refused("format")
    return PublicKey(told["key"], told["public"])


def _accepted_before(folder: Path) -> str | None:
    """The text of the version at hand; None the first time. One that is damaged counts as none."""
    try:
        key = trusted_key(folder)
        return open_envelope(_limited(folder / ENVELOPE, MOST_ENVELOPE), [key]) if key else None
    except (FileNotFoundError, Refused):
        return None


def _put(path: Path, data: bytes) -> None:
    """Aside, then in its place: a kill leaves the old one or the new one."""
    aside = path.with_name(f"{path.name}.new")
    aside.write_bytes(data)
    aside.replace(path)


def _limited(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        raw = file.read(most + 1)
    need(len(raw) <= most, "size")
    return raw
