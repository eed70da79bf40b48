"""From a picture's file to the shades of grey that are hashed, upright and over white. Runs in a child.

A JPEG keeps its shades apart from its colours: they are decoded alone (libjpeg-turbo by simplejpeg), which is a third
of the work. Everything else is decoded by Pillow and made grey by the same formula with the same rounding, so both
ways give the same grey, but where a colour was cut off at black or white. No colour management anywhere.

A JPEG whose first plane is not its shades (CMYK, YCCK, RGB as Adobe marks it) goes by Pillow, too, and so does one that
simplejpeg finds odd: Pillow forgives what browsers forgive.
"""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import simplejpeg
from PIL import AvifImagePlugin, Image, ImageFile, ImageOps

from commonswatch.fingerprints.facts import Unreadable
from commonswatch.fingerprints.pdq import Grey, Size

MOST_PIXELS = 40_000_000
SCALED_SIDE = 512  # pixels: the shorter side of a picture that is decoded at a smaller scale
_SCALES = (8, 4, 2)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_FORMATS_OF_JPEG = ("JPEG", "MPO")
_MOST_SCANS = 200  # of a progressive JPEG; programs make about ten, and each costs as much as a picture
_WITH_SHADES = ("YCbCr", "Gray")
_ORIENTATION = 0x0112
_FIRST_ON_ITS_SIDE = 5
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

TOO_LARGE = "The picture has more than 40 million pixels."
TOO_MANY_SCANS = "The picture is stored in more layers than any camera makes."
TRUNCATED = "The picture is cut off: its file ends too early."
DAMAGED = "The picture is damaged and cannot be read."

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


@dataclass(frozen=True)
class Decoded:
    """A picture's shades, upright, and how large it is in its file, also where it was decoded at a smaller scale."""

    grey: Grey
    size: Size


def opened(data: bytes) -> ImageFile.ImageFile:
    """Read the header only, and refuse what is too large. Raises Unreadable."""
    with _in_words():
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    if picture.width * picture.height > MOST_PIXELS:
        raise Unreadable(TOO_LARGE)
    if "progressive" in picture.info and data.count(b"\xff\xda") > _MOST_SCANS:
        raise Unreadable(TOO_MANY_SCANS)
    return picture


def decoded(data: bytes, picture: ImageFile.ImageFile, *, scaled: bool = False) -> Decoded:
    """The first frame of an opened picture. Raises Unreadable, MemoryError, or whatever a decoder raises.

    ``scaled``: a large JPEG at half, a quarter or an eighth, by which its hash moves a few bits (docs/fingerprints.md).
    """
    scale = _scale(picture.size) if scaled else 1
    grey = _shades(data, picture.size, scale) if picture.format in _FORMATS_OF_JPEG else None
    if grey is None:
        flat = _flat(picture)
        return Decoded(np.asarray(flat), Size(*flat.size))
    orientation = _orientation(picture)
    if orientation in _TURNS:
        grey = np.asarray(Image.fromarray(grey).transpose(_TURNS[orientation]))
    width, height = picture.size[::-1] if orientation >= _FIRST_ON_ITS_SIDE else picture.size
    return Decoded(grey, Size(width, height, scale))


def flat_grey(picture: Image.Image) -> Grey:
    """The shades of a decoded picture, as people see it: upright, opaque."""
    return np.asarray(_flat(picture))


def _scale(size: tuple[int, int]) -> int:
    return next((one for one in _SCALES if min(size) >= SCALED_SIDE * one), 1)


def _shades(data: bytes, size: tuple[int, int], scale: int) -> Grey | None:
    """The shades of a JPEG without its colours; None when they are not apart, or something is odd."""
    width, height = (-(-side // scale) for side in size)
    smallest = {"min_height": height, "min_width": width, "min_factor": scale} if scale > 1 else {}
    try:
        if simplejpeg.decode_jpeg_header(data)[2] not in _WITH_SHADES:
            return None
        shades: Grey = simplejpeg.decode_jpeg(data, "GRAY", **smallest)[:, :, 0]
    except ValueError as oddity:
        if str(oddity).startswith("Premature end"):
            raise Unreadable(TRUNCATED) from None
        return None
    return shades if shades.shape == (height, width) else None


def _flat(picture: Image.Image) -> Image.Image:
    """Grey, upright, over white. ``picture`` itself may be changed, to save its memory."""
    with _in_words():
        picture.load()
    with contextlib.suppress(Warning, Exception):  # broken EXIF: then nobody rotates it
        ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode.startswith("I;16"):  # 16-bit grey; Pillow would clip it instead of scaling
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.mode == "L" and not picture.has_transparency_data:
        return picture
    if not picture.has_transparency_data:
        return picture.convert("RGB").convert("L")
    picture = picture.convert("RGBA")
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat.convert("L")


def _orientation(picture: Image.Image) -> int:
    with contextlib.suppress(Warning, Exception):  # broken EXIF: then nobody rotates it
        found = picture.getexif().get(_ORIENTATION, 1)
        return found if found in _TURNS else 1
    return 1


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable(TOO_LARGE) from None
    except (OSError, SyntaxError, EOFError, ValueError) as failure:
        cut_off = "truncated" in str(failure).lower() or isinstance(failure, EOFError)
        raise Unreadable(TRUNCATED if cut_off else DAMAGED) from None
