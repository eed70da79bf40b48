"""A program for paths → how their first part and their second may start: most forms are told apart by that."""

from collections.abc import Iterable, Iterator, Sequence

from commonswatch.manifests.kernel.programs import (
    ALL_BYTES,
    END,
    JUMP,
    LITERAL,
    RUN,
    RUN_ALL,
    SAME,
    SET,
    SPLIT,
    WORDS,
    Pool,
    length_of,
)

Starts = tuple[set[int], set[int]]

SLASH = ord("/")

_BEFORE, _WITHIN, _BEHIND = range(3)  # in the slashes before the first part, in it, in those behind it
_ENOUGH = 5  # bytes of a run that lead from anywhere to anywhere else


def openings(code: Sequence[int], start: int, pool: Pool) -> Starts:
    """What the first part may start with, and the second; a slash where there may be none."""
    finder = _Finder(code, pool)
    finder.go(start, _BEFORE)
    return finder.starts


def anything() -> Starts:
    """What a path may start with of which nothing is known."""
    return set(ALL_BYTES), set(ALL_BYTES)


class _Finder:
    """Goes all ways through a program. It counts nothing: it may find too much, never too little."""

    def __init__(self, code: Sequence[int], pool: Pool) -> None:
        self.starts: Starts = (set(), set())
        self._code, self._pool = code, pool
        self._seen: set[tuple[int, int]] = set()

    def go(self, at: int, place: int) -> None:
        """On from a step."""
        if (at, place) in self._seen:
            return
        self._seen.add((at, place))
        word, *more = self._code[at : at + 4]
        after = at + length_of(self._code, at)
        if word == END:
            for starts in self.starts[place > _BEFORE :]:
                starts.add(SLASH)
        for classes in self._ways(word, at, after):
            self._read(classes, after, place)
        if word in (JUMP, SPLIT):
            self.go(more[0] if word == JUMP else more[1], place)
        if word not in (END, JUMP, LITERAL, WORDS, SET) and (word not in (RUN, RUN_ALL, SAME) or more[1] == 0):
            self.go(after, place)

    def _ways(self, word: int, at: int, after: int) -> Iterator[Iterable[frozenset[int]]]:
        """What a step may read: the classes of bytes behind each other."""
        if word in (LITERAL, WORDS):
            for number in range(at + 1 + (word == WORDS), after, 2):
                place, length = self._code[number : number + 2]
                yield [frozenset([byte]) for byte in self._pool.letters[place : place + length]]
        elif word in (SET, RUN, RUN_ALL, SAME):
            for count in range(1, 2 if word == SET else _ENOUGH):
                yield [self._pool.classes[self._code[at + 1]]] * count

    def _read(self, classes: Iterable[frozenset[int]], after: int, place: int) -> None:
        places = {place}
        for members in classes:
            places = {to for one in places for to in self._next(members, one)}
        for to in places:
            self.go(after, to)

    def _next(self, members: frozenset[int], place: int) -> Iterator[int]:
        others = members - {SLASH}
        if SLASH in members:
            yield _BEHIND if place else _BEFORE
        if others and place != _WITHIN:
            self.starts[place == _BEHIND].update(others)
        if others and place != _BEHIND:
            yield _WITHIN
