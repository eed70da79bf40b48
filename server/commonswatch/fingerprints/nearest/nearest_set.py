"""The set: a large segment that stays, a smaller one of what was added later, and what was added last.

Adding and removing take effect at once and rebuild nothing large: what is new is kept as a short list and compared
one by one; when that is full it becomes, with the smaller segment, the next smaller segment. What is removed is marked.
``save`` writes all of it as one large segment. Searching never waits: it sees the set before or after a change, and
while a number is replaced, at least one of its fingerprints.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, overload

import numpy as np

from commonswatch.fingerprints.nearest import files
from commonswatch.fingerprints.nearest.bands import FARTHEST, bands_for
from commonswatch.fingerprints.nearest.files import NO_MARK, Mark
from commonswatch.fingerprints.nearest.segment import BYTES, Bits, Finds, Numbers, Segment
from commonswatch.fingerprints.nearest.twin import distances
from commonswatch.native import nearest as kernel

LONGEST_LIST = 4096

Near = list[tuple[int, int]]
"""Numbers and their distances, the nearest first."""


class Turned(NamedTuple):
    """A find for one of several hashes of a picture; ``turn`` is that hash's place."""

    number: int
    distance: int
    turn: int


@dataclass(frozen=True)
class _Parts:
    """What there is to search; replaced as a whole."""

    large: Segment
    small: Segment
    numbers: Numbers  # the list
    bits: Bits

    def __len__(self) -> int:
        return sum(part.count - part.removed for part in (self.large, self.small)) + len(self.numbers)


class NearestSet:
    """Numbers with their fingerprints. Not ``compiled``: by the kernel's twin, also where there is a kernel."""

    def __init__(self, *, compiled: bool = True) -> None:
        self._library = kernel.kernel() if compiled else None
        self._change = threading.Lock()
        self._parts = self._of(self._segment(_NO_NUMBERS, _NO_BITS))
        self.mark = NO_MARK

    @classmethod
    def open(cls, path: Path, *, compiled: bool = True) -> "NearestSet":
        """The set in a file, mapped read-only; raise Refused for one that is damaged, and what ``Path.open`` raises."""
        opened = cls(compiled=compiled)
        large, opened.mark = files.read(path, opened._library)
        opened._parts = opened._of(large)
        return opened

    @classmethod
    def of(cls, numbers: Numbers, bits: Bits, mark: Mark = NO_MARK, *, compiled: bool = True) -> "NearestSet":
        """A set of many fingerprints at once."""
        made = cls(compiled=compiled)
        made._parts = made._of(made._segment(*_checked(numbers, bits)))
        made.mark = mark
        return made

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def added(self) -> int:
        """How many fingerprints are not in the large segment."""
        parts = self._parts
        return parts.small.count + len(parts.numbers)

    def add(self, numbers: Numbers, bits: Bits) -> None:
        """Add fingerprints; a number may have several."""
        self.replace(_NO_NUMBERS, numbers, bits)

    def remove(self, numbers: Numbers) -> None:
        """Remove all fingerprints of these numbers; those that are not there do not matter."""
        self.replace(numbers, _NO_NUMBERS, _NO_BITS)

    def replace(self, old: Numbers, numbers: Numbers, bits: Bits) -> None:
        """Remove the fingerprints of the old numbers and add new ones, without a moment in which both are missing."""
        old = np.asarray(old, dtype=np.uint64)
        numbers, bits = _checked(numbers, bits)
        with self._change:
            parts = self._parts
            kept = ~np.isin(parts.numbers, old)
            listed = np.concatenate([parts.numbers[kept], numbers])
            new = replace(parts, numbers=listed, bits=np.concatenate([parts.bits[kept], bits]))
            self._parts = new if len(listed) <= LONGEST_LIST else self._sorted_in(new, old)
            for part in (parts.large, parts.small):
                part.remove(old)

    def save(self, path: Path, mark: Mark) -> None:
        """Write everything into a file, aside and then into place; this set goes on with what it has."""
        parts = self._parts
        numbers, bits = _all_of(parts)
        bands = bands_for(len(numbers), compiled=self._library is not None)
        files.write(path, numbers, bits, bands, mark, self._library)

    @overload
    def within(self, bits: bytes, limit: int = ...) -> Near: ...

    @overload
    def within(self, bits: Bits, limit: int = ...) -> list[Near]: ...

    def within(self, bits: "bytes | Bits", limit: int = FARTHEST) -> "Near | list[Near]":
        """The numbers within ``limit`` (at most 31) of a fingerprint; for many fingerprints, one answer each."""
        if not 0 <= limit <= FARTHEST:
            raise ValueError("only up to 31 bits are searched")
        if isinstance(bits, bytes):
            (answer,) = self._search(np.frombuffer(bits, dtype=np.uint8).reshape(1, BYTES), limit)
            return answer
        return self._search(_questions(bits), limit)

    def within_any(self, hashes: Sequence[bytes], limit: int = FARTHEST) -> list[Turned]:
        """The numbers within ``limit`` of one of a picture's hashes, such as the eight of its turns and mirrors.

        Each number once, with the hash that is nearest.
        """
        if not hashes:
            return []
        return nearest_turns(self.within(np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, BYTES), limit))

    def _search(self, queries: Bits, limit: int) -> list[Near]:
        parts = self._parts
        answers: list[Near] = [[] for _ in range(len(queries))]
        for numbers, finds in self._finds(parts, queries, limit):
            if not len(finds.positions):
                continue
            found = list(zip(numbers[finds.positions].tolist(), finds.distances.tolist(), strict=True))
            ends = [0, *finds.ends.tolist()]
            for asked in np.flatnonzero(np.diff(finds.ends, prepend=0)).tolist():
                answers[asked] += found[ends[asked] : ends[asked + 1]]
        return [_nearest_first(answer) if len(answer) > 1 else answer for answer in answers]

    def _finds(self, parts: _Parts, queries: Bits, limit: int) -> Iterator[tuple[Numbers, Finds]]:
        for part in (parts.large, parts.small):
            if part.count:
                yield part.numbers, part.search(queries, limit)
        if len(parts.numbers):
            yield parts.numbers, self._compare(parts.bits, queries, limit)

    def _compare(self, bits: Bits, queries: Bits, limit: int) -> Finds:
        """Compare all of the list."""
        if self._library:
            return Finds(*kernel.scan(self._library, bits, queries, limit))
        words, near = bits.view("<u8"), []
        for query in queries.view("<u8"):
            apart = distances(words, query)
            positions = np.flatnonzero(apart <= limit).astype(np.uint32)
            near.append((positions, apart[positions]))
        ends = np.cumsum([len(positions) for positions, _ in near], dtype=np.uint64)
        return Finds(ends, np.concatenate([one for one, _ in near]), np.concatenate([one for _, one in near]))

    def _sorted_in(self, parts: _Parts, old: Numbers) -> _Parts:
        """The list becomes part of the small segment; without what was removed from that."""
        small = parts.small
        kept = small.alive() & ~np.isin(small.numbers, old)
        numbers = np.concatenate([small.numbers[kept], parts.numbers])
        grown = self._segment(numbers, np.concatenate([small.bits[kept], parts.bits]))
        return _Parts(parts.large, grown, _NO_NUMBERS, _NO_BITS)

    def _segment(self, numbers: Numbers, bits: Bits) -> Segment:
        bands = bands_for(len(numbers), compiled=self._library is not None)
        return Segment.build(numbers, bits, bands, self._library)

    def _of(self, large: Segment) -> _Parts:
        return _Parts(large, self._segment(_NO_NUMBERS, _NO_BITS), _NO_NUMBERS, _NO_BITS)


def nearest_turns(answers: Sequence[Near]) -> list[Turned]:
    """The answers for each hash of one picture as one: each number once, with the hash that is nearest."""
    best: dict[int, Turned] = {}
    for turn, near in enumerate(answers):
        for number, distance in near:
            if number not in best or distance < best[number].distance:
                best[number] = Turned(number, distance, turn)
    return sorted(best.values(), key=lambda one: (one.distance, one.turn, one.number))


_NO_NUMBERS: Numbers = np.empty(0, dtype=np.uint64)
_NO_BITS: Bits = np.empty((0, BYTES), dtype=np.uint8)


def _checked(numbers: Numbers, bits: Bits) -> tuple[Numbers, Bits]:
    numbers = np.ascontiguousarray(numbers, dtype=np.uint64)
    bits = np.ascontiguousarray(bits, dtype=np.uint8)
    if numbers.shape != (len(numbers),) or bits.shape != (len(numbers), BYTES):
        raise ValueError("each number needs 256 bits")
    return numbers, bits


def _questions(bits: Bits) -> Bits:
    bits = np.ascontiguousarray(bits, dtype=np.uint8)
    if bits.size % BYTES or bits.ndim not in (1, 2):
        raise ValueError("a fingerprint has 256 bits")
    return bits.reshape(-1, BYTES)


def _all_of(parts: _Parts) -> tuple[Numbers, Bits]:
    """All numbers and fingerprints that were not removed."""
    kept = [(part.numbers[alive], part.bits[alive]) for part in (parts.large, parts.small) for alive in (part.alive(),)]
    kept.append((parts.numbers, parts.bits))
    return np.concatenate([numbers for numbers, _ in kept]), np.concatenate([bits for _, bits in kept])


def _nearest_first(found: Near) -> Near:
    """Each number once, by its nearest fingerprint."""
    best: dict[int, int] = {}
    for number, distance in sorted(found, key=lambda one: one[1]):
        best.setdefault(number, distance)
    return list(best.items())
