"""A server's watch list of a million works, played: version 1, and version 2 after a delta. All keys are made up."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from commonswatch.watch_list.delta import write_delta
from commonswatch.watch_list.files import write_keys
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.manifest import File, ListFile, Manifest, Step, digest_of, file_of, write_manifest
from commonswatch.watch_list.prefixes import PREFIXES, sorted_prefixes
from commonswatch.watch_list.signing import SigningKey, seal

from tests.played_hosts import Answer

HOST = "list.example"
PATH = "/api/v1/watch-list"
LISTED = "https://www.flickr.com/photos/example/53000000007/"
MILLION = 1_000_000
_ADDED, _REMOVED = 1_000, 100
_BITS, _THRESHOLD = 96, 20
_RULES = Path(__file__).parents[2] / "server" / "commonswatch" / "rules"
_RULE_FILES = ("media_hosts", "sharing_hosts", "datasets", "licences", "links")


class PlayedList:
    """What the server at ``https://list.example`` answers; ``version`` is the newest it knows."""

    def __init__(self, entries: int = MILLION) -> None:
        self._key = SigningKey(bytes([7]) * 32)
        self._files: dict[str, bytes] = {}
        self.version = 1
        before, after = _lists(entries)
        step = Step(1, **vars(self._add(write_delta(1, before, after))))
        first = self._manifest(1, before, "", ())
        self._envelopes = [first, self._manifest(2, after, digest_of(json.loads(first)["manifest"]), (step,))]

    def __call__(self, path: str, _headers: Mapping[str, str]) -> Answer:
        open_to_all = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
        body = self._body(path)
        media_type = "application/json" if body[:1] == b"{" else "application/octet-stream"
        return (200 if body else 404), {"Content-Type": media_type, **open_to_all}, body

    def _body(self, path: str) -> bytes:
        if path == PATH:
            return self._envelopes[self.version - 1].encode()
        if path == f"{PATH}/key":
            return json.dumps(vars(self._key.public)).encode()
        return self._files.get(path.rpartition("/")[2], b"")

    def _manifest(self, version: int, lists: Lists, previous: str, deltas: tuple[Step, ...]) -> str:
        made = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=3 - version)
        keys, pictures = self._add(write_keys(lists.keys)), self._add(lists.pictures_file)
        rules = {name: json.loads((_RULES / f"{name}.json").read_text()) for name in _RULE_FILES}
        manifest = Manifest(
            version,
            made,
            made + timedelta(hours=1),
            previous,
            (self._key.public,),
            ListFile(**vars(keys), count=len(lists.keys), decoded=lists.keys_digest),
            ListFile(**vars(pictures), count=len(lists.pictures), decoded=lists.pictures_digest),
            self._add(json.dumps({"format": 1, **rules}).encode()),
            deltas,
        )
        return seal(write_manifest(manifest), [self._key])

    def _add(self, raw: bytes) -> File:
        entry = file_of(raw)
        self._files[entry.sha256] = raw
        return entry


def _lists(entries: int) -> tuple[Lists, Lists]:
    """Two versions: some rows go, some come."""
    random = np.random.default_rng(7)
    known = sorted_prefixes(["flickr:photo:53000000007"])
    shipping = Shipping(bytes(bit for bit in range(256) if bit % 8 < 3), _THRESHOLD)
    keys = np.unique(np.concatenate([known, random.integers(0, PREFIXES, entries + _ADDED - 1, np.uint64)]))
    rows = np.unique(shipping.rows(random.bytes((entries + _ADDED) * _BITS // 8)))
    late = random.choice(len(rows), _ADDED, replace=False)
    gone = random.choice(len(rows), _REMOVED, replace=False)
    stays = np.isin(keys, known)
    early, kept = np.ones(len(keys), np.bool_), np.ones(len(keys), np.bool_)
    early[late[late < len(keys)]], kept[gone[gone < len(keys)]] = False, False
    before = Lists(keys[early | stays], np.delete(rows, late), shipping)
    return before, Lists(keys[kept | stays], np.delete(rows, gone), shipping)
