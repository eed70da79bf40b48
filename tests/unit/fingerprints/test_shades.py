"""The shades of a picture: of a JPEG without its colours, of everything else as people see it."""

import io

import numpy as np
import pytest
from commonswatch.fingerprints import Unreadable, greys
from commonswatch.fingerprints.pdq import Grey, hashes_of
from PIL import Image

from tests.factories.pictures import photo, scene

ORIENTATION = 0x0112


def encoded(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, form, **options)  # type: ignore[arg-type]
    return written.getvalue()


def shades(data: bytes, *, scaled: bool = False) -> Grey:
    return greys.decoded(data, greys.opened(data), scaled=scaled).grey


def as_seen(data: bytes) -> Grey:
    """By way of colours, as a browser does it."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB").convert("L"))


def most_apart(one: Grey, other: Grey) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize(
    "options", [{}, {"subsampling": 0}, {"progressive": True}, {"quality": 30}, {"restart_marker_rows": 1}], ids=str
)
def test_shades_of_a_jpeg_are_those_of_its_colours(options: dict[str, object]) -> None:
    data = encoded(scene(1, (333, 251)), **options)
    assert (shades(data) != as_seen(data)).mean() < 0.01
    assert hashes_of(shades(data)).bits == hashes_of(as_seen(data)).bits


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB without transform"])
def test_a_jpeg_whose_first_plane_is_not_its_shades_is_read_by_its_colours(mode: str) -> None:
    picture = scene(2, (333, 251))
    data = encoded(picture, keep_rgb=True) if mode.startswith("RGB") else encoded(picture.convert(mode))
    assert most_apart(shades(data), as_seen(data)) == 0


def test_an_inverted_cmyk_jpeg_of_adobe_is_no_negative() -> None:
    inverted = encoded(scene(3, (333, 251)).convert("CMYK"))
    assert b"Adobe" in inverted[:40]
    assert np.corrcoef(shades(inverted).ravel(), np.asarray(scene(3, (333, 251)).convert("L")).ravel())[0, 1] > 0.95


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_upright_as_pillow_turns_it(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    jpeg = encoded(scene(4, (320, 201)), exif=exif.tobytes(), subsampling=0)
    png = encoded(Image.open(io.BytesIO(jpeg)), "PNG", exif=exif.tobytes())
    one = greys.decoded(jpeg, greys.opened(jpeg))
    assert most_apart(one.grey, shades(png)) <= 1
    assert one.grey.shape == (one.size.height, one.size.width)


@pytest.mark.parametrize("orientation", [0, 9, 77, 65_535])
def test_an_orientation_that_is_none_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = encoded(scene(4, (320, 201)), exif=exif.tobytes())
    assert shades(data).shape == (201, 320)


def test_what_browsers_forgive_is_read() -> None:
    data = encoded(scene(5, (320, 240)))
    junk_before_a_segment = data[:2] + b"\xff\xfe\x00\x04ab" + b"xx" + data[2:]
    for odd in (data + b"PK\3\4" + bytes(300), junk_before_a_segment):
        assert hashes_of(shades(odd)).bits == hashes_of(shades(data)).bits


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_off_jpeg_is_refused(share: float) -> None:
    data = photo(1)
    with pytest.raises(Unreadable, match="cut off"):
        shades(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("size", "scale"), [((1023, 1500), 1), ((1024, 1501), 2), ((2100, 2049), 4), ((4100, 4097), 8)]
)
def test_only_large_pictures_are_decoded_at_a_smaller_scale(size: tuple[int, int], scale: int) -> None:
    data = photo(6, size)
    decoded = greys.decoded(data, greys.opened(data), scaled=True)
    assert (decoded.size.width, decoded.size.height, decoded.size.scale) == (*size, scale)
    assert decoded.grey.shape == (-(-size[1] // scale), -(-size[0] // scale))
    exact = hashes_of(shades(data)).bits
    near = hashes_of(decoded.grey, decoded.size).bits
    assert (int.from_bytes(exact) ^ int.from_bytes(near)).bit_count() <= 10


def test_a_large_picture_on_its_side_is_scaled_and_turned() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = photo(6, (2100, 1101), exif=exif.tobytes())
    decoded = greys.decoded(data, greys.opened(data), scaled=True)
    assert (decoded.size.width, decoded.size.height, decoded.grey.shape) == (1101, 2100, (1050, 551))
    near = hashes_of(decoded.grey, decoded.size).bits
    assert (int.from_bytes(hashes_of(shades(data)).bits) ^ int.from_bytes(near)).bit_count() <= 10
