"""The extension's PDQ is the server's, to the bit: on the same pixels, of any size, grey or coloured, clear or not."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from commonswatch.fingerprints import greys, pdq
from PIL import Image

VECTORS = Path(__file__).parents[2] / "fixtures" / "vectors" / "pdq.json"
PROGRAM = Path(__file__).parents[3] / "extension" / "tools" / "pdq-of-pixels.mjs"
NOISE = 20
EDGES = [(1, 1), (2, 3), (4, 100), (100, 4), (5, 5), (5, 64), (64, 5), (63, 65), (64, 64), (127, 129), (128, 128)]
LARGE = [(3000, 2000), (4000, 3001), (4001, 3003), (9, 1_400_003), (65_535, 7)]


class Hashed(NamedTuple):
    pdq: str
    quality: int


@pytest.fixture(scope="module")
def extension() -> Iterator[subprocess.Popen[bytes]]:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed")
    assert node, "Node is missing: sh tests/browser/install.sh"
    with subprocess.Popen([node, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def by_extension(extension: subprocess.Popen[bytes], pixels: np.ndarray) -> Hashed:
    assert extension.stdin is not None
    assert extension.stdout is not None
    height, width, _ = pixels.shape
    extension.stdin.write(np.array([width, height], "<u4").tobytes() + pixels.tobytes())
    extension.stdin.flush()
    answer = json.loads(extension.stdout.readline())
    return Hashed(answer["hash"], answer["quality"])


def by_server(pixels: np.ndarray) -> Hashed:
    grey = greys.flat_grey(Image.fromarray(pixels, "RGBA"))
    hashes = pdq.hashes_of(grey)
    assert pdq.twin(grey).bits == hashes.bits
    return Hashed(hashes.bits.hex(), hashes.quality)


def picture(width: int, height: int, chance: np.random.Generator, kind: str = "coloured") -> np.ndarray:
    """Soft shapes with noise over them, as RGBA."""
    patches = chance.integers(0, 256, (height // 40 + 2, width // 40 + 2, 3), dtype=np.uint8)
    shapes = np.asarray(Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    colours = (shapes + chance.integers(-NOISE, NOISE, shapes.shape)).clip(0, 255).astype(np.uint8)
    if kind == "grey":
        colours = np.repeat(colours[:, :, :1], 3, axis=2)
    alpha = np.full((height, width, 1), 255, np.uint8)
    if kind == "clear":
        alpha = chance.integers(0, 256, alpha.shape, dtype=np.uint8)
    return np.concatenate([colours, alpha], axis=2)


def waves(width: int, height: int, alpha: int | None) -> np.ndarray:
    """The picture of a vector: whole numbers only, so that every language makes the same one."""
    y, x = np.mgrid[0:height, 0:width]
    rings = [((x * x * 3 + y * y * 5 + x * y * channel) // (16 * (width + height))) % 256 for channel in (1, 2, 3)]
    clear = np.full((height, width), 255) if alpha is None else (x + y * alpha) % 256
    return np.stack([*rings, clear], axis=2).astype(np.uint8)


def test_the_vectors_are_what_the_server_makes() -> None:
    for one in json.loads(VECTORS.read_text()):
        hashed = by_server(waves(one["width"], one["height"], one["alpha"]))
        assert hashed == Hashed(one["pdq"], one["quality"]), (one["width"], one["height"])


@pytest.mark.parametrize("kind", ["coloured", "grey", "clear"])
def test_pictures_of_any_size_have_one_hash_and_one_quality(extension: subprocess.Popen[bytes], kind: str) -> None:
    chance = np.random.default_rng(20261123)
    sizes = [*EDGES, *(tuple(int(side) for side in chance.integers(5, 700, 2)) for _ in range(40))]
    for width, height in sizes:
        pixels = picture(width, height, chance, kind)
        assert by_extension(extension, pixels) == by_server(pixels), (width, height)


@pytest.mark.parametrize(("width", "height"), LARGE)
def test_large_and_long_pictures_have_one_hash(extension: subprocess.Popen[bytes], width: int, height: int) -> None:
    pixels = picture(width, height, np.random.default_rng(width), "clear" if width % 2 else "coloured")
    assert by_extension(extension, pixels) == by_server(pixels)


def test_one_colour_has_no_quality_on_either_side(extension: subprocess.Popen[bytes]) -> None:
    pixels = np.full((90, 120, 4), 255, np.uint8)
    assert by_extension(extension, pixels) == by_server(pixels)
    assert by_server(pixels).quality == 0
