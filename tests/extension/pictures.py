"""One photograph in every form that pictures have on the web, each near enough to the registered one to be found."""

import io
from functools import cache
from typing import Any

from commonswatch.demo.pictures import photo
from PIL import Image

HARBOUR_SEED = 101
_UPRIGHT_AGAIN = 6  # the orientation of a camera held on its side
_ORIENTATION = 0x0112


@cache
def pictures() -> dict[str, bytes]:
    """File name → file."""
    with Image.open(io.BytesIO(photo(seed=HARBOUR_SEED))) as opened:
        whole = opened.convert("RGB")
    half = whole.resize((whole.width // 2, whole.height // 2))
    large = whole.resize((4_000, 3_000))
    return {
        "as-it-is.jpg": photo(seed=HARBOUR_SEED),
        "half.jpg": _file(half, "JPEG", quality=80),
        "all-colours.jpg": _file(whole, "JPEG", quality=92, subsampling=0),
        "progressive.jpg": _file(whole, "JPEG", quality=75, progressive=True),
        "grey.jpg": _file(whole.convert("L"), "JPEG"),
        "on-its-side.jpg": _file(whole.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=_turned()),
        "large.jpg": _file(large, "JPEG", quality=85),
        "whole.png": _file(half, "PNG"),
        "palette.png": _file(half.quantize(128), "PNG"),
        "half-transparent.png": _file(_half_transparent(half), "PNG"),
        "lossy.webp": _file(half, "WEBP", quality=80),
        "exact.webp": _file(half, "WEBP", lossless=True),
        "first-frame.gif": _file(half.quantize(200), "GIF"),
        "picture.avif": _file(half, "AVIF", quality=85),
        "coarse.avif": _file(half, "AVIF", quality=40),
        "all-colours.avif": _file(half, "AVIF", quality=75, subsampling="4:4:4"),
        "half-transparent.avif": _file(_half_transparent(half), "AVIF", quality=80),
    }


def _file(picture: Image.Image, kind: str, **how: Any) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = _UPRIGHT_AGAIN
    return exif


def _half_transparent(picture: Image.Image) -> Image.Image:
    """More and more so from left to right, as far as the picture is still itself."""
    veil = Image.linear_gradient("L").rotate(90).resize(picture.size).point(lambda shade: 160 + shade * 95 // 255)
    picture = picture.convert("RGBA")
    picture.putalpha(veil)
    return picture
