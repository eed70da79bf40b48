"""What a client refuses, whatever a server sends: replayed, older, wrongly signed, changed, cut off."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from commonswatch.watch_list.delta import write_delta
from commonswatch.watch_list.files import write_keys
from commonswatch.watch_list.following import Held, follow
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.manifest import File, ListFile, Manifest, Step, digest_of, file_of, write_manifest
from commonswatch.watch_list.refused import Refused
from commonswatch.watch_list.signing import SigningKey, seal
from hypothesis import given, settings
from hypothesis import strategies as st

KEY, OTHER = SigningKey(bytes(32)), SigningKey(bytes([1] * 32))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHIPPING = Shipping(bytes(range(96)), 20)


@dataclass
class Server:
    """Publishes lists from memory."""

    files: dict[str, bytes] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    lists: list[Lists] = field(default_factory=list)
    steps: tuple[Step, ...] = ()

    def publish(self, count: int, signers: tuple[SigningKey, ...] = (KEY,), **changes: Any) -> str:
        random = np.random.default_rng(7)
        keys = np.unique(random.integers(0, 2**48, 2000, np.uint64)[:count])
        pictures = np.unique(SHIPPING.rows(random.integers(0, 256, 24_000, np.uint8).tobytes())[:count])
        lists, version = Lists(keys, pictures, SHIPPING), len(self.texts) + 1
        if self.lists:
            delta = self.put(write_delta(version - 1, self.lists[-1], lists))
            self.steps = (*self.steps, Step(version - 1, delta.sha256, delta.bytes))
        files = self.put(write_keys(keys)), self.put(lists.pictures_file)
        manifest = Manifest(
            version=version,
            made_at=NOW,
            next_update=NOW + timedelta(hours=1),
            previous=digest_of(self.texts[-1]) if self.texts else "",
            signing_keys=tuple(key.public for key in signers),
            keys=ListFile(files[0].sha256, files[0].bytes, len(keys), lists.keys_digest),
            pictures=ListFile(files[1].sha256, files[1].bytes, len(pictures), lists.pictures_digest),
            rules=self.put(b"{}"),
            deltas=self.steps,
        )
        self.texts.append(write_manifest(replace(manifest, **changes)))
        self.lists.append(lists)
        return seal(self.texts[-1], signers)

    def put(self, raw: bytes) -> File:
        self.files[file_of(raw).sha256] = raw
        return file_of(raw)

    def follow(self, envelope: bytes | str, held: Held | None = None) -> Held:
        return follow(envelope, [KEY.public], held, self.files.__getitem__, NOW)


def _refused(server: Server, envelope: bytes | str, held: Held | None, why: str) -> None:
    with pytest.raises(Refused) as refused:
        server.follow(envelope, held)
    assert refused.value.why == why


@pytest.fixture(scope="module")
def followed() -> tuple[Server, list[str], Held]:
    """A server with three versions, and a client that holds the second."""
    server = Server()
    envelopes = [server.publish(count) for count in (1000, 1010, 1020)]
    return server, envelopes, server.follow(envelopes[1], server.follow(envelopes[0]))


def test_a_client_goes_on_by_delta(followed: tuple[Server, list[str], Held]) -> None:
    server, envelopes, held = followed
    lost = {name: raw for name, raw in server.files.items() if raw[:3] in (b"CWD", b"{}")}
    after = replace(server, files=lost).follow(envelopes[2], held)
    assert np.array_equal(after.lists.keys, server.lists[2].keys)


def test_a_replayed_or_older_manifest_is_refused(followed: tuple[Server, list[str], Held]) -> None:
    server, envelopes, held = followed
    _refused(server, envelopes[0], held, "version")
    assert server.follow(envelopes[1], held) is held
    newest = server.follow(envelopes[2], held)
    _refused(server, envelopes[1], newest, "version")


def test_a_strangers_signature_is_refused(followed: tuple[Server, list[str], Held]) -> None:
    server, envelopes, held = followed
    _refused(server, seal(server.texts[2], [OTHER]), held, "signature")
    swapped = json.loads(envelopes[2])
    swapped["signatures"] = json.loads(envelopes[1])["signatures"]
    _refused(server, json.dumps(swapped), held, "signature")


def test_another_history_is_refused() -> None:
    server, other = Server(), Server()
    held = server.follow(server.publish(10))
    other.publish(11)
    forked = other.publish(12)
    with pytest.raises(Refused) as refused:
        other.follow(forked, held)
    assert refused.value.why == "history"


def test_a_manifest_of_the_day_after_tomorrow_is_refused() -> None:
    server = Server()
    _refused(server, server.publish(10, made_at=NOW + timedelta(days=1, seconds=1)), None, "time")


@pytest.mark.parametrize("kind", ["CWK1", "CWP1"])
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda raw: raw[:-1], "size"),
        (lambda raw: raw + b"\0", "size"),
        (lambda raw: raw[:-1] + bytes([raw[-1] ^ 0x80]), "digest"),
        (lambda raw: b"", "size"),
    ],
)
def test_a_damaged_file_is_refused(kind: str, damage: Any, why: str) -> None:
    server = Server()
    envelope = server.publish(1000)
    server.files = {name: damage(raw) if raw[:4] == kind.encode() else raw for name, raw in server.files.items()}
    _refused(server, envelope, None, why)


def test_a_damaged_delta_means_whole_files(followed: tuple[Server, list[str], Held]) -> None:
    server, envelopes, held = followed
    files = {name: raw[:-1] if raw[:3] == b"CWD" else raw for name, raw in server.files.items()}
    after = replace(server, files=files).follow(envelopes[2], held)
    assert np.array_equal(after.lists.keys, server.lists[2].keys)


@pytest.mark.parametrize(("count", "decoded", "why"), [(2, "0" * 64, "size"), (1, "0" * 64, "digest")])
def test_a_list_that_is_not_what_the_manifest_says_is_refused(count: int, decoded: str, why: str) -> None:
    server = Server()
    file = server.put(write_keys(np.array([1], np.uint64)))
    _refused(server, server.publish(10, keys=ListFile(file.sha256, file.bytes, count, decoded)), None, why)


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7), cut=st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_changed_envelope_is_accepted(at: int, bit: int, cut: bool) -> None:
    server = Server()
    raw = server.publish(3).encode()
    at %= len(raw)
    changed = raw[:at] if cut else raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :]
    try:
        held = server.follow(changed)
    except Refused:
        return
    assert held.text == server.texts[0]  # only what is not signed changed: a field nobody knows, an unused signature


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda s: st.lists(s, max_size=3)
)


@given(SHAPES)
@settings(deadline=None)
def test_no_envelope_of_any_shape_is_a_crash(told: Any) -> None:
    for given_ in (told, {"manifest": told, "signatures": told}, {"manifest": "{}", "signatures": [told]}):
        with pytest.raises(Refused):
            Server().follow(json.dumps(given_))


PLAIN = Server()
PLAIN.publish(1)


@given(st.sampled_from(list(json.loads(PLAIN.texts[0]))), SHAPES)
@settings(deadline=None, max_examples=300)
def test_no_field_of_another_kind_is_accepted(name: str, told: Any) -> None:
    manifest = json.loads(PLAIN.texts[0])
    if told != manifest[name]:
        _refused(PLAIN, seal(json.dumps(manifest | {name: told}), [KEY]), None, "format")


def test_deep_and_endless_json_is_refused() -> None:
    server = Server()
    for text in ("[" * 100_000, '{"a":' * 50_000, "NaN", "1e999", '"' + "x" * 300_000):
        _refused(server, seal(text, [KEY]), None, "format")
        with pytest.raises(Refused):
            server.follow(text)
