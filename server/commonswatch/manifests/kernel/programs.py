"""Trees of expressions → the small programs that `native/scan.c` runs. The words of a program are listed there."""

from collections.abc import Mapping
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
)

END, LITERAL, SET, RUN, RUN_ALL, SPLIT, JUMP, SAVE = range(8)

_MOST_COPIES = 64
_MOST_GROUPS = 12
_LENGTHS = {END: 1, LITERAL: 3, SET: 3, RUN: 7, RUN_ALL: 7, SPLIT: 4, JUMP: 2, SAVE: 2}
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

    def add(self, source: str, fields: Mapping[str, Any]) -> tuple[int, list[str]]:
        """Compile an expression: where it starts, and the fields it captures, in order. Raises `NotCompiled`."""
        tree = read_expression(source, fields)
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

    def behind_slashes(self, start: int) -> First:
        """What a path may go on with behind all slashes it starts with; anything where that is not plain."""
        word, number, least, most, *_ = self.code[start : start + _LENGTHS[RUN]] + [0] * _LENGTHS[RUN]
        if word != RUN_ALL or self._pool.classes[number] != {ord("/")} or least > 1 or most != UNBOUNDED:
            return ALL_BYTES, True
        return self._first(start + _LENGTHS[RUN], {})

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
        for way in ways[:-1]:
            split = self._hole(SPLIT)
            self._emit(way, names)
            jumps.append(self._hole(JUMP))
            self.code[split + 2] = len(self.code)
        self._emit(ways[-1], names)
        for jump in jumps:
            self.code[jump + 1] = len(self.code)

    def _repeat(self, tree: Tree, least: int, most: int, names: list[str]) -> None:
        letters = Letters(frozenset(tree.text)) if isinstance(tree, Text) and len(tree.text) == 1 else tree
        if isinstance(letters, Letters):
            own = letters.bytes
            self.code += [RUN, self._pool.number(own), least, most, -1, int(letters.is_wide), _stop(own)]
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
            at += _LENGTHS[word]

    def _follows(self, at: int, firsts: dict[int, First]) -> int:
        members, ends = self._first(at, firsts)
        return 2 * self._pool.number(members) + ends

    def _see_end_of_run(self, at: int, firsts: dict[int, First]) -> None:
        after = at + _LENGTHS[RUN]
        self.code[at + 4] = self._follows(after, firsts)
        if not self._first(after, firsts)[0] & self._pool.classes[self.code[at + 1]]:
            self.code[at] = RUN_ALL  # what follows cannot stand inside the run: nothing to give back

    def _first(self, at: int, firsts: dict[int, First]) -> First:
        if at not in firsts:
            firsts[at] = self._find_first(at, firsts)
        return firsts[at]

    def _find_first(self, at: int, firsts: dict[int, First]) -> First:
        word, *more = self.code[at : at + 6]
        match word:
            case 0:  # the end
                return frozenset(), True
            case 1:  # letters
                return frozenset([self._pool.letters[more[0]]]), False
            case 2:  # one of a class
                return self._pool.classes[more[0]], False
            case 3 | 4:  # a run
                own = self._pool.classes[more[0]]
                after, ends = self._first(at + _LENGTHS[RUN], firsts) if more[1] == 0 else (frozenset(), False)
                return own | after, ends
            case 5:  # two ways
                one, other = self._first(at + _LENGTHS[SPLIT], firsts), self._first(more[1], firsts)
                return one[0] | other[0], one[1] or other[1]
            case 6:
                return self._first(more[0], firsts)
            case 7:
                return self._first(at + 2, firsts)
        return ALL_BYTES, True


def _stop(members: frozenset[int]) -> int:
    """The only byte that ends a run, 256 where none does; -1 where several do: the class must be looked at."""
    others = ALL_BYTES - members
    return -1 if len(others) > 1 else min(others, default=256)
