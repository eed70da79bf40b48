"""The nearest set finds everything within 31 bits and nothing else, whatever was added and removed before."""

import random
import threading

import numpy as np
import pytest
from commonswatch.fingerprints.nearest import FARTHEST, NearestSet, nearest_set
from commonswatch.fingerprints.nearest.bands import Bands, bands_for
from commonswatch.fingerprints.nearest.segment import Segment
from commonswatch.native.nearest import kernel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

WAYS = [pytest.param(True, id="kernel"), pytest.param(False, id="twin")]


def _turned(bits: bytes, places: list[int]) -> bytes:
    value = int.from_bytes(bits)
    for place in places:
        value ^= 1 << place
    return value.to_bytes(32)


def _random(generator: random.Random, count: int) -> list[bytes]:
    return [generator.randbytes(32) for _ in range(count)]


def _array(hashes: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, 32)


def _numbers(numbers: list[int]) -> np.ndarray:
    return np.array(numbers, dtype=np.uint64)


def _apart(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def _brute(entries: list[tuple[int, bytes]], query: bytes, limit: int) -> dict[int, int]:
    """The numbers within the limit and their least distance, by comparing all."""
    found: dict[int, int] = {}
    for number, bits in entries:
        distance = _apart(bits, query)
        if distance <= limit:
            found[number] = min(distance, found.get(number, 257))
    return found


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("bands", [Bands(16, 0), Bands(16, 5), Bands(12, 4), Bands(12, 6), Bands(11, 6)])
def test_every_cut_finds_every_distance_from_0_to_31_and_not_32(compiled: bool, bands: Bands) -> None:
    generator = random.Random(bands.many + bands.low)
    hashes = _random(generator, 3000)
    library = kernel() if compiled else None
    if compiled and library is None:
        pytest.skip("no kernel here")
    segment = Segment.build(np.arange(3000, dtype=np.uint64), _array(hashes), bands, library)
    for distance in range(FARTHEST + 2):
        for limit in (distance, FARTHEST):
            at = generator.randrange(3000)
            query = _turned(hashes[at], generator.sample(range(256), distance))
            found = segment.search(_array([query]), min(limit, FARTHEST))
            assert found.positions.tolist() == ([at] if distance <= FARTHEST else [])
            assert found.distances.tolist() == ([distance] if distance <= FARTHEST else [])


@pytest.mark.parametrize("bands", [Bands(16, 0), Bands(16, 6), Bands(12, 3), Bands(11, 5)])
def test_the_kernel_and_its_twin_write_the_same_bytes(bands: Bands) -> None:
    if kernel() is None:
        pytest.skip("no kernel here")
    generator = random.Random(7)
    numbers, bits = _numbers([generator.getrandbits(20) for _ in range(500)]), _array(_random(generator, 500))
    compiled, twin = (Segment.build(numbers, bits, bands, library) for library in (kernel(), None))
    assert compiled.memory.tobytes() == twin.memory.tobytes()


@pytest.mark.parametrize("count", [1, 499_999, 500_001, 2_000_000, 5_000_001, 20_000_000])
@pytest.mark.parametrize("compiled", WAYS)
def test_no_cut_can_miss_anything_within_31(count: int, compiled: bool) -> None:
    bands = bands_for(count, compiled=compiled).each
    assert sum(band.radius + 1 for band in bands) == FARTHEST + 1
    assert [band.offset for band in bands] == list(np.cumsum([0, *(band.width for band in bands[:-1])]))
    assert sum(band.width for band in bands) == 256


def _machine(is_compiled: bool) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        """Adds, removes, saves and opens at random; every answer is compared with that of comparing all."""

        def __init__(self) -> None:
            super().__init__()
            self.set = NearestSet(compiled=is_compiled)
            self.entries: list[tuple[int, bytes]] = []
            self.generator = random.Random(1)

        @rule(count=st.integers(1, 40), seed=st.integers(0, 2**32), near=st.booleans())
        def add(self, count: int, seed: int, near: bool) -> None:
            self.generator = generator = random.Random(seed)
            new = _random(generator, count)
            if near and self.entries:
                new = [_turned(generator.choice(self.entries)[1], generator.sample(range(256), 5)) for _ in new]
            numbers = [generator.randrange(60) for _ in new]
            self.set.add(_numbers(numbers), _array(new))
            self.entries += zip(numbers, new, strict=True)

        @rule(gone=st.sets(st.integers(0, 70), max_size=12))
        def remove(self, gone: set[int]) -> None:
            self.set.remove(_numbers(sorted(gone)))
            self.entries = [entry for entry in self.entries if entry[0] not in gone]

        @rule(gone=st.integers(0, 60), bits=st.binary(min_size=32, max_size=32))
        def replace(self, gone: int, bits: bytes) -> None:
            self.set.replace(_numbers([gone]), _numbers([gone]), _array([bits]))
            self.entries = [entry for entry in self.entries if entry[0] != gone] + [(gone, bits)]

        @rule(distance=st.integers(0, 34), limit=st.integers(0, FARTHEST))
        def ask(self, distance: int, limit: int) -> None:
            base = self.generator.choice(self.entries)[1] if self.entries else bytes(32)
            queries = [_turned(base, self.generator.sample(range(256), distance)), self.generator.randbytes(32)]
            answers = self.set.within(_array(queries), limit)
            assert [dict(answer) for answer in answers] == [_brute(self.entries, one, limit) for one in queries]
            assert all(len(dict(answer)) == len(answer) for answer in answers)

        @invariant()
        def has_all(self) -> None:
            assert len(self.set) == len(self.entries)

    Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
    return Machine


@pytest.fixture(autouse=True)
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the list becomes a segment now and then."""
    monkeypatch.setattr(nearest_set, "LONGEST_LIST", 50)


class TestKernel(_machine(True).TestCase):  # type: ignore[misc]
    pass


class TestTwin(_machine(False).TestCase):  # type: ignore[misc]
    pass


@pytest.mark.parametrize("compiled", WAYS)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_fingerprints_that_share_their_bands_are_all_found(compiled: bool, data: st.DataObject) -> None:
    """The worst case of multi-index hashing: thousands of nearly equal fingerprints."""
    base = data.draw(st.binary(min_size=32, max_size=32))
    generator = random.Random(data.draw(st.integers(0, 2**32)))
    hashes = [_turned(base, generator.sample(range(256), generator.randrange(40))) for _ in range(1500)]
    nearest = NearestSet(compiled=compiled)
    nearest.add(np.arange(1500, dtype=np.uint64), _array(hashes))
    assert dict(nearest.within(base)) == _brute(list(enumerate(hashes)), base, FARTHEST)


@pytest.mark.parametrize("compiled", WAYS)
def test_a_mirrored_picture_is_found_by_one_of_its_eight_hashes(compiled: bool) -> None:
    generator = random.Random(3)
    hashes = _random(generator, 100)
    nearest = NearestSet(compiled=compiled)
    nearest.add(np.arange(100, dtype=np.uint64), _array(hashes))
    turns = _random(generator, 8)
    turns[4] = _turned(hashes[17], [3, 200])
    [found] = nearest.within_any(turns)
    assert (found.number, found.distance, found.turn) == (17, 2, 4)
    assert nearest.within_any([]) == []


@pytest.mark.parametrize("compiled", WAYS)
def test_what_is_no_fingerprint_is_refused(compiled: bool) -> None:
    nearest = NearestSet(compiled=compiled)
    for wrong in (bytes(31), np.zeros((2, 31), dtype=np.uint8)):
        with pytest.raises(ValueError, match=r"."):
            nearest.within(wrong)
    with pytest.raises(ValueError, match="up to"):
        nearest.within(bytes(32), limit=32)
    with pytest.raises(ValueError, match="256"):
        nearest.add(_numbers([1, 2]), _array([bytes(32)]))


@pytest.mark.parametrize("compiled", WAYS)
def test_a_number_that_is_replaced_again_and_again_never_is_missing(compiled: bool) -> None:
    nearest = NearestSet(compiled=compiled)
    nearest.add(_numbers(list(range(60))), _array(_random(random.Random(5), 60)))
    nearest.add(_numbers([99]), _array([bytes(32)]))
    over = threading.Event()

    def change() -> None:
        for number in range(2000):
            nearest.replace(_numbers([99]), _numbers([99]), _array([bytes(31) + bytes([number % 4])]))
        over.set()

    thread = threading.Thread(target=change)
    thread.start()
    while not over.is_set():
        assert [number for number, _ in nearest.within(bytes(32))] == [99]
    thread.join()
    assert len(nearest) == 61
