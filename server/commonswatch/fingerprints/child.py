"""The program of a child: frames in by standard input, answers out, and an end when the parent is gone.

Started with the number of an open file, it reads videos from that, under other limits.
"""

import importlib
import json
import os
import sys
import warnings
from collections.abc import Callable

from commonswatch.fingerprints import frames, limits, page_marks, reading
from commonswatch.fingerprints.facts import Unreadable, to_json
from commonswatch.fingerprints.greys import DAMAGED
from commonswatch.fingerprints.pdq import Hashes

LARGEST_INPUT = 64 * 2**20  # bytes
_IN, _OUT = 0, 1
_TOO_MUCH_MEMORY = "The picture needs too much memory to be read."


def main(video: int | None = None) -> None:
    """Serve until standard input ends."""
    own = limits.PICTURES if video is None else limits.VIDEOS
    limits.confine(own)
    sys.stdout = sys.stderr  # whoever prints must not print into the answers
    warnings.simplefilter("error")
    # Real photographs have broken EXIF (Pillow reads it with its TIFF code) and broken second pictures: read them.
    warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
    warnings.filterwarnings("ignore", "Image appears to be a malformed MPO file")
    try:
        while True:
            word, body = frames.receive(_IN, LARGEST_INPUT)
            limits.allow_cpu(own)
            frames.send(_OUT, *_answer(word, body, video))
    except frames.Ended:
        return


def _answer(word: bytes, body: bytes, video: int | None) -> tuple[bytes, bytes]:
    """Whatever the bytes do to the parsers, the answer is facts or a refusal."""
    facts: list[bytes] = []
    refusal = _refusal(lambda: facts.append(_facts(word, body, video)))
    return (frames.REFUSED, refusal.encode()) if refusal else (frames.FACTS, facts[0])


def _refusal(read: Callable[[], None]) -> str:
    """Why something could not be read; empty when it was."""
    try:
        read()
    except Unreadable as refusal:
        return refusal.detail
    except MemoryError:
        return _TOO_MUCH_MEMORY
    except Exception:  # noqa: BLE001  # decoders raise anything
        return DAMAGED
    return ""


def _facts(word: bytes, body: bytes, video: int | None) -> bytes:
    if word == frames.PAGE:
        licence = page_marks.licence_on(body)
        return json.dumps({"licence": licence.url if licence else None}).encode()
    if word == frames.PICTURE:
        return to_json(reading.read_picture(body))
    if word == frames.VIDEO and video is not None:
        reader = importlib.import_module("commonswatch.fingerprints.video")  # needs an extra
        with os.fdopen(os.dup(video), "rb") as file:
            return to_json(reader.read_video(file))
    return json.dumps([_hashed(one, word == frames.SCALED) for one in frames.unpacked(body)]).encode()


def _hashed(data: bytes, scaled: bool) -> list[object]:
    """Quality and hashes as hexadecimal, or the reason why there are none."""
    found: list[Hashes] = []
    refusal = _refusal(lambda: found.append(reading.hash_picture(data, scaled=scaled)))
    return [refusal] if refusal else [found[0].quality, *map(bytes.hex, found[0].dihedral)]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
