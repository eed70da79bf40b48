"""Made-up videos: a camera that moves slowly over scenes of the demo, one after the other."""

import functools
import io
from collections.abc import Sequence
from typing import Any

import av
from PIL import Image

from tests.factories.pictures import scene

_CODECS = {"mp4": "libx264", "webm": "libvpx", "ogg": "libvpx"}
drawn = functools.lru_cache(maxsize=4)(scene)
_ROOM = 20  # pixels the camera has to move in


def video(
    scenes: Sequence[int],
    *,
    form: str = "mp4",
    seconds: float = 2.0,
    fps: int = 8,
    size: tuple[int, int] = (320, 180),
    cut: tuple[float, float] | None = None,
) -> bytes:
    """Draw a video of ``scenes``, each so many ``seconds`` long; ``cut`` keeps only the time between two seconds."""
    written = io.BytesIO()
    with av.open(written, "w", format=form) as container:
        stream: Any = container.add_stream(_CODECS[form], rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        each = int(seconds * fps)
        first, last = (int(second * fps) for second in cut) if cut else (0, each * len(scenes))
        for number in range(first, last):
            frame = av.VideoFrame.from_image(_seen(scenes[number // each], number % each / each, size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return written.getvalue()


def _seen(number: int, share: float, size: tuple[int, int]) -> Image.Image:
    left = int(share * _ROOM)
    large = drawn(number, (size[0] + _ROOM, size[1] + _ROOM))
    return large.crop((left, left // 2, left + size[0], left // 2 + size[1]))
