"""Videos that are broken, endless or made to harm: a reason or right facts, in bounded time and memory."""

import functools
import struct
import threading
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from commonswatch.fingerprints import PictureFacts, PicturePool, Unreadable

from tests.factories.pictures import photo

pytest.importorskip("av")

from tests.unit.fingerprints.videos import video

DAMAGED = "The video is damaged and cannot be read."
NO_PICTURES = "There are no pictures in this video, or they are in a form that is not read."
TOO_MUCH = "The video needs too much memory to be read."
TEN_HOURS = 36_000.0  # seconds


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    with PicturePool(1) as children:
        yield children


@functools.cache
def film_as(form: str) -> bytes:
    return video(range(4), form=form)


@pytest.fixture(scope="module")
def film() -> bytes:
    return film_as("mp4")


def told(pool: PicturePool, data: bytes, seconds: float = 10.0) -> PictureFacts | str:
    """The facts or the reason; in bounded time, and with the pool as good as before."""
    began = time.monotonic()
    try:
        answer: PictureFacts | str = pool.examine(data)
    except Unreadable as refusal:
        answer = refusal.detail
    assert time.monotonic() - began < seconds
    assert pool.examine(photo(1, (64, 64))).width == 64
    return answer


def place_of(box: bytes, data: bytes) -> tuple[int, int]:
    """Where the body of an MP4's box begins and ends."""
    at = data.index(box)
    return at + 4, at - 4 + int.from_bytes(data[at - 4 : at])


def lasting(data: bytes, seconds: float) -> bytes:
    """An MP4 that says in its head to be so long, and shows each frame accordingly long."""
    changed = bytearray(data)
    for box in (b"mvhd", b"mdhd"):
        start, _ = place_of(box, data)
        scale = int.from_bytes(data[start + 12 : start + 16])
        changed[start + 16 : start + 20] = struct.pack(">I", int(seconds * scale) & 0xFFFFFFFF)
    start, _ = place_of(b"stts", data)
    for entry in range(int.from_bytes(data[start + 4 : start + 8])):
        at = start + 8 + 8 * entry
        _, each = struct.unpack(">II", data[at : at + 8])
        changed[at + 4 : at + 8] = struct.pack(">I", int(each * seconds / 8) & 0xFFFFFFFF)
    return bytes(changed)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.95])
@pytest.mark.parametrize("form", ["mp4", "webm", "ogg"])
def test_a_video_that_ends_too_early_gives_what_was_seen_or_a_reason(
    pool: PicturePool, form: str, share: float
) -> None:
    data = film_as(form)
    answer = told(pool, data[: int(len(data) * share)])
    assert answer in (DAMAGED, NO_PICTURES) or (isinstance(answer, PictureFacts) and answer.width == 320)


@pytest.mark.parametrize("box", [b"stco", b"stsz", b"stss", b"stts", b"stsc", b"avcC"])
@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\x55"])
def test_a_broken_index_gives_what_was_seen_or_a_reason(
    pool: PicturePool, film: bytes, box: bytes, filling: bytes
) -> None:
    start, end = place_of(box, film)
    broken = film[: start + 4] + filling * (end - start - 4) + film[end:]
    answer = told(pool, broken, seconds=25)
    assert isinstance(answer, PictureFacts) or answer in (
        DAMAGED,
        NO_PICTURES,
        "The video needs too much memory to be read.",
    )


def test_bytes_changed_anywhere_give_facts_or_a_reason(pool: PicturePool, film: bytes) -> None:
    chance = np.random.default_rng(11)
    for data in (np.frombuffer(film, np.uint8), np.frombuffer(film_as("webm"), np.uint8)):
        for _ in range(6):
            changed = data.copy()
            changed[chance.integers(12, len(data), 40)] = chance.integers(0, 256, 40)
            answer = told(pool, changed.tobytes(), seconds=30)
            assert isinstance(answer, PictureFacts) or "video" in answer


@pytest.mark.parametrize("seconds", [TEN_HOURS, 2e8])
def test_a_video_of_ten_hours_or_of_years_ends_in_time(pool: PicturePool, film: bytes, seconds: float) -> None:
    reached: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            for child in psutil.Process().children():
                try:
                    reached.append(child.memory_info().rss)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        answer = told(pool, lasting(film, seconds), seconds=30)
    finally:
        stop.set()
        thread.join()
    assert isinstance(answer, PictureFacts)
    assert answer.seconds is not None
    assert 1 <= sum(one.algorithm == "pdq" for one in answer.fingerprints) <= 64
    assert max(reached) < 800e6


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(5_000), DAMAGED),
        (b"\0\0\0\x20ftypmp42\0\0\0\0mp42isom" + photo(1), DAMAGED),
        (b"\x1aE\xdf\xa3" + b"\xff" * 5_000, DAMAGED),
        (b"OggS\0\2" + bytes(5_000), DAMAGED),
        (b"OggS" + photo(1), DAMAGED),
        (b"RIFF\x10\0\0\0AVI LIST" + bytes(99), "This kind of video is not read."),
        (b"FLV\x01" + bytes(99), "This kind of video is not read."),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "This is not a picture"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "This is not a picture"),
    ],
    ids=["no film", "jpeg in mp4", "noise in webm", "zeros in ogg", "jpeg in ogg", "avi", "flv", "playlist", "concat"],
)
def test_what_is_no_video_is_refused(pool: PicturePool, data: bytes, reason: str) -> None:
    answer = told(pool, data)
    assert isinstance(answer, str)
    assert answer.startswith(reason) or answer == NO_PICTURES


def test_a_video_whose_frames_are_too_large_is_refused(pool: PicturePool, film: bytes) -> None:
    start, _ = place_of(b"avc1", film)
    larger = film[: start + 24] + struct.pack(">HH", 65_535, 65_535) + film[start + 28 :]
    answer = told(pool, larger)
    assert isinstance(answer, PictureFacts) or answer in ("The video has more than 40 million pixels a frame.", DAMAGED)
    if isinstance(answer, PictureFacts):  # the frames themselves said how large they are
        assert (answer.width, answer.height) == (320, 180)


def test_two_videos_at_once_wait_for_each_other_and_pictures_do_not(pool: PicturePool, film: bytes) -> None:
    found: list[PictureFacts] = []
    threads = [threading.Thread(target=lambda: found.append(pool.examine(film))) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert pool.examine(photo(1, (64, 64))).width == 64
    for thread in threads:
        thread.join(20)
    assert len(found) == 2
    assert found[0] == found[1]
