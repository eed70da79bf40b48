"""What is found in pictures that can be read: digests, PDQ of each rendition, size as people see it."""

import hashlib
import io

import numpy as np
import pdqhash
import pytest
from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY, PDQ_THRESHOLD, Fingerprint, distance
from commonswatch.fingerprints import PictureFacts, PicturePool
from PIL import Image

from tests.factories.pictures import photo, scene

ORIENTATION = 0x0112
UNDO = {  # what a camera did to the pixels for each EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, form, **options)  # type: ignore[arg-type]
    return written.getvalue()


def pdq_of(facts: PictureFacts, rendition: str = "original") -> Fingerprint:
    return next(one for one in facts.fingerprints if (one.algorithm, one.rendition) == ("pdq", rendition))


def assert_like(found: Fingerprint, bits: np.ndarray, quality: int) -> None:
    """What may differ from the reference: 4 bits of 256, and 1 in the quality."""
    assert found.quality is not None
    assert distance(found, Fingerprint("pdq", found.rendition, np.packbits(bits).tobytes(), 100)) <= 4
    assert abs(found.quality - quality) <= 1


def test_digests_are_those_of_the_file_and_pdq_is_that_of_the_reference(pool: PicturePool) -> None:
    data = photo(1)
    facts = pool.examine(data)
    bits, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(data))))
    assert facts.sha256 == hashlib.sha256(data).digest()
    assert facts.md5 == hashlib.md5(data).digest()  # noqa: S324
    assert_like(pdq_of(facts), bits, quality)
    assert {(one.algorithm, one.bits) for one in facts.fingerprints} >= {
        ("sha256", facts.sha256),
        ("md5", facts.md5),
    }


def test_only_renditions_smaller_than_the_original_are_made(pool: PicturePool) -> None:
    def renditions(size: tuple[int, int]) -> list[str]:
        facts = pool.examine(photo(2, size))
        return [one.rendition for one in facts.fingerprints if one.algorithm == "pdq"]

    assert renditions((1700, 900)) == ["original", "1600", "640", "320", "200"]
    assert renditions((300, 640)) == ["original", "320", "200"]
    assert renditions((150, 200)) == ["original"]


@pytest.mark.parametrize("side", [640, 320, 200])
def test_a_thumbnail_is_within_the_threshold_of_its_rendition(pool: PicturePool, side: int) -> None:
    for seed in range(6):
        registered = pool.examine(photo(seed))
        thumbnail = scene(seed)
        thumbnail.thumbnail((side, side), Image.Resampling.BICUBIC)
        copy = pool.examine(encoded(thumbnail, "JPEG", quality=60))
        assert distance(pdq_of(registered, str(side)), pdq_of(copy)) <= PDQ_THRESHOLD


def test_different_scenes_are_far_apart_and_have_features(pool: PicturePool) -> None:
    found = [pdq_of(pool.examine(photo(seed))) for seed in range(8)]
    assert all(one.quality is not None and one.quality >= PDQ_MIN_QUALITY for one in found)
    assert min(distance(a, b) for a in found for b in found if a is not b) > 2 * PDQ_THRESHOLD


@pytest.mark.parametrize("orientation", UNDO)
def test_a_picture_turned_by_exif_has_the_fingerprint_of_the_upright_one(pool: PicturePool, orientation: int) -> None:
    upright = scene(4, (640, 480))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    turned = pool.examine(encoded(upright.transpose(UNDO[orientation]), "PNG", exif=exif.tobytes()))
    assert (turned.width, turned.height) == (640, 480)
    assert pdq_of(turned) == pdq_of(pool.examine(encoded(upright, "PNG")))


def test_transparent_parts_count_as_white(pool: PicturePool) -> None:
    opaque = scene(5, (640, 480))
    hole = Image.new("L", opaque.size, 255)
    hole.paste(0, (100, 100, 400, 300))
    holed = opaque.copy()
    holed.putalpha(hole)
    white = opaque.copy()
    white.paste("white", (100, 100, 400, 300))
    assert pdq_of(pool.examine(encoded(holed, "PNG"))) == pdq_of(pool.examine(encoded(white, "PNG")))


@pytest.mark.parametrize(
    ("form", "media_type", "options"),
    [
        ("JPEG", "image/jpeg", {"quality": 85}),
        ("PNG", "image/png", {}),
        ("WEBP", "image/webp", {"quality": 85}),
        ("GIF", "image/gif", {}),
        ("AVIF", "image/avif", {"quality": 80, "speed": 10}),
    ],
)
def test_every_format_is_read_and_known_by_its_signature(
    pool: PicturePool, form: str, media_type: str, options: dict[str, object]
) -> None:
    picture = scene(6, (640, 480))
    facts = pool.examine(encoded(picture, form, **options))
    assert (facts.media_type, facts.width, facts.height) == (media_type, 640, 480)
    assert distance(pdq_of(facts), pdq_of(pool.examine(encoded(picture, "PNG")))) <= 12


def test_grey_palette_sixteen_bit_and_cmyk_pictures_are_read_as_people_see_them(pool: PicturePool) -> None:
    grey = scene(7, (640, 480)).convert("L")
    sixteen = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    same = [
        encoded(grey, "PNG"),
        encoded(sixteen, "PNG"),
        encoded(grey.convert("P"), "PNG"),
        encoded(grey.convert("CMYK"), "JPEG"),
    ]
    found = [pdq_of(pool.examine(data)) for data in same]
    assert max(distance(found[0], other) for other in found) <= 8


def test_a_big_picture_stays_within_four_bits_of_the_reference(pool: PicturePool) -> None:
    data = photo(8, (4200, 3000))
    facts = pool.examine(data)
    assert (facts.width, facts.height) == (4200, 3000)
    assert_like(pdq_of(facts), *pdqhash.compute(np.asarray(Image.open(io.BytesIO(data)))))


def test_of_an_animation_the_first_frame_counts(pool: PicturePool) -> None:
    first, second = scene(9, (320, 240)).quantize(), scene(10, (320, 240)).quantize()
    animated = encoded(first, "GIF", save_all=True, append_images=[second])
    assert pdq_of(pool.examine(animated)) == pdq_of(pool.examine(encoded(first, "GIF")))


def test_one_pixel_is_a_picture_without_features(pool: PicturePool) -> None:
    facts = pool.examine(encoded(Image.new("RGB", (1, 1)), "PNG"))
    assert pdq_of(facts).quality == 0
