"""Which fields a manifest must have, and of which kind. Numbers may be written as JSON likes (1, 1.0, 1e0)."""

import re
from datetime import UTC, datetime
from typing import Any

LAST_VERSION = 2**32 - 1
_MOST = 2**53 - 1  # whole numbers that JavaScript holds, too
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def is_manifest(told: dict[str, Any]) -> bool:
    """Whether all fields are there and of their kind; which keys sign is looked at elsewhere."""
    version, previous = told.get("version"), told.get("previous")
    signing_keys, deltas = told.get("signing_keys"), told.get("deltas")
    return (
        is_whole(version, LAST_VERSION)
        and version != 0
        and all(_is_moment(told.get(name)) for name in ("made_at", "next_update"))
        and (previous == "" if version == 1 else _is_digest(previous))
        and isinstance(signing_keys, list)
        and all(_is_list_file(told.get(name)) for name in ("keys", "pictures"))
        and _is_file(told.get("rules"))
        and isinstance(deltas, list)
        and all(_is_step(delta) for delta in deltas)
    )


def is_whole(value: Any, most: int = _MOST) -> bool:
    """Whether it is a whole number from 0 to ``most``."""
    if isinstance(value, float):
        return value.is_integer() and 0 <= value <= most
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def read_moment(text: str) -> datetime:
    """A moment as manifests have it, ``2026-11-23T12:00:00Z``; raise ValueError for one that does not exist."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return False
    try:
        read_moment(value)
    except ValueError:
        return False
    return True


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and _is_digest(value.get("sha256")) and is_whole(value.get("bytes"))


def _is_list_file(value: Any) -> bool:
    return _is_file(value) and is_whole(value.get("count")) and _is_digest(value.get("decoded"))


def _is_step(value: Any) -> bool:
    if not _is_file(value) or not is_whole(value.get("from"), LAST_VERSION) or not is_whole(value.get("to")):
        return False
    return bool(value["to"] == value["from"] + 1)
