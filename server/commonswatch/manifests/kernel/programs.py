"""Trees of expressions → the small programs that `native/scan.c` runs. The words of a program are listed there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonswatch.manifests.kernel.expressions import (
    UNBOUNDED,
    Choice,
    Field,
    Letters,
    NotCompiled,
    Repeated,
    Row,
    Text,
    Tree,
    read_expression,
    spellings,
    without_fields,
)

END, LITERAL, SET, RUN, RUN_ALL, SAME, SPLIT, JUMP, SAVE, WORDS = range(10)

_STOPS_NEVER, _STOP, _MOST_RANGES = -2, -1, 4  # how the bytes of a run are known; else their class is looked at

_MOST_COPIES = 64
_MOST_GROUPS = 12
_SLASH = ord("/")
_LENGTHS = {END: 1, LITERAL: 3, SET: 3, RUN: 11, RUN_ALL: 11, SAME: 11, SPLIT: 4, JUMP: 2, SAVE: 2}
ALL_BYTES = frozenset(range(256))

First = tuple[frozenset[int], bool]  # the bytes something may start with; whether it may end there


@dataclass
class Pool:
    """Letters and classes of letters that programs point into."""

    letters: bytearray = field(default_factory=bytearray)
    classes: list[frozenset[int]] = field(default_factory=list)
    _places: dict[bytes, int] = field(default_factory=dict)
    _numbers: dict[frozenset[int], int] = field(default_factory=dict)

    def place(self, text: bytes) -> int:
        """Where some letters stand."""
        if text not in self._places:
            self._places[text] = len(self.letters)
            self.letters += text
        return self._places[text]

    def number(self, members: frozenset[int]) -> int:
        """The number of a class."""
        if members not in self._numbers:
            self._numbers[members] = len(self.classes)
            self.classes.append(members)
        return self._numbers[members]

    def table(self) -> bytes:
        """256 bytes for each class."""
        return b"".join(bytes(code in members for code in range(256)) for members in self.classes)


class Programs:
    """All programs of a book, one behind the other."""

    def __init__(self, pool: Pool) -> None:
        self.code: list[int] = []
        self._pool = pool

    def add(self, source: str, fields: Mapping[str, Any], kept: Collection[str]) -> tuple[int, list[str]]:
        """Compile an expression: where it starts, and the fields it captures, in order. Raises `NotCompiled`.

        Of the fields only those that are to be kept are captured.
        """
        tree = without_fields(read_expression(source, fields), kept)
        start, names = len(self.code), list[str]()
        try:
            self._emit(tree, names)
            if len(names) > _MOST_GROUPS:
                raise NotCompiled
        except NotCompiled:
            del self.code[start:]
            raise
        self.code.append(END)
        self._look_ahead(start)
        return start, names

    def _emit(self, tree: Tree, names: list[str]) -> None:
        match tree:
            case Text(text):
                self.code += [LITERAL, self._pool.place(text), len(text)]
            case Letters(members):
                self.code += [SET, self._pool.number(members), int(tree.is_wide)]
            case Row(parts):
                for part in parts:
                    self._emit(part, names)
            case Field(name, inner):
                group = len(names)
                names.append(name)
                self.code += [SAVE, 2 * group]
                self._emit(inner, names)
                self.code += [SAVE, 2 * group + 1]
            case Choice(ways):
                self._choose(ways, names)
            case Repeated(inner, least, most):
                self._repeat(inner, least, most, names)

    def _choose(self, ways: tuple[Tree, ...], names: list[str]) -> None:
        jumps = []
        steps = _joined(ways)
        for way in steps[:-1]:
            split = self._hole(SPLIT)
            self._emit_way(way, names)
            jumps.append(self._hole(JUMP))
            self.code[split + 2] = len(self.code)
        self._emit_way(steps[-1], names)
        for jump in jumps:
            self.code[jump + 1] = len(self.code)

    def _emit_way(self, way: Tree | list[bytes], names: list[str]) -> None:
        if not isinstance(way, list):
            self._emit(way, names)
            return
        self.code += [WORDS, len(way)]
        for word in way:
            self.code += [self._pool.place(word), len(word)]

    def _repeat(self, tree: Tree, least: int, most: int, names: list[str]) -> None:
        letters = Letters(frozenset(tree.text)) if isinstance(tree, Text) and len(tree.text) == 1 else tree
        if isinstance(letters, Letters):
            own = letters.bytes
            self.code += [RUN, self._pool.number(own), least, most, -1, int(letters.is_wide), *_known_by(own)]
            return
        if most == UNBOUNDED or most > _MOST_COPIES:
            raise NotCompiled
        before = len(names)
        for _ in range(least):
            self._emit(tree, names)
        splits = []
        for _ in range(most - least):
            splits.append(self._hole(SPLIT))
            self._emit(tree, names)
        if len(names) > before and most > 1:
            raise NotCompiled
        for split in splits:
            self.code[split + 2] = len(self.code)

    def _hole(self, word: int) -> int:
        at = len(self.code)
        self.code += [word, *[-1] * (_LENGTHS[word] - 1)]
        return at

    def _look_ahead(self, start: int) -> None:
        """Put into splits and runs what must follow, so that most wrong turns are never taken."""
        firsts: dict[int, First] = {}
        at = start
        while at < len(self.code):
            word = self.code[at]
            if word == SPLIT:
                self.code[at + 1] = self._follows(at + _LENGTHS[SPLIT], firsts)
                self.code[at + 3] = self._follows(self.code[at + 2], firsts)
            elif word == RUN:
                self._see_end_of_run(at, firsts)
            at += length_of(self.code, at)

    def _follows(self, at: int, firsts: dict[int, First]) -> int:
        members, ends = self._first(at, firsts)
        return 2 * self._pool.number(members) + ends

    def _see_end_of_run(self, at: int, firsts: dict[int, First]) -> None:
        after = at + _LENGTHS[RUN]
        self.code[at + 4] = self._follows(after, firsts)
        own = self._pool.classes[self.code[at + 1]]
        if not self._first(after, firsts)[0] & own:  # what follows cannot stand inside the run: nothing to give back
            self.code[at] = SAME if len(own) == 1 and self.code[at + 3] == UNBOUNDED else RUN_ALL

    def _first(self, at: int, firsts: dict[int, First]) -> First:
        if at not in firsts:
            firsts[at] = self._find_first(at, firsts)
        return firsts[at]

    def _find_first(self, at: int, firsts: dict[int, First]) -> First:
        word, *more = self.code[at : at + 4]
        after = at + length_of(self.code, at)
        if word == WORDS:
            return frozenset(self._pool.letters[place] for place in self.code[at + 2 : after : 2]), False
        if word == LITERAL:
            return frozenset([self._pool.letters[more[0]]]), False
        if word == SET:
            return self._pool.classes[more[0]], False
        if word in (RUN, RUN_ALL, SAME):
            members, ends = self._first(after, firsts) if more[1] == 0 else (frozenset(), False)
            return self._pool.classes[more[0]] | members, ends
        if word == SPLIT:
            one, other = self._first(after, firsts), self._first(more[1], firsts)
            return one[0] | other[0], one[1] or other[1]
        if word == END:
            return frozenset(), True
        return self._first(more[0] if word == JUMP else after, firsts)


def length_of(code: Sequence[int], at: int) -> int:
    """How many numbers a step of a program has."""
    return 2 + 2 * code[at + 1] if code[at] == WORDS else _LENGTHS[code[at]]


def _joined(ways: tuple[Tree, ...]) -> list[Tree | list[bytes]]:
    """Ways that are words as lists of words, of which none is the start of another: so their order means nothing."""
    joined: list[Tree | list[bytes]] = []
    for way in ways:
        words = spellings(way)
        last = joined[-1] if joined else None
        if not words:
            joined.append(way)
        elif isinstance(last, list) and not any(a.startswith(b) or b.startswith(a) for a in words for b in last):
            last += words
        else:
            joined.append(words)
    return joined


def _known_by(members: frozenset[int]) -> tuple[int, ...]:
    """How the C tells the bytes of a class fast: all but one, or so many ranges, or (0) not at all."""
    others = ALL_BYTES - members
    if len(others) < 2:
        return (_STOP, min(others), 0, 0, 0) if others else (_STOPS_NEVER, 0, 0, 0, 0)
    lows = sorted(code for code in members if code - 1 not in members)
    highs = sorted(code for code in members if code + 1 not in members)
    if len(lows) > _MOST_RANGES:
        return 0, 0, 0, 0, 0
    ranges = [low | (high - low) << 8 for low, high in zip(lows, highs, strict=True)]
    return len(ranges), *ranges, *[0] * (_MOST_RANGES - len(ranges))
