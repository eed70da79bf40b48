"""What the server writes, the extension follows: many versions, whole and step by step, to the same lists."""

import base64
import json
import os
import random
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commonswatch.watch_list.delta import write_delta
from commonswatch.watch_list.files import write_keys
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.manifest import ListFile, Manifest, Step, digest_of, file_of, write_manifest
from commonswatch.watch_list.prefixes import sorted_prefixes
from commonswatch.watch_list.signing import SigningKey, seal

PROGRAM = Path(__file__).parents[3] / "extension" / "tools" / "follow-list.mjs"
START = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, NEW = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))


@dataclass
class Published:
    """A server's list, version after version; what a client could ask it for."""

    shipping: Shipping
    lists: Lists | None = None
    text: str = ""
    steps: list[Step] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    envelopes: list[Any] = field(default_factory=list)
    digests: list[list[str]] = field(default_factory=list)

    def publish(self, keys: set[str], hashes: set[bytes], named: list[SigningKey], signers: list[SigningKey]) -> None:
        version = len(self.envelopes) + 1
        rows = np.unique(self.shipping.cut(sorted(hashes))) if hashes else self.shipping.rows(b"")
        lists = Lists(sorted_prefixes(keys), rows, self.shipping)
        if self.lists is not None:
            sha256, size = self._add(write_delta(version - 1, self.lists, lists))
            self.steps.append(Step(version - 1, sha256, size))
        made_at = START + timedelta(hours=version)
        manifest = Manifest(
            version=version,
            made_at=made_at,
            next_update=made_at + timedelta(hours=1),
            previous=digest_of(self.text) if self.text else "",
            signing_keys=tuple(key.public for key in named),
            keys=ListFile(*self._add(write_keys(lists.keys)), len(lists.keys), lists.keys_digest),
            pictures=ListFile(*self._add(lists.pictures_file), len(lists.pictures), lists.pictures_digest),
            rules=file_of(b"{}"),
            deltas=tuple(self.steps),
        )
        self.lists, self.text = lists, write_manifest(manifest)
        self.envelopes.append(json.loads(seal(self.text, signers)))
        self.digests.append([lists.keys_digest, lists.pictures_digest])

    def _add(self, raw: bytes) -> tuple[str, int]:
        named = file_of(raw)
        self.files[named.sha256] = base64.b64encode(raw).decode()
        return named.sha256, named.bytes


def followed(published: Published, keys: list[str]) -> Any:
    """What the extension makes of it; it trusts the old key at first."""
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed")
    assert node, "Node is missing: sh tests/browser/install.sh"
    trusted = [{"key": OLD.public.key, "public": OLD.public.public}]
    now = (START + timedelta(days=3)).isoformat()
    given = {"trusted": trusted, "now": now, "envelopes": published.envelopes, "files": published.files, "keys": keys}
    ran = subprocess.run(
        [node, str(PROGRAM)], input=json.dumps(given), capture_output=True, encoding="utf-8", timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("bits", [32, 96, 256])
def test_versions_of_any_kind_are_followed_to_the_same_lists(bits: int) -> None:
    chance = random.Random(bits)
    published = Published(Shipping(bytes(chance.sample(range(256), bits)), bits // 5))
    every = [f"flickr:photo:{number}" for number in range(400)]
    known: list[set[str]] = []
    for version in range(1, 13):
        keys = set(chance.sample(every, chance.choice([0, 1, 2, 50, 200, 400])))
        hashes = {chance.randbytes(32) for _ in range(chance.choice([0, 1, 30]))}
        named = [OLD] if version < 4 else [OLD, NEW] if version < 8 else [NEW]
        signers = [OLD] if version < 4 else [OLD, NEW] if version < 9 else [NEW]
        published.publish(keys, hashes, named, signers)
        known.append(keys)
    told = followed(published, every)
    assert [one["version"] for one in told] == list(range(1, 13))
    for one, digests, keys in zip(told, published.digests, known, strict=True):
        assert one["whole"] == digests
        assert one["stepped"] in (digests, None)
        assert [key for key, found in zip(every, one["found"], strict=True) if found] == sorted(keys, key=every.index)
    assert sum(one["stepped"] is not None for one in told) == len(told) - 1
