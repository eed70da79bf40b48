"""How many bits of a PDQ hash the watch list must carry: `python -m benchmarks.picture_bits`.

Pictures are windows of real photographs (benchmarks/photographs.py). *Wrong ones*: two windows of different photographs
whose shipped bits differ in at most the threshold, reckoned up to a list of a million. *Misses*: two renderings of one
window whose whole hashes differ by 28 to 31 bits (made by resizing, JPEG, blur, brightness, small crops) but whose
shipped bits differ by more than the threshold. Printed is, for each number and choice of bits, the lowest threshold
that misses at most 0.1 %, and what it finds wrongly. Which bits repeat each other least is learned from every other
photograph; all choices are judged by the rest. One line of JSON a row at the end.
"""

import io
import json
import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from commonswatch.fingerprints.pdq import hashes_of
from PIL import Image, ImageEnhance, ImageFilter

from benchmarks.photographs import photographs

Bits = npt.NDArray[np.uint8]

WINDOWS = 800  # of each photograph
RENDERINGS = 40  # of each of some windows
_LEAST_QUALITY = 50
_MOST_MISSES = 0.001
_LINE = "{bits:4} {choice:12} threshold {threshold:3}  misses {misses:.4%}  wrong at a million {wrong:.4f}"
_MILLION = 1_000_000


def main() -> None:
    photos = photographs()
    if len(photos) < 20:
        sys.exit("Too few photographs on this machine: benchmarks/photographs.py says which packages ship some.")
    random = np.random.default_rng(1)
    pictures = [[hash_of(window) for window in windows(path, random)] for path in photos]
    hashes = [np.array([one for one in those if one is not None], np.uint8).reshape(-1, 256) for those in pictures]
    near = near_pairs(photos, random)
    print(
        f"{len(photos)} photographs, {sum(map(len, hashes))} windows of quality ≥ {_LEAST_QUALITY}, {len(near)} pairs"
    )
    order = independent(np.concatenate(hashes[::2]))
    print("least alike first:", bytes(order[:128].astype(np.uint8)).hex())
    rows = []
    for count in (64, 96, 128, 160, 192, 256):
        for choice, places in choices(count, order).items():
            rows.append(row(count, choice, places, near, hashes[1::2]))
            print(_LINE.format(**rows[-1]), flush=True)
    for one in rows:
        print(json.dumps({"figure": "picture-bits", **one}))


def row(count: int, choice: str, places: npt.NDArray[np.int64], near: Bits, hashes: list[Bits]) -> dict[str, object]:
    apart = near[:, places].sum(axis=1)
    threshold = next(limit for limit in range(32) if (apart > limit).mean() <= _MOST_MISSES)
    wrong = wrong_ones([those[:, places] for those in hashes], threshold)
    return {
        "bits": count,
        "choice": choice,
        "threshold": threshold,
        "misses": float((apart > threshold).mean()),
        "wrong": wrong,
    }


def windows(path, random) -> Iterator[Image.Image]:
    picture = Image.open(path)
    picture.draft("RGB", (1600, 1600))
    picture = picture.convert("RGB")
    picture.thumbnail((1600, 1600))
    for _ in range(WINDOWS):
        side = random.uniform(0.15, 0.6)
        wide, high = int(picture.width * side), int(picture.height * side * random.uniform(0.7, 1.3)) or 1
        high = min(high, picture.height)
        left, top = random.integers(0, picture.width - wide + 1), random.integers(0, picture.height - high + 1)
        yield picture.crop((left, top, left + wide, top + high))


def hash_of(picture: Image.Image) -> Bits | None:
    found = hashes_of(np.asarray(picture.convert("L")))
    return np.unpackbits(np.frombuffer(found.bits, np.uint8)) if found.quality >= _LEAST_QUALITY else None


def near_pairs(photos, random) -> Bits:
    """Which bits differ, for pairs of renderings 28 to 31 bits apart."""
    found = []
    for path in photos:
        for window in list(windows(path, random))[:6]:
            plain = hash_of(window)
            if plain is None:
                continue
            for _ in range(RENDERINGS * 5):
                other = hash_of(rendering(window, random))
                if other is not None and 28 <= (apart := plain ^ other).sum() <= 31:
                    found.append(apart)
    return np.array(found)


def rendering(window: Image.Image, random) -> Image.Image:
    """The window smaller, blurred, brighter, packed more tightly, or cut a little at its edges."""
    cut = random.uniform(0, 0.012, 4)
    wide, high = window.size
    other = window.crop((int(wide * cut[0]), int(high * cut[1]), int(wide * (1 - cut[2])), int(high * (1 - cut[3]))))
    if random.random() < 0.5:
        small = random.uniform(0.1, 0.5)
        other = other.resize((max(48, int(wide * small)), max(48, int(high * small))))
    if random.random() < 0.3:
        other = other.filter(ImageFilter.GaussianBlur(random.uniform(1, 4)))
    if random.random() < 0.3:
        other = ImageEnhance.Brightness(other).enhance(random.uniform(0.6, 1.6))
    packed = io.BytesIO()
    other.save(packed, "JPEG", quality=int(random.integers(5, 60)))
    return Image.open(packed)


def choices(count: int, order: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """Which bits: spread evenly, the coarse ones, the fine ones, or those that repeat each other least."""
    at = np.arange(256)
    fine = np.argsort(at // 16 + at % 16, kind="stable")  # the first bit is that of the highest frequencies
    return {
        "spread": np.array([bit * 8 % 256 + bit // 32 for bit in range(count)]),
        "coarse": fine[::-1][:count],
        "fine": fine[:count],
        "independent": order[:count],
    }


def independent(bits: Bits) -> npt.NDArray[np.int64]:
    """All bits, each the one that is least correlated with those before it."""
    likeness = np.corrcoef(bits.T.astype(np.float32)) ** 2
    chosen = [int(likeness.sum(axis=0).argmin())]
    total = likeness[chosen[0]].copy()
    while len(chosen) < 256:
        total[chosen] = np.inf
        chosen.append(int(total.argmin()))
        total = total + likeness[chosen[-1]]
    return np.array(chosen)


def wrong_ones(hashes: list[Bits], threshold: int) -> float:
    """Expected entries of a million that are wrongly found for one picture of another photograph."""
    words = [np.ascontiguousarray(np.packbits(those, axis=1)).view(np.uint32) for those in hashes]
    wrong = pairs = 0
    for number, those in enumerate(words):
        rest = np.concatenate(words[number + 1 :]) if number + 1 < len(words) else words[0][:0]
        for one in those:
            wrong += int((np.bitwise_count(rest ^ one).sum(axis=1, dtype=np.uint16) <= threshold).sum())
        pairs += len(those) * len(rest)
    return wrong / pairs * _MILLION


if __name__ == "__main__":
    main()
