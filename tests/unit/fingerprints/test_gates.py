"""Which pictures may be matched by their looks, and why others may not."""

import io

import numpy as np
import pytest
from commonswatch.fingerprints import PicturePool
from commonswatch.fingerprints.gates import FEW_SHADES, FEW_STEPS
from PIL import Image, ImageDraw

from tests.factories.pictures import scene


def png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def logo() -> Image.Image:
    picture = Image.new("RGB", (600, 600), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((100, 100, 500, 500), fill="#c00")
    draw.rectangle((250, 250, 350, 600), fill="#00a")
    return picture


def bars() -> Image.Image:
    picture = Image.new("RGB", (640, 480))
    for at, colour in enumerate(("white", "yellow", "cyan", "green", "magenta", "red", "blue")):
        picture.paste(colour, (at * 92, 0, at * 92 + 92, 480))
    return picture


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (Image.new("RGB", (300, 200), "white"), FEW_STEPS),
        (Image.new("RGB", (1, 1)), FEW_STEPS),
        (Image.linear_gradient("L").resize((640, 480)), FEW_STEPS),
        (logo(), FEW_SHADES),
        (bars(), FEW_SHADES),
        (Image.fromarray(np.kron(np.indices((8, 8)).sum(0) % 2 * 255, np.ones((60, 60))).astype(np.uint8)), FEW_SHADES),
    ],
    ids=["white", "one pixel", "gradient", "logo", "bars", "checkers"],
)
def test_what_shows_too_little_is_matched_by_digests_only(pool: PicturePool, picture: Image.Image, reason: str) -> None:
    facts = pool.examine(png(picture))
    assert facts.closed == reason
    assert {one.algorithm for one in facts.matchable} == {"sha256", "md5"}


def test_photographs_pass_dark_and_light_ones_too(pool: PicturePool) -> None:
    for seed in range(6):
        for darker in (lambda shade: shade, lambda shade: shade * 2 // 3, lambda shade: 80 + shade * 2 // 3):
            facts = pool.examine(png(scene(seed, (640, 480)).point(darker)))
            assert facts.closed == ""
            assert facts.matchable == facts.fingerprints
