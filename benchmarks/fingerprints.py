"""``python -m benchmarks.fingerprints``: PDQ of JPEGs beside its peers, in one process, in turn, on one core.

Pictures are real photographs of installed packages (``benchmarks.photographs``), made 1024 x 768, 4000 x 3000 (with the
grain of a camera, which enlarging took away) and 224 x 224, quality 88. Processor seconds, the median of the rounds for
each picture. Drift is the distance from `pdqhash` of the full decode, of pictures with a quality of at least 50. Ours
counts everything the product does for a picture of a dataset: its kind, EXIF, all eight orientations. The last
lines are one JSON object for each figure; the exit code is 1 if a bar was missed.
"""

import argparse
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from commonswatch.fingerprints import PicturePool, greys, pdq, reading
from commonswatch.native import pdq as kernel
from PIL import Image, ImageOps

from benchmarks.photographs import photographs

SIZES = {"1024x768": ((1024, 768), 24, 5), "4000x3000": ((4000, 3000), 10, 3), "224x224": ((224, 224), 24, 9)}
PEER = "threatexchange"
BARS = {
    ("kernel", "1024x768"): 9,
    ("twin", "1024x768"): 6,
    ("kernel", "4000x3000"): 8,
    ("twin", "4000x3000"): 4,
    ("kernel, scaled", "4000x3000"): 10,
}
MOST_DRIFT = {"kernel": 4, "twin": 4, "kernel, scaled": 10}
ONE_THREAD = "OPENBLAS_NUM_THREADS"

Hash = tuple[bytes, int] | None


@dataclass
class Side:
    """One way to hash a JPEG, and what it took for each picture."""

    name: str
    make: Callable[[bytes], Hash]
    spent: list[float] = field(default_factory=list)  # seconds a picture
    drift: list[int] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)  # how far off


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--core", type=int, default=0)
    chosen = parser.parse_args()
    if ONE_THREAD not in os.environ:  # numpy asks for it when it is imported
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.fingerprints", *sys.argv[1:]], _alone())
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {chosen.core})
    found = photographs()
    print(
        f"{len(found)} photographs; load {os.getloadavg()[0]:.1f}; kernel {'built' if kernel.is_there() else 'absent'}"
    )
    figures = [figure for name, of in SIZES.items() for figure in _figures(name, of, found)]
    figures += _pool_figures(found)
    for figure in figures:
        print(json.dumps(figure))
    sys.exit(0 if all(figure.get("reached", True) for figure in figures) else 1)


def _alone() -> dict[str, str]:
    return {**os.environ, ONE_THREAD: "1", "OMP_NUM_THREADS": "1"}


def pictures(found: list[Path], size: tuple[int, int], most: int) -> list[bytes]:
    """JPEGs of that size; those of largest files first."""
    grain = np.random.default_rng(20261123)
    made = []
    for path in sorted(found, key=lambda one: -one.stat().st_size)[:most]:
        with Image.open(path) as opened:
            picture = ImageOps.fit(opened.convert("RGB"), size, Image.Resampling.LANCZOS)
            if opened.width * opened.height < size[0] * size[1]:
                pixels = np.asarray(picture).astype(np.int16)
                noise = np.rint(grain.normal(0, 3, (*size[::-1], 1))).astype(np.int16)
                picture = Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=88)
        made.append(written.getvalue())
    return made


def _sides() -> list[Side]:
    import imagehash
    import pdqhash
    import simplejpeg
    from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

    def peer(data: bytes) -> Hash:
        bits, quality = pdq_from_bytes(data)
        return bytes.fromhex(bits), quality

    def plain(data: bytes) -> Hash:
        bits, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
        return np.packbits(bits).tobytes(), quality

    def phash(data: bytes) -> Hash:
        imagehash.phash(Image.open(io.BytesIO(data)))

    def floor(data: bytes) -> Hash:
        simplejpeg.decode_jpeg(data, "GRAY")

    def ours(data: bytes) -> Hash:
        made = reading.hash_picture(data, scaled=False)
        return made.bits, made.quality

    def scaled(data: bytes) -> Hash:
        made = reading.hash_picture(data, scaled=True)
        return made.bits, made.quality

    def twin(data: bytes) -> Hash:
        made = pdq.twin(greys.decoded(data, greys.opened(data)).grey, dihedral=True)
        return made.bits, made.quality

    own = [("kernel", ours), ("kernel, scaled", scaled)] if kernel.is_there() else []
    named = [(PEER, peer), ("Pillow + pdqhash", plain), ("imagehash.phash", phash), ("grey decode only", floor)]
    return [Side(name, make) for name, make in [*named, *own, ("twin", twin)]]


def _figures(size: str, of: tuple[tuple[int, int], int, int], found: list[Path]) -> Iterator[dict]:
    pixels, most, rounds = of
    sides = _sides()
    files = pictures(found, pixels, most)
    for data in files:
        _measure(sides, data, rounds)
    average = sum(map(len, files)) / len(files) / 1000
    print(f"\n{size}: {len(files)} photographs of {average:.0f} KB, {rounds} rounds")
    print(f"{'':20}{'ms':>9}{'a second':>10}{'ratio':>8}{'drift: median, most':>22}{'quality off by':>16}")
    peer = sum(sides[0].spent)
    for side in sides:
        yield _figure(side, size, peer / sum(side.spent))


def _measure(sides: list[Side], data: bytes, rounds: int) -> None:
    spent: dict[str, list[float]] = {side.name: [] for side in sides}
    made: dict[str, Hash] = {}
    for turn in range(rounds + 1):
        for side in sides:
            began = time.process_time()
            made[side.name] = side.make(data)
            if turn:  # the first one only warms up
                spent[side.name].append(time.process_time() - began)
    reference = made["Pillow + pdqhash"]
    for side in sides:
        side.spent.append(statistics.median(spent[side.name]))
        hashed = made[side.name]
        if hashed and reference and reference[1] >= 50:
            side.drift.append((int.from_bytes(hashed[0]) ^ int.from_bytes(reference[0])).bit_count())
            side.quality.append(abs(hashed[1] - reference[1]))


def _figure(side: Side, size: str, ratio: float) -> dict:
    milliseconds = 1000 * sum(side.spent) / len(side.spent)
    figure = {"figure": f"pdq {side.name} {size}", "ms": round(milliseconds, 3), "ratio": round(ratio, 2)}
    line = f"{side.name:20}{milliseconds:9.2f}{1000 / milliseconds:10.0f}{ratio:8.2f}"
    if side.drift:
        figure |= {"drift_median": statistics.median(side.drift), "drift_most": max(side.drift)}
        figure |= {"quality_off": max(side.quality), "pictures": len(side.drift)}
        line += f"{statistics.median(side.drift):>15g}, {max(side.drift):<5}{max(side.quality):>16}"
    print(line)
    bar = BARS.get((side.name, size))
    if bar:
        figure |= {"bar": bar, "reached": ratio >= bar and max(side.drift) <= MOST_DRIFT[side.name]}
    return figure


def _pool_figures(found: list[Path]) -> Iterator[dict]:
    """What the child process costs: passed seconds by one child beside those in this process, in turn."""
    print("\nby a child process, passed time beside the same in this process")
    with PicturePool(1) as pool:
        for size, ((pixels, most, _), copies) in zip(SIZES, zip(SIZES.values(), (4, 1, 30), strict=True), strict=True):
            files = pictures(found, pixels, most) * copies
            pool.hash_many(files[:2])
            ratios = []
            for _ in range(5):
                began = time.perf_counter()
                for data in files:
                    reading.hash_picture(data, scaled=False)
                between = time.perf_counter()
                pool.hash_many(files)
                ratios.append((time.perf_counter() - between) / (between - began))
            cost = statistics.median(ratios)
            print(f"{size:20}{cost:9.2f} times")
            yield {"figure": f"pdq by a child {size}", "times": round(cost, 3), "pictures": len(files)}


if __name__ == "__main__":
    main()
