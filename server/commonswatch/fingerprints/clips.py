"""Whether two videos show the same: by the share of the scenes of the one of which a frame is near to one of the other.

Counted both ways, and the better one decides: of a clip most scenes are in the video it was cut from, of the video few
are in the clip. Videos that share a title or an advertisement agree in few scenes both ways. Scenes and not frames are
counted, because how many frames are looked at depends on how long a video is (``video``). Measured figures are in
docs/fingerprints.md.
"""

from collections.abc import Sequence
from typing import NamedTuple

from commonswatch.domain.fingerprints import PDQ_THRESHOLD, Fingerprint

LEAST_SHARE = 0.5
LEAST_SCENES = 2  # or all, of a video that has only one
_CUT = 62  # bits between the last frame of a scene and the first of the next


class Share(NamedTuple):
    """How many scenes of one video are in the other, of how many, and how far the nearest frames are apart."""

    agreeing: int
    scenes: int
    distance: int | None

    @property
    def is_match(self) -> bool:
        """Whether that is enough to say that one was cut from the other, or both from a third."""
        least = max(min(LEAST_SCENES, self.scenes), LEAST_SHARE * self.scenes)
        return self.agreeing > 0 and self.agreeing >= least


def frames_of(fingerprints: Sequence[Fingerprint]) -> list[bytes]:
    """The frames among a video's fingerprints that prove something, in their order."""
    frames = (one for one in fingerprints if one.algorithm == "pdq" and one.rendition.startswith("frame-"))
    return [one.bits for one in sorted(frames, key=lambda one: one.rendition) if one.comparable]


def share(one: Sequence[bytes], other: Sequence[bytes]) -> Share:
    """Compare the frames of two videos, 32 bytes each in their order."""
    mine, theirs = ([int.from_bytes(bits) for bits in frames] for frames in (one, other))
    return max(_scenes_within(mine, theirs), _scenes_within(theirs, mine), key=_worth)


def _worth(found: Share) -> tuple[bool, float]:
    return found.is_match, found.agreeing / max(1, found.scenes)


def _scenes_within(mine: Sequence[int], theirs: Sequence[int]) -> Share:
    nearest = [min(((frame ^ known).bit_count() for known in theirs), default=256) for frame in mine]
    scene, best = 0, dict[int, int]()
    for at, apart in enumerate(nearest):
        if at and (mine[at] ^ mine[at - 1]).bit_count() > _CUT:
            scene += 1
        best[scene] = min(apart, best.get(scene, 256))
    agreeing = [apart for apart in best.values() if apart <= PDQ_THRESHOLD]
    return Share(len(agreeing), len(best), min(agreeing, default=None))
