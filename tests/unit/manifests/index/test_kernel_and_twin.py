"""The entries kernel in C does what its twin in numpy does, to the bit, whatever it is given; and refuses nonsense."""

import ctypes
import random

import numpy as np
import pytest
from commonswatch.manifests.index import blocks
from commonswatch.manifests.index import entries as index_entries
from commonswatch.manifests.index.entries import Entries, parted, taken, tidied
from commonswatch.manifests.index.layout import NotAnIndex, Widths
from commonswatch.native import entries as native
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif(native.kernel() is None, reason="the kernels are not compiled here")

_DIGESTS = st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.integers(2**64 - 4, 2**64 - 1) | st.just(77 << 52)
_LISTS = st.lists(st.tuples(_DIGESTS, st.integers(0, 40) | st.integers(0, 2**40 - 1)), max_size=200)


def _table(entries: list[tuple[int, int]]) -> Entries:
    return np.array(entries, np.uint64).reshape(-1, 2)


def _many(count: int, kind: str) -> Entries:
    made = random.Random(f"{count} {kind}")
    digest = {
        "spread": lambda: made.getrandbits(64),
        "few keys": lambda: made.randrange(3) << 60 | 5,
        "close together": lambda: (1 << 63) + made.randrange(2000),
        "one far off": lambda: 2**64 - 1 if made.random() < 0.001 else made.randrange(10_000),
    }[kind]
    return _table([(digest(), made.randrange(20_000)) for _ in range(count)])


_KINDS = ["spread", "few keys", "close together", "one far off"]


@given(_LISTS, st.integers(0, 63))
@settings(deadline=None)
def test_both_put_any_entries_in_the_same_order(entries: list[tuple[int, int]], cut: int) -> None:
    by_twin = index_entries._tidied(_table(entries), np.uint64(cut))
    assert by_twin.tolist() == sorted(map(list, {(digest >> cut << cut, row) for digest, row in entries}))
    assert tidied(_table(entries), cut).tolist() == by_twin.tolist()


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("count", [1, 25, 30_000])
def test_both_put_many_entries_in_the_same_order(kind: str, count: int) -> None:
    entries = _many(count, kind)
    for cut in (0, 3, 40):
        by_twin = index_entries._tidied(entries.copy(), np.uint64(cut))
        assert (tidied(entries.copy(), cut) == by_twin).all()
    downwards = entries[np.lexsort((entries[:, 1], entries[:, 0]))][::-1].copy()
    assert (tidied(downwards) == tidied(entries.copy())).all()


@pytest.mark.parametrize("kind", _KINDS)
def test_both_divide_entries_alike(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = _many(30_000, kind)
    by_kernel = parted(entries.copy())
    monkeypatch.setattr(native, "kernel", lambda: None)
    by_twin = parted(entries.copy())
    assert all((one == other).all() for one, other in zip(by_kernel, by_twin, strict=True))
    kept, fences = by_twin
    assert len(kept) == fences[-1] <= 30_000
    assert (np.bincount((kept[:, 0] >> np.uint64(52)).astype(int), minlength=4096) == np.diff(fences)).all()


@given(_LISTS, _LISTS)
@settings(deadline=None)
def test_both_take_entries_alike(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    by_kernel, by_twin = (_taken([first, second], is_twin) for is_twin in (False, True))
    assert by_kernel == by_twin
    together = first + second
    wanted = [one for one, before in zip(together, [None, *together], strict=False) if one != before]
    assert by_twin == wanted


def _taken(lists: list[list[tuple[int, int]]], is_twin: bool) -> list[tuple[int, ...]]:
    into, held = np.empty((500, 2), np.uint64), 0
    with pytest.MonkeyPatch.context() as patch:
        if is_twin:
            patch.setattr(native, "kernel", lambda: None)
        for entries in lists:
            table = _table(entries)
            held = taken(table[:, 0], table[:, 1], into, held)
    return [tuple(line) for line in into[:held].tolist()]


@given(
    *(st.integers(9, 64), st.integers(8, 12), st.integers(1, 40), st.integers(6, 8)),
    *(st.lists(st.tuples(_DIGESTS, st.integers(0, 2**40 - 1)), max_size=900), st.integers(0, 2**32 - 1)),
)
@settings(deadline=None, max_examples=200)
def test_both_make_the_same_blocks(
    digest: int, bucket: int, row: int, width: int, entries: list[tuple[int, int]], seed: int
) -> None:
    try:
        widths = Widths(digest, bucket, row, width)
    except NotAnIndex:
        return
    table = tidied(_table([(digest, number % 2**row) for digest, number in entries]), 64 - digest)
    made, sizes = blocks.encode(widths, seed, 0, widths.groups, table)
    by_twin = blocks._encoded(widths, seed, 0, widths.groups, table)
    assert bytes(made) == b"".join(by_twin)
    assert sizes.tolist() == [len(block) for block in by_twin]


WIDTHS = Widths(54, 10, 20, 8)
GOOD = tidied(_many(3000, "spread"), 10)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(GOOD[::-1].copy(), id="not in order"),
        pytest.param(np.vstack((GOOD[:10], GOOD[:1])), id="one of them not in order"),
        pytest.param(_table([(1 << 60, 2**20)]), id="a row that is too wide"),
        pytest.param(_table([(1 << 60, 2**63)]), id="a row that is far too wide"),
    ],
)
def test_entries_that_make_no_block_are_refused(entries: Entries) -> None:
    with pytest.raises(ValueError, match="not entries of these blocks"):
        blocks.encode(WIDTHS, 1, 0, WIDTHS.groups, entries)


def test_entries_of_other_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="not entries of these blocks"):
        blocks.encode(WIDTHS, 1, 0, 2, GOOD)
    with pytest.raises(ValueError, match="not entries of these blocks"):
        blocks.encode(WIDTHS, 1, 1, 4, GOOD)


@pytest.mark.parametrize(
    "widths",
    [(64, 7, 8, 8), (64, 39, 8, 8), (10, 10, 8, 8), (65, 20, 8, 8), (64, 20, 41, 8), (64, 8, 9, 8), (9, 8, 1, 9)],
)
def test_fields_that_cannot_be_so_wide_are_refused(widths: tuple[int, int, int, int]) -> None:
    kernel = native.kernel()
    assert kernel is not None
    with pytest.raises(ValueError, match="not entries of these blocks"):
        native.encode(kernel, widths, 1, 0, 1, GOOD[:0])


def test_nothing_is_written_beyond_the_room() -> None:
    kernel = native.kernel()
    assert kernel is not None
    sizes, place = np.empty(4, np.uint64), lambda array: array.__array_interface__["data"][0]
    whole = len(blocks.encode(WIDTHS, 1, 0, 4, GOOD)[0])
    for room in [*range(60), *range(60, whole, 997)]:
        into = np.full(whole + 64, 0xEE, np.uint8)
        asked = (native._Widths(54, 10, 20, 8), 1, 0, 4, place(GOOD), len(GOOD), place(into), room, place(sizes))
        assert kernel.entries_encode(*asked) == -1
        assert (into[room:] == 0xEE).all()
    assert kernel.entries_take(place(sizes), place(sizes), 3, place(into), 2, 4) == -1
    assert kernel.entries_take(place(sizes), place(sizes), 3, place(into), 5, 4) == -1
    for cut, bits in ((64, 8), (0, 0), (0, 25)):
        assert kernel.entries_tidy(place(into), 1, cut, place(into), ctypes.c_void_p(), bits) == -1


def test_tables_with_gaps_are_refused() -> None:
    kernel = native.kernel()
    assert kernel is not None
    with pytest.raises(ValueError, match="gaps"):
        native.tidy(kernel, np.zeros((8, 4), np.uint64)[:, ::2], 0)
