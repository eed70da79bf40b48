"""The vectors that the extension's tests read, too: the same bytes, and refused for the same reasons."""

import base64
import json
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commonswatch.watch_list.delta import apply_delta, write_delta
from commonswatch.watch_list.files import read_keys, read_lists, read_pictures, write_keys
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.manifest import need_successor, read_manifest
from commonswatch.watch_list.prefixes import prefix_of, to_numbers, to_rows
from commonswatch.watch_list.refused import Refused
from commonswatch.watch_list.rice import best_k, read_ascending, write_ascending
from commonswatch.watch_list.signing import PublicKey, SigningKey, open_envelope, seal

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures/vectors/watch-list.json").read_text(encoding="utf-8"))
Vector = dict[str, Any]


def _each(*names: str) -> Any:
    vectors = [vector for name in names for vector in VECTORS[name]]
    return pytest.mark.parametrize("vector", vectors, ids=[vector.get("name", "") for vector in vectors])


def _lists(told: Vector) -> Lists:
    rows, shipping = read_pictures(base64.b64decode(told["pictures"]))
    return Lists(to_numbers(bytes.fromhex(told["keys"])), rows, shipping)


def _numbers(told: list[int]) -> Any:
    return np.array(told, np.uint64)


@_each("prefixes")
def test_a_work_key_has_its_prefix(vector: Vector) -> None:
    assert int.from_bytes(prefix_of(vector["key"])) == vector["prefix"]


@_each("rice")
def test_a_stream_is_written_and_read(vector: Vector) -> None:
    stream, numbers = bytes.fromhex(vector["stream"]), vector["numbers"]
    assert write_ascending(_numbers(numbers), vector["k"]) == stream
    read, end = read_ascending(stream, 0, vector["k"], len(numbers), 2**48)
    assert read.tolist() == numbers
    assert end == len(stream)


@_each("rice_refused")
def test_a_bad_stream_is_refused(vector: Vector) -> None:
    repeated = vector.get("repeated")
    stream = bytes([repeated["byte"]]) * repeated["bytes"] if repeated else bytes.fromhex(vector["stream"])
    with pytest.raises(Refused) as refused:
        read_ascending(stream, 0, vector["k"], vector["count"], vector["below"])
    assert refused.value.why == vector["why"]


@_each("keys")
def test_keys_are_read_and_written_byte_for_byte(vector: Vector) -> None:
    file = base64.b64decode(vector["file"])
    assert to_rows(read_keys(file)).hex() == vector["decoded"]
    if best_k(_numbers(vector["numbers"])) == vector["k"]:
        assert write_keys(_numbers(vector["numbers"])) == file
    assert sha256(file).hexdigest() == vector["sha256"]


def test_most_vectors_of_keys_have_the_shortest_stream() -> None:
    assert sum(best_k(_numbers(vector["numbers"])) == vector["k"] for vector in VECTORS["keys"]) >= 3


@_each("pictures")
def test_pictures_are_cut_sorted_and_written_byte_for_byte(vector: Vector) -> None:
    shipping = Shipping(bytes(vector["places"]), vector["threshold"])
    rows = np.unique(shipping.cut(bytes.fromhex(one) for one in vector["hashes"]))
    made = Lists(_numbers([]), rows, shipping)
    assert made.pictures_file == base64.b64decode(vector["file"])
    assert made.pictures_digest == vector["sha256"]
    assert read_pictures(made.pictures_file)[1] == shipping


@_each("keys_refused", "pictures_refused")
def test_a_bad_file_is_refused(vector: Vector) -> None:
    read = read_keys if vector in VECTORS["keys_refused"] else read_pictures
    with pytest.raises(Refused) as refused:
        read(base64.b64decode(vector["file"]))
    assert refused.value.why == vector["why"]


@_each("deltas")
def test_a_delta_is_applied_and_written_byte_for_byte(vector: Vector) -> None:
    before, after, file = _lists(vector["from"]), _lists(vector["to"]), base64.b64decode(vector["file"])
    made = apply_delta(file, vector["version"], before)
    assert (to_rows(made.keys), made.pictures_file) == (to_rows(after.keys), after.pictures_file)
    assert write_delta(vector["version"], before, after) == file


@_each("deltas_refused")
def test_a_bad_delta_is_refused(vector: Vector) -> None:
    with pytest.raises(Refused) as refused:
        apply_delta(base64.b64decode(vector["file"]), vector["version"], _lists(vector["from"]))
    assert refused.value.why == vector["why"]


@_each("manifests")
def test_a_manifest_is_accepted_or_refused(vector: Vector) -> None:
    trusted = [PublicKey(**key) for key in vector["trusted"]]

    def accept() -> None:
        text = open_envelope(json.dumps(vector["envelope"]), trusted)
        need_successor(read_manifest(text), text, vector["own"], datetime.fromisoformat(vector["now"]))

    if vector["why"] is None:
        return accept()
    with pytest.raises(Refused) as refused:
        accept()
    assert refused.value.why == vector["why"]
    return None


def test_the_same_secret_signs_with_the_same_signature_in_every_language() -> None:
    first = VECTORS["manifests"][0]
    key = SigningKey(base64.b64decode(VECTORS["signing_keys"][0]["secret"]))
    assert json.loads(seal(first["envelope"]["manifest"], [key])) == first["envelope"]
    assert {"key": key.public.key, "public": key.public.public} == first["trusted"][0]


def test_lists_that_are_cut_in_different_ways_have_no_delta() -> None:
    lists = _lists(VECTORS["deltas"][0]["from"])
    other = replace(lists, shipping=replace(lists.shipping, threshold=lists.shipping.threshold - 1))
    with pytest.raises(ValueError, match="no delta"):
        write_delta(1, lists, other)


def test_both_files_together_are_the_lists() -> None:
    keys, pictures = VECTORS["keys"][2], VECTORS["pictures"][2]
    lists = read_lists(base64.b64decode(keys["file"]), base64.b64decode(pictures["file"]))
    assert (len(lists.keys), len(lists.pictures)) == (5, 5)
