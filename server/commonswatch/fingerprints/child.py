"""The program of a child: frames in by standard input, answers out, and an end when the parent is gone."""

import json
import warnings

from commonswatch.fingerprints import frames, limits, page_marks, reading
from commonswatch.fingerprints.facts import Unreadable, to_json

LARGEST_INPUT = 64 * 2**20  # bytes
_IN, _OUT = 0, 1
_TOO_MUCH_MEMORY = "The picture needs too much memory to be read."
_DAMAGED = "The picture is damaged and cannot be read."


def main() -> None:
    """Serve until standard input ends."""
    limits.confine()
    warnings.simplefilter("error")
    # Real photographs have broken EXIF (Pillow reads it with its TIFF code) and broken second pictures: read them.
    warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
    warnings.filterwarnings("ignore", "Image appears to be a malformed MPO file")
    try:
        while True:
            word, body = frames.receive(_IN, LARGEST_INPUT)
            limits.allow_cpu()
            frames.send(_OUT, *_answer(word, body))
    except frames.Ended:
        return


def _answer(word: bytes, body: bytes) -> tuple[bytes, bytes]:
    """Whatever the bytes do to the parsers, the answer is facts or a refusal."""
    try:
        if word == frames.PAGE:
            licence = page_marks.licence_on(body)
            return frames.FACTS, json.dumps({"licence": licence.url if licence else None}).encode()
        return frames.FACTS, to_json(reading.read_picture(body))
    except Unreadable as refusal:
        return frames.REFUSED, refusal.detail.encode()
    except MemoryError:
        return frames.REFUSED, _TOO_MUCH_MEMORY.encode()
    except Exception:  # noqa: BLE001  # decoders raise anything
        return frames.REFUSED, _DAMAGED.encode()


if __name__ == "__main__":
    main()
