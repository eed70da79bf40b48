"""Made-up, photo-like pictures for the demo and the tests: the same seed draws the same scene, at any size.

Nobody is in them and nobody owns them. Scenes of different seeds are as far apart as different photographs
(PDQ distance above 90), each with a PDQ quality of at least 50. Nothing here reads a picture.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

_CANVAS = (1024, 768)
_SHAPES = 26
_TONES = (  # shadow, middle, light: calm enough to look at beside each other
    ("#16302f", "#5f8f7f", "#f6ead2"),
    ("#1d2440", "#a2677a", "#f9e3c6"),
    ("#24180f", "#b0763f", "#fbefd9"),
    ("#12263a", "#5c86a8", "#f3f0e4"),
    ("#2a1a2e", "#7d6b9e", "#f6e6e4"),
)


def photo(seed: int, size: tuple[int, int] = (1024, 768), *, quality: int = 88, exif: bytes = b"") -> bytes:
    """Draw scene ``seed`` as a JPEG of ``size`` (width, height) pixels; ``quality`` is the one of JPEG."""
    written = io.BytesIO()
    scene(seed, size).save(written, "JPEG", quality=quality, exif=exif)
    return written.getvalue()


def scene(seed: int, size: tuple[int, int] = (1024, 768)) -> Image.Image:
    """Draw scene ``seed``: soft light, overlapping shapes with edges, few tones, and the grain of a camera."""
    chance = np.random.default_rng(seed)
    picture = _light(chance)
    draw = ImageDraw.Draw(picture)
    for number in range(_SHAPES):
        _draw_shape(draw, chance, reach=0.42 - 0.012 * number)
    shadow, middle, light = _TONES[seed % len(_TONES)]
    toned = ImageOps.colorize(picture.filter(ImageFilter.GaussianBlur(1.2)), shadow, light, middle)
    picture = _with_grain(toned, chance)
    return picture if size == _CANVAS else picture.resize(size, Image.Resampling.LANCZOS)


def _light(chance: np.random.Generator) -> Image.Image:
    """Light that changes slowly over the canvas, as on a wall or in the sky."""
    coarse = chance.integers(0, 256, (5, 6), dtype=np.uint8)
    return Image.fromarray(coarse).resize(_CANVAS, Image.Resampling.BICUBIC)


def _draw_shape(draw: ImageDraw.ImageDraw, chance: np.random.Generator, reach: float) -> None:
    """One ellipse, box or triangle; ``reach`` is its largest size as a share of the canvas."""
    width, height = _CANVAS
    left, top = chance.uniform(-0.1, 0.95) * width, chance.uniform(-0.1, 0.95) * height
    right = left + chance.uniform(0.3, 1) * reach * width
    bottom = top + chance.uniform(0.3, 1) * reach * height
    tone = int(chance.integers(0, 256))
    match int(chance.integers(3)):
        case 0:
            draw.ellipse((left, top, right, bottom), fill=tone)
        case 1:
            draw.rounded_rectangle((left, top, right, bottom), radius=0.12 * (right - left), fill=tone)
        case _:
            draw.polygon(((left, bottom), ((left + right) / 2, top), (right, bottom)), fill=tone)


def _with_grain(picture: Image.Image, chance: np.random.Generator) -> Image.Image:
    grain = chance.normal(0, 4, (_CANVAS[1], _CANVAS[0], 1))
    grained = np.clip(np.asarray(picture, dtype=np.float64) + grain, 0, 255)
    return Image.fromarray(grained.astype(np.uint8))
