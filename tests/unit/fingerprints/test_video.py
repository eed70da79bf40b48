"""Videos: what is found in them, and which show the same."""

import hashlib
import importlib.util
import io

import pytest
from commonswatch.domain.fingerprints import PDQ_THRESHOLD, Fingerprint, distance
from commonswatch.fingerprints import PictureFacts, PicturePool, Unreadable
from commonswatch.fingerprints.clips import Share, frames_of, share
from PIL import Image

from tests.factories.pictures import scene

pytest.importorskip("av")

from tests.unit.fingerprints.videos import video


def frames(facts: PictureFacts) -> list[Fingerprint]:
    return [one for one in facts.fingerprints if one.algorithm == "pdq"]


@pytest.fixture(scope="module")
def film(pool: PicturePool) -> PictureFacts:
    return pool.examine(video(range(8)))


@pytest.mark.parametrize(("form", "media_type"), [("mp4", "video/mp4"), ("webm", "video/webm"), ("ogg", "video/ogg")])
def test_a_video_has_digests_size_length_and_a_frame_of_each_scene(
    pool: PicturePool, form: str, media_type: str
) -> None:
    data = video(range(4), form=form)
    facts = pool.examine(data)
    assert facts.sha256 == hashlib.sha256(data).digest()
    assert facts.md5 == hashlib.md5(data).digest()  # noqa: S324
    assert (facts.media_type, facts.width, facts.height) == (media_type, 320, 180)
    assert facts.seconds == pytest.approx(8, abs=0.5)
    assert frames(facts)[0].rendition == "frame-000"
    assert 4 <= len(frames(facts)) <= 64


def test_a_still_of_a_video_is_near_to_one_of_its_frames(pool: PicturePool, film: PictureFacts) -> None:
    written = io.BytesIO()
    scene(5, (340, 200)).crop((0, 0, 320, 180)).resize((640, 360)).save(written, "JPEG", quality=70)
    [still] = [one for one in pool.examine(written.getvalue()).fingerprints if one.rendition == "original"][2:]
    assert min(distance(still, one) for one in frames(film)) <= PDQ_THRESHOLD


@pytest.mark.parametrize("cut", [(3.0, 9.0), (5.1, 8.2), (0.0, 2.0), (12.5, 16.0)])
def test_a_clip_in_another_form_and_size_is_found(
    pool: PicturePool, film: PictureFacts, cut: tuple[float, float]
) -> None:
    clip = pool.examine(video(range(8), form="webm", size=(256, 144), cut=cut))
    found = share(frames_of(clip.fingerprints), frames_of(film.fingerprints))
    assert found.is_match
    assert share(frames_of(film.fingerprints), frames_of(clip.fingerprints)) == found


def test_videos_of_other_scenes_or_with_one_in_common_are_not_the_same(pool: PicturePool, film: PictureFacts) -> None:
    for scenes in (range(20, 28), [0, 31, 32, 33, 34]):
        other = pool.examine(video(scenes))
        assert not share(frames_of(other.fingerprints), frames_of(film.fingerprints)).is_match


def test_at_most_sixty_four_frames_are_kept(pool: PicturePool) -> None:
    facts = pool.examine(video(range(80), seconds=0.5, fps=4, size=(160, 96)))
    assert len(frames(facts)) == 64
    assert [one.rendition for one in frames(facts)] == [f"frame-{number:03}" for number in range(64)]


def test_a_video_of_nothing_has_no_frames_and_says_why(pool: PicturePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.fingerprints.videos.drawn", lambda _, size: Image.new("RGB", size, "white"))
    facts = pool.examine(video(range(2)))
    assert frames(facts) == []
    assert facts.closed.startswith("There is too little to see in this video")
    assert {one.algorithm for one in facts.matchable} == {"sha256", "md5"}


def test_without_the_extra_it_is_said_what_to_install(pool: PicturePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(Unreadable) as caught:
        pool.examine(b"\0\0\0\x20ftypisom\0\0\2\0")
    assert "commonswatch[video]" in caught.value.detail


def test_shares_are_counted_by_scenes_both_ways() -> None:
    def bits(number: int) -> bytes:
        return hashlib.sha256(bytes([number])).digest()

    film = [bits(number) for number in range(20)]
    assert share(film, film) == Share(20, 20, 0)
    assert share(film[3:6], film) == share(film, film[3:6]) == Share(3, 3, 0)
    assert share([bits(99), *film[3:6]], film).is_match
    assert not share([bits(97), bits(98), bits(99), film[3]], film).is_match
    assert not share([], film).is_match
    assert not share([], []).is_match
    several = [film[3]] * 9 + [bits(99)]  # nine frames of one scene are one scene
    assert share(several, film) == Share(1, 2, 0)
