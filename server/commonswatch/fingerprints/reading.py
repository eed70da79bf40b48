"""A picture's bytes in, its facts out: decoding, renditions and PDQ. Runs in a child; knows nothing of limits.

How a picture becomes PDQ, so that a browser can do the same: first frame, EXIF rotation applied, alpha over white,
no colour management, RGB to `pdqhash`. Up to 12 megapixels the fingerprint of the `original` is that of all its
pixels, so it is PDQ's own. Above, the picture is halved by averaging first, to bound time and memory: measured on
16 made-up scenes with noise, 12 to 40 megapixels, this moved 0 to 4 bits (shrinking to 1024 pixels moved 2 to 10).
Renditions are made as picture hosts make them, by Lanczos, each from the next larger one.
"""

import contextlib
import hashlib
import io

import numpy as np
import pdqhash
from PIL import AvifImagePlugin, Image, ImageFile, ImageOps

from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.fingerprints import marks, signatures
from commonswatch.fingerprints.facts import PictureFacts, Unreadable

MOST_PIXELS = 40_000_000
MOST_PIXELS_AT_ONCE = 12_000_000  # what PDQ gets; its working copies take 20 bytes a pixel
RENDITIONS = (1600, 640, 320, 200)  # longest side in pixels
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_TOO_LARGE = "The picture has more than 40 million pixels."
_TRUNCATED = "The picture is cut off: its file ends too early."
_DAMAGED = "The picture is damaged and cannot be read."

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def read_picture(data: bytes) -> PictureFacts:
    """Examine one picture. Raises Unreadable with the reason, MemoryError, or whatever a decoder raises."""
    media_type = signatures.media_type(data)
    opened = _open(data)
    found = marks.read_marks(opened)
    picture = _flat(opened)
    sha256, md5 = hashlib.sha256(data).digest(), hashlib.md5(data, usedforsecurity=False).digest()
    return PictureFacts(
        sha256=sha256,
        md5=md5,
        media_type=media_type,
        width=picture.width,
        height=picture.height,
        fingerprints=(
            Fingerprint("sha256", "original", sha256),
            Fingerprint("md5", "original", md5),
            *_pdq_of_renditions(picture),
        ),
        marks=found,
    )


def _open(data: bytes) -> ImageFile.ImageFile:
    """Read the header, refuse what is too large, then decode the first frame."""
    try:
        opened = Image.open(io.BytesIO(data), formats=_FORMATS)
        if opened.width * opened.height > MOST_PIXELS:
            raise Unreadable(_TOO_LARGE)
        opened.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable(_TOO_LARGE) from None
    except (OSError, SyntaxError, EOFError, ValueError) as failure:
        cut_off = "truncated" in str(failure) or isinstance(failure, EOFError)
        raise Unreadable(_TRUNCATED if cut_off else _DAMAGED) from None
    return opened


def _flat(picture: Image.Image) -> Image.Image:
    """The picture as people see it: upright, opaque, RGB. ``picture`` itself may be changed, to save its memory."""
    with contextlib.suppress(Warning, Exception):  # broken EXIF: then nobody rotates it
        ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode.startswith("I;16"):  # 16-bit grey; Pillow would clip it instead of scaling
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat


def _pdq_of_renditions(picture: Image.Image) -> list[Fingerprint]:
    if picture.width * picture.height > MOST_PIXELS_AT_ONCE:
        picture = picture.reduce(2)
    found = [_pdq(picture, "original")]
    for side in RENDITIONS:
        longest = max(picture.size)
        if side < longest:
            size = (max(1, round(picture.width * side / longest)), max(1, round(picture.height * side / longest)))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
            found.append(_pdq(picture, str(side)))
    return found


def _pdq(picture: Image.Image, rendition: str) -> Fingerprint:
    bits, quality = pdqhash.compute(np.asarray(picture))
    return Fingerprint("pdq", rendition, np.packbits(bits).tobytes(), int(quality))
