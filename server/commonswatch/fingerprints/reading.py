"""A picture's bytes in, its facts out: digests, marks, PDQ of it and of its renditions. Runs in a child.

Decoding is in ``greys``, hashing in ``pdq``; limits are nobody's business here. The fingerprint of the `original` is
that of all its pixels. Renditions are made as picture hosts make them, by Lanczos, each from the next larger one.
"""

import hashlib

import numpy as np
from PIL import Image

from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.fingerprints import gates, greys, marks, signatures
from commonswatch.fingerprints.facts import PictureFacts
from commonswatch.fingerprints.pdq import Grey, Hashes, hashes_of

RENDITIONS = (1600, 640, 320, 200)  # longest side in pixels


def read_picture(data: bytes) -> PictureFacts:
    """Examine one picture. Raises Unreadable with the reason, MemoryError, or whatever a decoder raises."""
    media_type = signatures.media_type(data)
    opened = greys.opened(data)
    decoded = greys.decoded(data, opened)
    hashes = hashes_of(decoded.grey)
    sha256, md5 = hashlib.sha256(data).digest(), hashlib.md5(data, usedforsecurity=False).digest()
    return PictureFacts(
        sha256=sha256,
        md5=md5,
        media_type=media_type,
        width=decoded.size.width,
        height=decoded.size.height,
        fingerprints=(
            Fingerprint("sha256", "original", sha256),
            Fingerprint("md5", "original", md5),
            _fingerprint(hashes, "original"),
            *_renditions(decoded.grey),
        ),
        marks=marks.read_marks(opened),
        closed=gates.closed(hashes),
    )


def hash_picture(data: bytes, *, scaled: bool) -> Hashes:
    """Only PDQ, in all orientations: what is wanted of the many pictures of a dataset. Raises as ``read_picture``."""
    signatures.media_type(data)
    decoded = greys.decoded(data, greys.opened(data), scaled=scaled)
    return hashes_of(decoded.grey, decoded.size, dihedral=True)


def _renditions(grey: Grey) -> list[Fingerprint]:
    found: list[Fingerprint] = []
    picture = Image.fromarray(grey)
    for side in RENDITIONS:
        longest = max(picture.size)
        if side < longest:
            size = (max(1, round(picture.width * side / longest)), max(1, round(picture.height * side / longest)))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
            found.append(_fingerprint(hashes_of(np.asarray(picture)), str(side)))
    return found


def _fingerprint(hashes: Hashes, rendition: str) -> Fingerprint:
    return Fingerprint("pdq", rendition, hashes.bits, hashes.quality)
