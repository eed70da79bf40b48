"""Rice coding: strictly ascending whole numbers as a stream of bits, written and read with numpy.

The numbers are 64-bit; all are below 2^48 [docs/watch-list.md].
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonswatch.watch_list.refused import Refused, Why, need

Numbers: TypeAlias = npt.NDArray[np.uint64]

MOST_LOW_BITS = 48
MOST_QUOTIENT = 2**20
_WINDOW = 2**18  # bytes looked through at once: twice the longest quotient


def best_k(numbers: Numbers) -> int:
    """The parameter with the shortest stream; of equal ones the smallest."""
    mean = (int(numbers[-1]) + 1) // len(numbers) if len(numbers) else 1
    guess = max(0, mean.bit_length() - 1)
    near = [k for k in (guess - 1, guess, guess + 1) if 0 <= k <= MOST_LOW_BITS]
    differences = _differences(numbers)
    return min(near, key=lambda k: int((differences >> np.uint64(k)).sum()) + len(numbers) * (k + 1))


def write_ascending(numbers: Numbers, k: int) -> bytes:
    """The stream of the differences of ascending numbers, filled up to a whole byte with zeros."""
    if not len(numbers):
        return b""
    differences = _differences(numbers)
    quotients = (differences >> np.uint64(k)).astype(np.int64)
    ends = np.cumsum(quotients + (1 + k))
    zeros = ends - (1 + k)  # where the unary part of each ends
    bits = np.zeros(int(ends[-1]), np.uint8)
    bits[_runs(zeros - quotients, quotients)] = 1
    for bit in range(k):
        bits[zeros + (1 + bit)] = (differences >> np.uint64(bit)) & np.uint64(1)
    return np.packbits(bits, bitorder="little").tobytes()


def read_ascending(raw: bytes, start: int, k: int, count: int, below: int) -> tuple[Numbers, int]:
    """``count`` numbers, all smaller than ``below``, and the place of the byte behind. Raise Refused."""
    need(k <= MOST_LOW_BITS, "range")
    need(count * (k + 1) <= 8 * (len(raw) - start), "truncated")  # before anything is made for them
    zeros, failure = _find_zeros(raw, start, k, count)
    starts = np.concatenate((np.array([start * 8]), zeros[:-1] + (1 + k)))[: len(zeros)]
    numbers = _summed((zeros - starts).astype(np.uint64), _low_bits(raw, zeros + 1, k), k, below)
    if failure:
        raise Refused(failure)
    end = int(zeros[-1]) + 1 + k if count else start * 8
    unread = -end % 8
    need(not unread or raw[end >> 3] >> (8 - unread) == 0, "rest")
    return numbers, (end + unread) // 8


def _differences(numbers: Numbers) -> Numbers:
    """The first as it is, each further one minus its predecessor minus 1."""
    differences = numbers.copy()
    differences[1:] -= numbers[:-1] + np.uint64(1)
    return differences


def _runs(starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """All places of runs that begin at ``starts``."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def _find_zeros(raw: bytes, start: int, k: int, count: int) -> tuple[npt.NDArray[np.int64], Why | None]:
    """The place of the zero behind each quotient, up to the first number that cannot be read, and why not."""
    zeros: list[int] = []
    at, last = start * 8, len(raw) * 8
    while len(zeros) < count:
        first = at // 8 * 8
        found, at = _zeros_in_window(raw[first // 8 : first // 8 + _WINDOW], at - first, k, count - len(zeros))
        zeros += [first + zero for zero in found]
        at += first
        if not found:  # no zero in all of the window: too many ones, or the end
            failure: Why = "range" if min(last, first + _WINDOW * 8) - at > MOST_QUOTIENT else "truncated"
            return np.array(zeros, np.int64), failure
    places = np.array(zeros, np.int64)
    quotients = np.diff(places, prepend=start * 8 - 1 - k) - (1 + k)
    return _up_to_failure(places, quotients > MOST_QUOTIENT, places + 1 + k > last)


def _zeros_in_window(window: bytes, at: int, k: int, most: int) -> tuple[list[int], int]:
    """Zeros behind quotients that begin at bit ``at``, and where the next one begins."""
    bits = np.unpackbits(np.frombuffer(window, np.uint8), bitorder="little")
    places = np.where(bits == 0, np.arange(len(bits), dtype=np.int32), np.int32(len(bits)))
    next_zero = np.ascontiguousarray(np.minimum.accumulate(places[::-1])[::-1]).data
    found: list[int] = []
    while at < len(bits) and len(found) < most and (zero := next_zero[at]) < len(bits):
        found.append(zero)
        at = zero + 1 + k
    return found, at


def _up_to_failure(
    zeros: npt.NDArray[np.int64], too_large: npt.NDArray[np.bool_], cut_off: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], Why | None]:
    if not (too_large | cut_off).any():
        return zeros, None
    first = int(np.argmax(too_large | cut_off))
    return zeros[:first], "range" if too_large[first] else "truncated"


def _low_bits(raw: bytes, places: npt.NDArray[np.int64], k: int) -> Numbers:
    """The ``k`` bits at each place: 8 bytes from its own one on hold them, since k is at most 48."""
    if k == 0 or not len(places):
        return np.zeros(len(places), np.uint64)
    padded = np.frombuffer(raw + bytes(8), np.uint8)
    eights = np.lib.stride_tricks.sliding_window_view(padded, 8)[places >> 3]
    words: Numbers = np.ascontiguousarray(eights).view("<u8").ravel().astype(np.uint64)
    words >>= (places & 7).astype(np.uint64)
    words &= np.uint64((1 << k) - 1)
    return words


def _summed(quotients: Numbers, low_bits: Numbers, k: int, below: int) -> Numbers:
    """From differences to numbers. What is too large shows before a sum of 64 bits could run over."""
    need(not (quotients > np.uint64(below >> k)).any(), "range")
    numbers: Numbers = np.cumsum((quotients << np.uint64(k)) + low_bits + np.uint64(1), dtype=np.uint64)
    numbers -= np.uint64(1)
    need(not (numbers >= np.uint64(below)).any(), "range")
    return numbers
