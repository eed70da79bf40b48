"""Whatever is written is read again, for any numbers and rows; and deltas lead from any list to any other."""

from typing import Any

import numpy as np
import pytest
from commonswatch.watch_list.delta import apply_delta, write_delta
from commonswatch.watch_list.files import read_keys, read_lists, read_pictures, write_keys
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.prefixes import PREFIXES, to_numbers, to_rows
from commonswatch.watch_list.refused import Refused
from commonswatch.watch_list.rice import best_k, read_ascending, write_ascending
from hypothesis import given, settings
from hypothesis import strategies as st

SHIPPING = Shipping(bytes(range(32)), 8)
numbers = st.one_of(
    st.sets(st.integers(0, PREFIXES - 1), max_size=60),
    st.sets(st.integers(0, 300), max_size=60),
    st.sets(st.integers(PREFIXES - 100, PREFIXES - 1), max_size=60),
)
rows = st.sets(st.binary(min_size=4, max_size=4), max_size=40)  # rows that end with zeros among them


def _numbers(some: set[int]) -> Any:
    return np.array(sorted(some), np.uint64)


def _lists(some: set[int], pictures: set[bytes]) -> Lists:
    return Lists(_numbers(some), SHIPPING.rows(b"".join(sorted(pictures))), SHIPPING)


@given(numbers, st.integers(0, 48))
def test_any_numbers_with_any_parameter(some: set[int], k: int) -> None:
    if some and max(some) >> k > 5000:
        k = best_k(_numbers(some))
    stream = write_ascending(_numbers(some), k)
    read, end = read_ascending(b"before" + stream + b"after", 6, k, len(some), PREFIXES)
    assert read.tolist() == sorted(some)
    assert end == 6 + len(stream)


@given(numbers)
def test_the_parameter_chosen_is_about_the_best(some: set[int]) -> None:
    lengths = [len(write_ascending(_numbers(some), k)) for k in range(49) if not some or max(some) >> k < 5000]
    assert len(write_ascending(_numbers(some), best_k(_numbers(some)))) <= min(lengths) * 1.05 + 2


@given(numbers)
def test_keys_files(some: set[int]) -> None:
    assert read_keys(write_keys(_numbers(some))).tolist() == sorted(some)
    assert to_numbers(to_rows(_numbers(some))).tolist() == sorted(some)


@given(rows)
def test_pictures_files(pictures: set[bytes]) -> None:
    read, shipping = read_pictures(_lists(set(), pictures).pictures_file)
    assert read.tobytes() == b"".join(sorted(pictures))
    assert shipping == SHIPPING


@given(numbers, numbers, rows, rows)
@settings(max_examples=200)
def test_a_delta_leads_from_any_list_to_any_other(
    before: set[int], after: set[int], old: set[bytes], new: set[bytes]
) -> None:
    start, end = _lists(before, old), _lists(after, new)
    made = apply_delta(write_delta(7, start, end), 7, start)
    assert (to_rows(made.keys), made.pictures_file) == (to_rows(end.keys), end.pictures_file)
    assert start.keys.tolist() == sorted(before)


@given(st.sampled_from(["keys", "pictures", "delta"]), st.data())
@settings(max_examples=300)
def test_a_changed_file_is_refused_or_is_another_list(kind: str, data: st.DataObject) -> None:
    """Never a crash, never endless; what is accepted is a well-formed list. Digests are compared elsewhere."""
    lists = _lists({5, 70_000, 2**40, 2**47}, {b"abcd", b"zzzz", b"\0\0\0\0"})
    after = _lists({5, 70_001, 2**40}, {b"abcd", b"yyyy"})
    raw = {"keys": write_keys(lists.keys), "pictures": lists.pictures_file, "delta": write_delta(1, lists, after)}[kind]
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = data.draw(
        st.sampled_from([raw[:at], raw + b"\0", raw[:at] + bytes([raw[at] ^ (1 << at % 8)]) + raw[at + 1 :]])
    )
    try:
        if kind == "delta":
            made = apply_delta(changed, 1, lists)
            assert (to_rows(made.keys), made.pictures_file) == (to_rows(after.keys), after.pictures_file)
        elif kind == "keys":
            found = read_keys(changed).tolist()
            assert found == sorted(set(found))
        else:
            read_pictures(changed)
    except Refused:
        pass


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(keys: bytes, pictures: bytes) -> None:
    for magic in (b"", b"CWK1", b"CWP1\x20\0\x08\0", b"CWD1\1\0\0\0\2\0\0\0"):
        with pytest.raises(Refused):
            read_lists(magic + keys, magic + pictures)
        with pytest.raises(Refused):
            apply_delta(magic + keys, 1, _lists({1}, {b"abcd"}))


def test_a_small_file_cannot_claim_to_be_huge() -> None:
    for count in (5_000_000, 5_000_001, 2**32 - 1):
        head = count.to_bytes(4, "little")
        for raw in (b"CWK1\0" + head, b"CWK1\x30" + head + bytes(1000)):
            with pytest.raises(Refused):
                read_keys(raw)
