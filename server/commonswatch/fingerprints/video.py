"""A video's file in, its facts out: digests, size, length, PDQ of at most 64 of its frames. Runs in a child of its own.

Needs PyAV (extra `video`). Five frames a second are looked at. Of a video in which that would cost too much only key
frames are decoded: encoders put one at each cut, and it needs no other frame. Of one longer than 30 minutes, 512 places
spread over it are. Whatever the file says, decoding ends after 20 seconds of processor time, and what was seen by then
counts.

Chosen are frames that pass the gates and differ from the one before, those after a cut first. Which shares of two
videos must agree is in ``clips``.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
import numpy as np

from commonswatch.domain.fingerprints import Fingerprint
from commonswatch.fingerprints import gates, signatures
from commonswatch.fingerprints.facts import PictureFacts, Unreadable
from commonswatch.fingerprints.greys import MOST_PIXELS
from commonswatch.fingerprints.pdq import Grey, Hashes, hashes_of

MOST_FRAMES = 64
LONG = 1800.0  # seconds
_MOST_TO_DECODE = 3e9  # pixels of all frames: about ten seconds of processor time
_LOOKS_A_SECOND = 5
_LOOKS = 512  # at a long video
_SECONDS = 20.0  # of processor time for decoding
_SAME, _CUT = 16, 62  # bits: what is no other frame; what is another scene
_CHUNK = 1 << 20
_FORMATS = {"video/mp4": "mov", "video/webm": "matroska", "video/ogg": "ogg"}
_CODECS = ("h264", "hevc", "av1", "vp8", "vp9", "theora", "mpeg4")
_NO_PICTURES = "There are no pictures in this video, or they are in a form that is not read."
_TOO_LARGE = "The video has more than 40 million pixels a frame."
_DAMAGED = "The video is damaged and cannot be read."
_NOTHING_SEEN = "There is too little to see in this video, so it is matched by its address and its bytes only."


@dataclass(frozen=True)
class _Look:
    seconds: float
    hashes: Hashes


def read_video(file: BinaryIO) -> PictureFacts:
    """Examine one video. Raises Unreadable with the reason, MemoryError, or whatever a decoder raises."""
    file.seek(0)
    media_type = signatures.media_type(file.read(1024))
    if media_type not in _FORMATS:
        raise Unreadable(_NO_PICTURES)
    sha256, md5 = _digests(file)
    try:
        with av.open(file, format=_FORMATS[media_type], metadata_errors="ignore", options=_limited()) as container:
            stream = _stream(container)
            looks = list(_looks(container, stream))
            width, height = _size(stream, looks)
            length = _length(container, stream) or (looks[-1].seconds if looks else None)
    except (av.FFmpegError, ValueError, OverflowError):
        raise Unreadable(_DAMAGED) from None
    if not looks:
        raise Unreadable(_DAMAGED)
    frames = chosen([one.hashes for one in looks])
    return PictureFacts(
        sha256=sha256,
        md5=md5,
        media_type=media_type,
        width=width,
        height=height,
        fingerprints=(
            Fingerprint("sha256", "original", sha256),
            Fingerprint("md5", "original", md5),
            *(Fingerprint("pdq", f"frame-{at:03}", one.bits, one.quality) for at, one in enumerate(frames)),
        ),
        marks=(),
        closed="" if frames else _NOTHING_SEEN,
        seconds=length,
    )


def chosen(hashes: list[Hashes]) -> list[Hashes]:
    """At most 64, in their order: without those that show nothing or nothing new, cuts before what is within scenes."""
    new: list[tuple[bool, Hashes]] = []
    for one in hashes:
        apart = _apart(new[-1][1], one) if new else 256
        if not gates.closed(one) and apart > _SAME:
            new.append((apart > _CUT, one))
    cuts = _spread([at for at, (is_cut, _) in enumerate(new) if is_cut], MOST_FRAMES)
    within = _spread([at for at, (is_cut, _) in enumerate(new) if not is_cut], MOST_FRAMES - len(cuts))
    return [new[at][1] for at in sorted(cuts + within)]


def _spread(places: list[int], most: int) -> list[int]:
    """At most so many of them, evenly."""
    step = max(1.0, len(places) / most) if most else 0
    return [places[int(number * step)] for number in range(min(most, len(places)))]


def _apart(one: Hashes, other: Hashes) -> int:
    return (int.from_bytes(one.bits) ^ int.from_bytes(other.bits)).bit_count()


def _limited() -> dict[str, str]:
    """What the reader of the container may spend before the first frame."""
    return {"probesize": str(8 << 20), "analyzeduration": "5000000", "max_streams": "32"}


def _digests(file: BinaryIO) -> tuple[bytes, bytes]:
    file.seek(0)
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    while chunk := file.read(_CHUNK):
        sha256.update(chunk)
        md5.update(chunk)
    file.seek(0)
    return sha256.digest(), md5.digest()


def _stream(container: Any) -> Any:
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context is None or stream.codec_context.codec.canonical_name not in _CODECS:
        raise Unreadable(_NO_PICTURES)
    if stream.codec_context.width * stream.codec_context.height > MOST_PIXELS:
        raise Unreadable(_TOO_LARGE)
    stream.codec_context.thread_count = 1
    return stream


def _length(container: Any, stream: Any) -> float | None:
    """In seconds, as the file says."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _is_cheap(stream: Any, length: float | None) -> bool:
    """Whether all frames may be decoded, as far as the file's word on its length and rate goes."""
    size = stream.codec_context.width * stream.codec_context.height
    return length is not None and size * length * float(stream.average_rate or 60) <= _MOST_TO_DECODE


def _looks(container: Any, stream: Any) -> Iterator[_Look]:
    """Frames in their order, until the time for it is up; a broken place ends it or is passed over."""
    length = _length(container, stream)
    if length and length > LONG:
        frames = _frames_at_places(container, stream, length)
    else:
        stream.codec_context.skip_frame = "DEFAULT" if _is_cheap(stream, length) else "NONKEY"
        frames = _frames(container, stream)
    ends, next_at = time.process_time() + _SECONDS, float("-inf")
    for seconds, frame in frames:
        if seconds >= next_at:
            next_at = seconds + 1 / _LOOKS_A_SECOND - 0.01
            yield _Look(seconds, hashes_of(_grey(frame)))
        if time.process_time() > ends:
            return


def _frames(container: Any, stream: Any) -> Iterator[tuple[float, Any]]:
    """All that can be decoded; packets that cannot are passed over."""
    wanted = stream.codec_context.skip_frame
    number = 0
    try:
        for packet in container.demux(stream):
            if str(wanted) == "NONKEY" and not packet.is_keyframe and packet.size:
                continue
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                number += 1
                yield (frame.time if frame.time is not None else number / 25), frame
    except av.FFmpegError:  # the file ends here
        return


def _frames_at_places(container: Any, stream: Any, length: float) -> Iterator[tuple[float, Any]]:
    """The key frame before each of many places. Without an index it is read from the start, as far as time allows."""
    stream.codec_context.skip_frame = "NONKEY"
    seen = float("-inf")
    for number in range(_LOOKS):
        try:
            container.seek(int(length * number / _LOOKS / stream.time_base), stream=stream)
            frame = next((one for _, one in _frames(container, stream)), None)
        except av.FFmpegError:
            continue
        if frame is not None and (frame.time or 0.0) > seen:
            seen = frame.time or 0.0
            yield seen, frame


def _grey(frame: Any) -> Grey:
    """A frame's shades from black to white, upright."""
    if frame.width * frame.height > MOST_PIXELS:
        raise Unreadable(_TOO_LARGE)
    grey: Grey = frame.to_ndarray(format="gray")
    return np.rot90(grey, round(frame.rotation / 90) % 4) if frame.rotation else grey


def _size(stream: Any, looks: list[_Look]) -> tuple[int, int]:
    width, height = stream.codec_context.width, stream.codec_context.height
    if not (width and height and looks):
        raise Unreadable(_DAMAGED)
    return width, height
