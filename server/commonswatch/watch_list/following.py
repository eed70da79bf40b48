"""A reader that follows the list from version to version, as every client does (docs/watch-list.md).

The extension has its own; this one checks what our server publishes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from commonswatch.watch_list.delta import apply_delta
from commonswatch.watch_list.files import MOST_BYTES, read_lists
from commonswatch.watch_list.lists import Lists
from commonswatch.watch_list.manifest import File, Manifest, Step, file_of, need_successor, read_manifest
from commonswatch.watch_list.refused import Refused, need
from commonswatch.watch_list.signing import PublicKey, open_envelope

Fetch = Callable[[str], bytes]
"""The bytes of the file with a digest."""


@dataclass(frozen=True)
class Held:
    """What a reader holds: the text it accepted last, what that says, and its lists."""

    text: str
    manifest: Manifest
    lists: Lists


def follow(envelope: bytes | str, trusted: Sequence[PublicKey], held: Held | None, fetch: Fetch, now: datetime) -> Held:
    """The newest version out of its envelope. Raise Refused; then what was held is still good.

    ``trusted`` is asked only while nothing is held: afterwards the keys are those that the held version names.
    """
    text = open_envelope(envelope, held.manifest.signing_keys if held else trusted)
    manifest = read_manifest(text)
    need_successor(manifest, text, held.text if held else None, now)
    if held and text == held.text:
        return held
    return Held(text, manifest, _by_deltas(manifest, held, fetch) or _whole(manifest, fetch))


def steps_from(manifest: Manifest, version: int) -> list[Step] | None:
    """The deltas that lead from a version to that of the manifest; None when one is missing."""
    if manifest.version - version > len(manifest.deltas):
        return None
    by_start = {step.start: step for step in manifest.deltas}
    steps = [by_start.get(start) for start in range(version, manifest.version)]
    return [step for step in steps if step] if all(steps) else None


def _by_deltas(manifest: Manifest, held: Held | None, fetch: Fetch) -> Lists | None:
    """None when there is no shorter way, or it does not lead to what the manifest says."""
    steps = steps_from(manifest, held.manifest.version) if held else None
    if held is None or steps is None or sum(step.bytes for step in steps) >= _whole_size(manifest):
        return None
    lists = held.lists
    try:
        for step in steps:
            lists = apply_delta(_checked(File(step.sha256, step.bytes), fetch), step.start, lists)
        _need_said(manifest, lists)
    except Refused:
        return None
    return lists


def _whole(manifest: Manifest, fetch: Fetch) -> Lists:
    lists = read_lists(_checked(manifest.keys, fetch), _checked(manifest.pictures, fetch))
    _need_said(manifest, lists)
    return lists


def _whole_size(manifest: Manifest) -> int:
    return manifest.keys.bytes + manifest.pictures.bytes


def _checked(file: File, fetch: Fetch) -> bytes:
    raw = fetch(file.sha256)
    need(len(raw) == file.bytes and len(raw) <= MOST_BYTES, "size")
    need(file_of(raw).sha256 == file.sha256, "digest")
    return raw


def _need_said(manifest: Manifest, lists: Lists) -> None:
    need((len(lists.keys), len(lists.pictures)) == (manifest.keys.count, manifest.pictures.count), "size")
    need((lists.keys_digest, lists.pictures_digest) == (manifest.keys.decoded, manifest.pictures.decoded), "digest")
