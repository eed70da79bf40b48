"""The manifest: what a version consists of, as the text that is signed; and what a reader demands of such a text."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NoReturn

from commonswatch.watch_list import shapes
from commonswatch.watch_list.files import MOST_BYTES, MOST_ENTRIES, MOST_RULES_BYTES
from commonswatch.watch_list.refused import Refused, need
from commonswatch.watch_list.signing import PublicKey, is_public_key

FORMAT = 1
MOST_TEXT = 262_144  # bytes
MOST_DELTAS = 500
MOST_KEYS = 8
_AHEAD = timedelta(days=1)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class File:
    """A file by its digest."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class ListFile(File):
    """A file that holds a list: how many rows, and the digest of the decoded list."""

    count: int
    decoded: str


@dataclass(frozen=True)
class Step:
    """A delta from one version to the next."""

    start: int
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """One version."""

    version: int
    made_at: datetime
    next_update: datetime
    previous: str  # digest of the text of the version before; empty for version 1
    signing_keys: tuple[PublicKey, ...]
    keys: ListFile
    pictures: ListFile
    rules: File
    deltas: tuple[Step, ...]

    @property
    def files(self) -> list[File]:
        """The whole files."""
        return [self.keys, self.pictures, self.rules]


def file_of(raw: bytes) -> File:
    """How a manifest names these bytes."""
    return File(sha256(raw).hexdigest(), len(raw))


def write_manifest(manifest: Manifest) -> str:
    """The text that is signed."""
    told: dict[str, Any] = {"format": FORMAT, **asdict(manifest)}
    told |= {name: f"{told[name].astimezone(UTC):{_MOMENT}}" for name in ("made_at", "next_update")}
    told["deltas"] = [
        {"from": step.start, "to": step.start + 1, "sha256": step.sha256, "bytes": step.bytes}
        for step in manifest.deltas
    ]
    return json.dumps(told, separators=(",", ":"))


def read_manifest(text: str) -> Manifest:
    """What a text says whose signature was checked. Raise Refused."""
    told = _parsed(text)
    need(isinstance(told, dict) and _is(told.get("format"), FORMAT) and shapes.is_manifest(told), "format")
    keys = told["signing_keys"]
    need(0 < len(keys) <= MOST_KEYS, "format")
    for key in keys:
        need(isinstance(key, dict) and is_public_key(key.get("key"), key.get("public")), "format")
    manifest = _from_told(told)
    _need_small(text, manifest)
    return manifest


def need_successor(manifest: Manifest, text: str, own_text: str | None, now: datetime) -> None:
    """Refuse a manifest that may not replace the one at hand, whose text is ``own_text``."""
    if own_text is not None and own_text != text:
        own = read_manifest(own_text)
        need(manifest.version > own.version, "version")
        need(manifest.version > own.version + 1 or manifest.previous == digest_of(own_text), "history")
    need(manifest.made_at <= now + _AHEAD, "time")


def digest_of(text: str) -> str:
    """What the next version calls ``previous``."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(text: str) -> Any:
    def refuse(_word: str) -> NoReturn:
        raise ValueError("JSON knows no such number")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Refused("format") from None


def _is(told: Any, number: int) -> bool:
    return shapes.is_whole(told) and told == number


def _from_told(told: dict[str, Any]) -> Manifest:
    return Manifest(
        version=int(told["version"]),
        made_at=shapes.read_moment(told["made_at"]),
        next_update=shapes.read_moment(told["next_update"]),
        previous=told["previous"],
        signing_keys=tuple(PublicKey(key["key"], key["public"]) for key in told["signing_keys"]),
        keys=_list_file(told["keys"]),
        pictures=_list_file(told["pictures"]),
        rules=File(told["rules"]["sha256"], int(told["rules"]["bytes"])),
        deltas=tuple(Step(int(one["from"]), one["sha256"], int(one["bytes"])) for one in told["deltas"]),
    )


def _list_file(told: dict[str, Any]) -> ListFile:
    return ListFile(told["sha256"], int(told["bytes"]), int(told["count"]), told["decoded"])


def _need_small(text: str, manifest: Manifest) -> None:
    need(len(text.encode("utf-8", "surrogatepass")) <= MOST_TEXT and len(manifest.deltas) <= MOST_DELTAS, "size")
    sizes = [manifest.keys.bytes, manifest.pictures.bytes, *(step.bytes for step in manifest.deltas)]
    need(max(sizes) <= MOST_BYTES, "size")
    need(max(manifest.keys.count, manifest.pictures.count) <= MOST_ENTRIES, "size")
    need(manifest.rules.bytes <= MOST_RULES_BYTES, "size")
