"""Pictures that are broken, odd or made to harm: a reason or right facts, within bounds, and the reader goes on."""

import io
import struct
import time
import zlib
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from commonswatch.fingerprints import PictureFacts, PicturePool, Unreadable
from PIL import Image

from tests.factories.pictures import photo, scene

SECONDS = 8.0  # for any of them, on a busy machine
TOO_MANY = "The picture has more than 40 million pixels."
DAMAGED = "The picture is damaged and cannot be read."
CUT_OFF = "The picture is cut off: its file ends too early."


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    with PicturePool(1) as children:
        yield children


def told(pool: PicturePool, data: bytes) -> PictureFacts | str:
    """The facts or the reason; in bounded time, and with the pool as good as before."""
    began = time.monotonic()
    try:
        answer: PictureFacts | str = pool.examine(data)
    except Unreadable as refusal:
        answer = refusal.detail
    assert time.monotonic() - began < SECONDS
    assert pool.examine(SOUND).width == 64
    return answer


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, form, **options)  # type: ignore[arg-type]
    return written.getvalue()


def png(width: int, height: int, rows: bytes, depth: int = 8, colours: int = 0, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG of any head and any rows."""
    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    chunks = [(b"IHDR", head), *more, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    written = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def resized(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose head says another size."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


SOUND = photo(1, (64, 64))
JPEG = photo(2, (320, 240))
GIF = encoded(scene(2, (320, 240)), "GIF")
PNG = encoded(scene(2, (320, 240)), "PNG")


@pytest.mark.parametrize(
    "data",
    [
        png(65_535, 65_535, bytes(100_000)),
        resized(JPEG, 65_535, 65_535),
        GIF[:6] + struct.pack("<HH", 65_535, 65_535) + GIF[10:],
        png(2**31 - 1, 2**31 - 1, b""),
        png(100_000, 401, bytes(100_001) * 4),
        resized(JPEG, 6_401, 6_400),
    ],
    ids=["png 65,535", "jpeg 65,535", "gif 65,535", "png two thousand million", "long", "just above"],
)
def test_too_many_pixels_are_refused_by_their_head(pool: PicturePool, data: bytes) -> None:
    assert told(pool, data) == TOO_MANY


@pytest.mark.parametrize(
    "data",
    [
        resized(JPEG, 6_000, 6_000),
        png(6_300, 6_300, b"\0" * 1_000),
        png(3_000, 3_000, bytes(200_000_000)),
        png(64, 64, bytes(64 * 65), 8, 0, *[(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))] * 3),
        png(64, 64, bytes(64 * 65), 8, 0, (b"iCCP", b"p\0\0" + zlib.compress(bytes(90_000_000)))),
    ],
    ids=["few bytes for many pixels", "no rows", "more rows than wanted", "words that unpack", "profile that unpacks"],
)
def test_a_bomb_is_refused_or_costs_no_more_than_a_picture(pool: PicturePool, data: bytes) -> None:
    answer = told(pool, data)
    assert isinstance(answer, PictureFacts) or answer in (CUT_OFF, DAMAGED)
    [child] = pool._children
    assert psutil.Process(child.process.pid).memory_info().rss < 800e6


def layered(side: int, layers: int) -> bytes:
    """A progressive JPEG whose last scan is there so many times."""
    jpeg = encoded(Image.new("RGB", (side, side), "white"), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[last:-2] * layers + b"\xff\xd9"


def test_thousands_of_layers_are_refused_before_they_are_read(pool: PicturePool) -> None:
    assert told(pool, layered(6_000, 3_000)) == "The picture is stored in more layers than any camera makes."
    assert isinstance(told(pool, layered(200, 30)), PictureFacts)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_place_where_a_file_can_end_gives_a_reason(pool: PicturePool, form: str) -> None:
    data = encoded(scene(1, (160, 120)), form)
    for share in (0.02, 0.3, 0.6, 0.9):
        assert told(pool, data[: int(len(data) * share)]) in (CUT_OFF, DAMAGED)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_bytes_changed_anywhere_give_facts_or_a_reason(pool: PicturePool, form: str) -> None:
    chance = np.random.default_rng(7)
    data = np.frombuffer(encoded(scene(1, (160, 120)), form), np.uint8)
    for _ in range(6):
        changed = data.copy()
        changed[chance.integers(12, len(data), 6)] = chance.integers(0, 256, 6)
        answer = told(pool, changed.tobytes())
        assert isinstance(answer, PictureFacts) or answer in (CUT_OFF, DAMAGED, TOO_MANY), answer


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (4, 4)])
def test_what_is_too_small_is_no_picture_to_match(pool: PicturePool, form: str, size: tuple[int, int]) -> None:
    answer = told(pool, encoded(Image.new("RGB", size, "#369"), form))
    assert isinstance(answer, PictureFacts)
    assert (answer.width, answer.height) == size
    assert answer.closed
    assert {one.algorithm for one in answer.matchable} == {"sha256", "md5"}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_one_colour_matches_nothing(pool: PicturePool, form: str, colour: str) -> None:
    answer = told(pool, encoded(Image.new("RGB", (800, 600), colour), form))
    assert isinstance(answer, PictureFacts)
    assert answer.closed.startswith("There is too little to see")


def test_cmyk_sixteen_bits_and_odd_palettes_are_read(pool: PicturePool) -> None:
    grey = scene(3, (320, 240)).convert("L")
    deep = np.asarray(grey).astype(np.uint16) * 257
    colours = np.asarray(scene(3, (320, 240))).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in colours)
    two = encoded(grey.convert("1"), "PNG")
    for data in (
        encoded(grey.convert("CMYK"), "JPEG"),
        encoded(Image.fromarray(deep), "PNG"),
        png(320, 240, rows, 16, 2),
        encoded(grey.quantize(5), "GIF"),
        encoded(grey.convert("LA"), "PNG"),
        two,
    ):
        answer = told(pool, data)
        assert isinstance(answer, PictureFacts)
        assert (answer.width, answer.height) == (320, 240)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_only_the_first_frame_is_read(pool: PicturePool, form: str) -> None:
    frames = [scene(number, (320, 240)).quantize(64).convert("RGB") for number in (4, 5)]
    moving = told(pool, encoded(frames[0], form, save_all=True, append_images=frames[1:] * 40, lossless=True))
    still = told(pool, encoded(frames[0], form, lossless=True))
    assert isinstance(moving, PictureFacts)
    assert isinstance(still, PictureFacts)
    assert moving.fingerprints[2] == still.fingerprints[2]


@pytest.mark.parametrize(
    "data",
    [
        JPEG + b"PK\3\4" + bytes(500),
        JPEG[:2] + b"\xff\xfe\x00\x22<script>alert(1)</script><!--      " + JPEG[2:],
        PNG + JPEG,
        JPEG + PNG,
        PNG + b"<?php echo 1; ?>",
        encoded(scene(2, (320, 240)), "GIF") + b"=1;/*" + bytes(99) + b"*/",
    ],
    ids=["zip behind it", "page inside", "jpeg behind it", "png behind it", "program behind it", "script"],
)
def test_a_file_that_is_two_things_is_what_it_begins_as(pool: PicturePool, data: bytes) -> None:
    answer = told(pool, data)
    assert isinstance(answer, PictureFacts)
    assert (answer.width, answer.height) == (320, 240)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html>" + JPEG, "The address gave a web page, not a picture."),
        (b"PK\3\4" + JPEG, "This is not a picture that can be read"),
        (b"%PDF-1.7\n" + PNG, "This is not a picture that can be read"),
        (b"\0" + JPEG, "This is not a picture that can be read"),
        (b"\xff\xd8\xff" + PNG, DAMAGED),
        (b"RIFF\x10\0\0\0WEBPVP8 " + JPEG, DAMAGED),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + JPEG, DAMAGED),
    ],
    ids=["page", "zip", "pdf", "zero", "png as jpeg", "jpeg as webp", "jpeg as avif"],
)
def test_what_begins_as_something_else_is_refused(pool: PicturePool, data: bytes, reason: str) -> None:
    answer = told(pool, data)
    assert isinstance(answer, str)
    assert answer.startswith(reason)


def test_many_are_hashed_beside_broken_ones_each_with_its_reason() -> None:
    sound = [photo(seed, (160, 120)) for seed in range(6)]
    broken = [b"", b"<svg>", JPEG[:4000], resized(JPEG, 65_535, 65_535), bytes(99), PNG[:900]]
    mixed = [one for pair in zip(sound, broken, strict=True) for one in pair] * 4
    with PicturePool(2) as pool:
        found = pool.hash_many(mixed)
        again = pool.hash_many(sound, scaled=True)
    assert [one.bits for one in found[::2]] == [one.bits for one in again] * 4  # type: ignore[union-attr]
    assert (
        [str(one.detail)[:22] for one in found[1:12:2]]
        == [  # type: ignore[union-attr]
            "The file is empty.",
            "SVG drawings are not r",
            CUT_OFF[:22],
            TOO_MANY[:22],
            "This is not a picture ",
            CUT_OFF[:22],
        ]
    )


def test_a_picture_that_takes_too_long_takes_no_other_with_it() -> None:
    slow = layered(6_300, 180)
    with PicturePool(1, wall_seconds=3) as pool:
        pool.hash_many([SOUND])
        first, second, third = pool.hash_many([SOUND, slow, SOUND])
    assert first == third
    assert not isinstance(first, Unreadable)
    assert not isinstance(second, Unreadable) or second.detail == "Reading the picture took too long."
