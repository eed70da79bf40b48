"""The kernel and its twin give the same bits, near to those of the reference, and of every orientation."""

import numpy as np
import pdqhash
import pytest
from commonswatch.fingerprints import pdq
from commonswatch.fingerprints.pdq import TURNS, Grey, Size, band, hashes_of, twin
from commonswatch.native import pdq as kernel
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.factories.pictures import scene

NATIVE = pytest.mark.skipif(not kernel.is_there(), reason="the kernels were not built here")
WAYS = [pytest.param(hashes_of, marks=NATIVE, id="kernel"), pytest.param(twin, id="twin")]
TURNED = {  # what was done to a picture that has this hash
    "upright": lambda grey: grey,
    "left": np.rot90,
    "upside down": lambda grey: np.rot90(grey, 2),
    "right": lambda grey: np.rot90(grey, 3),
    "mirrored down": np.flipud,
    "mirrored across": np.fliplr,
    "transposed": np.transpose,
    "transverse": lambda grey: np.rot90(grey, 2).T,
}


def grey_of(seed: int, size: tuple[int, int] = (640, 480)) -> Grey:
    return np.asarray(scene(seed, size).convert("L"))


def apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


@NATIVE
@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(0, 2**32),
    st.sampled_from(["noise", "waves", "steps", "one"]),
)
def test_kernel_and_twin_agree_to_the_bit(width: int, height: int, seed: int, kind: str) -> None:
    y, x = np.mgrid[0:height, 0:width]
    grey = {
        "noise": lambda: np.random.default_rng(seed).integers(0, 256, (height, width)),
        "waves": lambda: (x * (seed % 7) + y * (seed % 11)) % 256,
        "steps": lambda: (x > width // 2) * 255,
        "one": lambda: np.full((height, width), seed % 256),
    }[kind]()
    one, other = (way(grey.astype(np.uint8), dihedral=True) for way in (hashes_of, twin))
    assert (one.dihedral, one.quality) == (other.dihedral, other.quality)
    assert (one.samples == other.samples).all()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [(1024, 768), (640, 480), (200, 150), (128, 96), (2000, 99)])
def test_of_a_picture_it_is_within_four_bits_of_the_reference(way, size: tuple[int, int]) -> None:
    for seed in range(4):
        picture = scene(seed, size)
        bits, quality = pdqhash.compute(np.asarray(picture))
        found = way(np.asarray(picture.convert("L")))
        assert apart(found.bits, np.packbits(bits).tobytes()) <= 4
        assert abs(found.quality - quality) <= 1


@pytest.mark.parametrize("way", WAYS)
def test_the_eight_hashes_are_those_of_the_reference_in_its_order(way) -> None:
    for seed in range(4):
        reference, _ = pdqhash.compute_dihedral(np.asarray(scene(seed)))
        found = way(grey_of(seed, (1024, 768)), dihedral=True).dihedral
        assert [apart(one, np.packbits(other).tobytes()) <= 4 for one, other in zip(found, reference, strict=True)] == [
            True
        ] * 8


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_or_mirrored_picture_is_near_to_the_hash_of_its_orientation(turn: str) -> None:
    for seed in range(6):
        grey = grey_of(seed)
        expected = hashes_of(grey, dihedral=True).dihedral[TURNS.index(turn)]
        assert apart(hashes_of(TURNED[turn](grey)).bits, expected) <= 24


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shade", [0, 7, 128, 255])
def test_one_shade_has_no_bits_and_no_quality(way, shade: int) -> None:
    for size in ((5, 5), (64, 64), (127, 1000)):
        found = way(np.full(size, shade, np.uint8), dihedral=True)
        assert (found.quality, set(found.dihedral)) == (0, {bytes(32)})


@pytest.mark.parametrize("way", WAYS)
def test_what_is_too_small_has_an_empty_hash(way) -> None:
    for size in ((1, 1), (4, 900), (900, 4)):
        assert way(np.zeros(size, np.uint8) + 9, dihedral=True).dihedral == (bytes(32),) * 8


@pytest.mark.parametrize("way", WAYS)
def test_rows_that_are_far_apart_turned_or_reversed_are_read_as_they_are(way) -> None:
    grey = grey_of(3)
    for view in (grey[10:400, 33:600], grey.T, grey[::-1], grey[:, ::-1], grey[::3]):
        assert way(view).bits == way(np.ascontiguousarray(view)).bits


@given(st.integers(5, 70_000), st.sampled_from([1, 2, 4, 8]))
@settings(max_examples=60, deadline=None)
def test_weights_of_a_sample_add_up_and_stay_inside(side: int, scale: int) -> None:
    if scale > 1 and side < 512 * scale:
        return
    starts, weights = band(side, scale)
    assert (weights.astype(int).sum(axis=1) == 1 << 14).all()
    assert starts.min() >= 0
    assert (starts + weights.shape[1]).max() <= -(-side // scale)


def test_a_picture_decoded_at_a_smaller_scale_keeps_its_hash() -> None:
    for seed in range(4):
        picture = Image.fromarray(grey_of(seed, (2400, 1803)))
        halved = np.asarray(picture.reduce(2))
        for way in (hashes_of, twin):
            found = way(halved, Size(2400, 1803, 2))
            assert apart(found.bits, way(np.asarray(picture)).bits) <= 4


@NATIVE
def test_the_kernel_refuses_weights_that_do_not_fit() -> None:
    grey, turns = np.zeros((100, 100), np.uint8), np.zeros((1, 3), np.uint8)
    for rows, columns in ((band(101), band(100)), (band(100), band(5000))):
        with pytest.raises(ValueError, match="do not fit"):
            kernel.hashes(grey, rows, columns, pdq.BASIS, turns)
    with pytest.raises(ValueError, match="side by side"):
        kernel.hashes(grey.T[:, ::2], band(100), band(50), pdq.BASIS, turns)
