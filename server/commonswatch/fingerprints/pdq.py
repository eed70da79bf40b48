"""PDQ of a grey picture, as every door of the product makes it; decoding is in greys.py. Numpy, or C where it is built.

After its description (Meta, ThreatExchange, `hashing/hashing.pdf`): two running means along rows and columns, 64 x 64
of the values, the cosine transform, and for each of 16 x 16 waves whether it is above the median. The means and the
choice of values are linear and separable, so they are one matrix for each side, ``A = R_h . Y . R_w^T``, with 64
narrow rows: each pixel is touched once.

All is counted in whole numbers: grey has 8 bits, the weights of a sample 14, samples 8 before and 8 after the point,
the transform 14. No sum needs more than 53 bits, so the order of adding does not matter: the kernel (native/pdq.c),
the twin below and the extension (extension/src/shared/pdq.js) give the same bits on every machine. From `pdqhash`,
which adds rounded numbers, it differs by what the rounding of grey moves: docs/fingerprints.md has the figures.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from commonswatch.native import pdq as kernel

SMALLEST = 5  # pixels; a side below which nothing can be told
SAMPLES = 64  # a side of what is transformed
WAVES = 16  # a side of what is left of it
_UNIT = 1 << 14  # of the weights, and of the transform
_FINE = 1 << 40  # of a share, before weights are rounded
_PER_CENT = 255 << 8  # the largest step between samples

Grey = npt.NDArray[np.uint8]
_Window = Callable[[int], tuple[int, int]]

TURNS = ("upright", "left", "upside down", "right", "mirrored down", "mirrored across", "transposed", "transverse")
"""How the picture of each of the eight hashes is turned, in the order of PDQ's own ``dihedral`` functions."""
_TURNS = np.array(  # rows and columns changed over, mirrored down, mirrored across
    [[0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 1, 1]], np.uint8
)


@dataclass(frozen=True)
class Hashes:
    """What is known of a picture's shapes. ``dihedral`` has the hash itself first, or nothing if not asked for."""

    bits: bytes
    quality: int  # 0 to 100
    dihedral: tuple[bytes, ...]
    samples: npt.NDArray[np.uint16]  # 64 x 64, 256 a shade of grey


class Band(NamedTuple):
    """One narrow matrix: where the weights of each of 64 samples start, and the weights, adding up to 2^14."""

    starts: npt.NDArray[np.int32]
    weights: npt.NDArray[np.int16]


class Size(NamedTuple):
    """Of a picture as it is in its file, and how many of its pixels, in a row, are one of those that were decoded."""

    width: int
    height: int
    scale: int = 1


def hashes_of(grey: Grey, size: Size | None = None, *, dihedral: bool = False) -> Hashes:
    """Hash rows of grey bytes, by the kernel if it is there. ``size`` where they were decoded at a smaller scale."""
    return _hashes(grey, size, dihedral, with_kernel=kernel.is_there())


def twin(grey: Grey, size: Size | None = None, *, dihedral: bool = False) -> Hashes:
    """The same without the kernel."""
    return _hashes(grey, size, dihedral, with_kernel=False)


def _hashes(grey: Grey, size: Size | None, dihedral: bool, *, with_kernel: bool) -> Hashes:
    width, height, scale = size or Size(grey.shape[1], grey.shape[0])
    turns = _TURNS if dihedral else _TURNS[:1]
    if min(grey.shape) < SMALLEST:
        return Hashes(bytes(32), 0, (bytes(32),) * len(turns), np.zeros((SAMPLES, SAMPLES), np.uint16))
    if grey.strides[1] != 1 or grey.strides[0] < grey.shape[1]:
        grey = np.ascontiguousarray(grey)
    rows, columns = band(height, scale), band(width, scale)
    if with_kernel:
        samples, made, quality = kernel.hashes(grey, rows, columns, BASIS, turns)
        found = tuple(made[start : start + 32] for start in range(0, len(made), 32))
    else:
        samples = _samples(grey, rows, columns)
        waves, quality = _waves(samples), _quality(samples)
        found = tuple(_hash(_turned(waves, *map(bool, flags))) for flags in turns)
    return Hashes(found[0], quality, found if dihedral else (), samples)


@functools.lru_cache(maxsize=4096)
def band(side: int, scale: int = 1) -> Band:
    """The weights for a side of so many pixels; what they are is exact, and the same in pdq.js.

    Of a picture decoded at a smaller scale, each pixel has the weights of those it is the mean of, so that samples stay
    where they were: halving the picture and then sampling it would move them by up to a pixel.
    """
    full = _full_band(side)
    return full if scale == 1 else _scaled(full, side, scale)


def _scaled(full: Band, side: int, scale: int) -> Band:
    reach = (full.weights.shape[1] + 2 * scale - 2) // scale
    starts = np.minimum(full.starts // scale, -(-side // scale) - reach).astype(np.int32)
    weights = np.zeros((SAMPLES, reach), np.int16)
    pixels = (full.starts[:, None] + np.arange(full.weights.shape[1])) // scale - starts[:, None]
    np.add.at(weights, (np.arange(SAMPLES)[:, None], pixels), full.weights)
    return Band(starts, weights)


def _full_band(side: int) -> Band:
    size = (side + 2 * SAMPLES - 1) // (2 * SAMPLES)
    ahead = (size + 2) // 2 - 1

    def window(at: int) -> tuple[int, int]:
        return max(0, at + ahead + 1 - size), min(side, at + ahead + 1)

    reach = window(window(side // 2)[1] - 1)[1] - window(window(side // 2)[0])[0]
    starts = np.empty(SAMPLES, np.int32)
    weights = np.zeros((SAMPLES, reach), np.int16)
    inside: npt.NDArray[np.int16] | None = None
    for sample in range(SAMPLES):
        at = (2 * sample + 1) * side // (2 * SAMPLES)
        first, last = window(at)
        start, end = window(first)[0], window(last - 1)[1]
        is_inside = at - 2 * size >= 0 and at + 2 * size < side
        if inside is not None and is_inside:
            found = inside
        else:
            found = _weights_at(at, start, end, window)
            inside = found if is_inside else inside
        starts[sample] = min(start, side - reach)
        weights[sample, start - starts[sample] : end - starts[sample]] = found
    return Band(starts, weights)


def _weights_at(at: int, start: int, end: int, window: _Window) -> npt.NDArray[np.int16]:
    """A mean of means: each pixel's share, rounded; what rounding lost is given to the pixel in the middle."""
    shares = np.zeros(end - start, np.int64)
    first, last = window(at)
    for near in range(first, last):
        from_, to = window(near)
        shares[from_ - start : to - start] += _FINE // ((last - first) * (to - from_))
    weights: npt.NDArray[np.int16] = ((shares + _FINE // _UNIT // 2) // (_FINE // _UNIT)).astype(np.int16)
    weights[at - start] += _UNIT - int(weights.sum())
    return weights


def _basis() -> npt.NDArray[np.int16]:
    """16 x 64: the discrete cosine transform without its constant first row."""
    wave, sample = np.arange(1, WAVES + 1)[:, None], np.arange(SAMPLES)[None, :]
    cosines = np.cos(np.pi / (2 * SAMPLES) * wave * (2 * sample + 1))
    whole: npt.NDArray[np.int16] = np.floor(cosines * (np.sqrt(2 / SAMPLES) * _UNIT) + 0.5).astype(np.int16)
    return whole


BASIS = _basis()
_BASIS = BASIS.astype(np.float64)


def _samples(grey: Grey, rows: Band, columns: Band) -> npt.NDArray[np.uint16]:
    """In floating numbers, for which there is a fast product of matrices; no sum is too long for them."""
    reach = rows.weights.shape[1]
    of_rows = rows.weights.astype(np.float32)
    down = np.empty((SAMPLES, grey.shape[1]), np.float32)
    for sample, start in enumerate(rows.starts):
        np.dot(of_rows[sample], grey[start : start + reach].astype(np.float32), out=down[sample])
    narrow = np.floor((down + 32) / 64).astype(np.float64)
    reach = columns.weights.shape[1]
    both = np.empty((SAMPLES, SAMPLES), np.float64)
    for sample, start in enumerate(columns.starts):
        both[:, sample] = narrow[:, start : start + reach] @ columns.weights[sample].astype(np.float64)
    return np.floor((both + _UNIT // 2) / _UNIT).astype(np.uint16)


def _waves(samples: npt.NDArray[np.uint16]) -> npt.NDArray[np.float64]:
    return _BASIS @ samples.astype(np.float64) @ _BASIS.T


def _turned(waves: npt.NDArray[np.float64], swapped: bool, down: bool, across: bool) -> npt.NDArray[np.float64]:
    """Waves of the picture turned: odd waves change their sign in a mirror."""
    turned = (waves.T if swapped else waves).copy()
    if down:
        turned[::2] *= -1
    if across:
        turned[:, ::2] *= -1
    return turned


def _hash(waves: npt.NDArray[np.float64]) -> bytes:
    flat = waves.ravel()
    middle = np.partition(flat, flat.size // 2 - 1)[flat.size // 2 - 1]
    return np.packbits(flat > middle, bitorder="little").tobytes()[::-1]


def _quality(samples: npt.NDArray[np.uint16]) -> int:
    """How much there is to see: whole hundredths of the steps between neighbours."""
    values = samples.astype(np.int32)
    steps = (np.abs(np.diff(values, axis=axis)) * 100 // _PER_CENT for axis in (0, 1))
    return min(100, int(sum(int(one.sum()) for one in steps)) // 90)
