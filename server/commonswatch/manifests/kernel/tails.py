"""Many expressions → one automaton that reads a text backwards and says whether any of them may fit.

Most texts end as none of them does: a few steps from the end say so. It may say yes too often, never no wrongly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
)

NEVER, PERHAPS, START = range(3)  # states: none can fit any more, one may, nothing read yet

_MOST_COUNTED = 20
_MOST_STATES = 20_000

States = frozenset[int]


@dataclass(frozen=True)
class Tails:
    """The automaton: the column of each byte, and the next state by state and column.

    States that may go on are written as where their row starts in the steps.
    """

    columns: bytes
    steps: NDArray[np.uint32]

    def fits(self, text: bytes) -> bool:
        """Whether any expression may fit a text."""
        return self._read(text)[0] != NEVER

    def reads(self, text: bytes) -> int:
        """How many bytes of a text are read before it is told apart."""
        return self._read(text)[1]

    def _read(self, text: bytes) -> tuple[int, int]:
        steps, state = self.steps.ravel(), START * self.steps.shape[1]
        for count, byte in enumerate(reversed(text), 1):
            state = int(steps[state + self.columns[byte]])
            if state in (NEVER, PERHAPS):
                return state, count
        return state, len(text)


@dataclass
class _Net:
    """States that read the reversed texts; state 0 is where an expression has been read to its start."""

    letters: list[list[tuple[frozenset[int], int]]] = field(default_factory=lambda: [[]])
    ways: list[list[int]] = field(default_factory=lambda: [[]])

    def state(self) -> int:
        self.letters.append([])
        self.ways.append([])
        return len(self.ways) - 1

    def before(self, tree: Tree, after: int) -> int:
        """The state from which a tree is read backwards on the way to `after`."""
        match tree:
            case Text(text):
                for byte in text:
                    after = self._reading(frozenset([byte]), after)
                return after
            case Letters(members):
                return self._reading(members, after)
            case Row(parts):
                for part in parts:
                    after = self.before(part, after)
                return after
            case Field(_, inner):
                return self.before(inner, after)
            case Choice(ways):
                start = self.state()
                self.ways[start] = [self.before(way, after) for way in ways]
                return start
            case Repeated(inner, least, most):
                return self._repeated(inner, least, most, after)

    def _reading(self, members: frozenset[int], after: int) -> int:
        state = self.state()
        self.letters[state].append((members, after))
        return state

    def _repeated(self, tree: Tree, least: int, most: int, after: int) -> int:
        if isinstance(tree, Letters) and tree.is_wide:  # counted in characters, read in bytes
            least, most = min(least, 1), UNBOUNDED
        for _ in range(least):
            after = self.before(tree, after)
        if most - least > _MOST_COUNTED:
            loop = self.state()
            self.ways[loop] = [self.before(tree, loop), after]
            return loop
        for _ in range(most - least):
            skip = self.state()
            self.ways[skip] = [self.before(tree, after), after]
            after = skip
        return after

    def closed(self, states: Iterable[int]) -> States:
        """With all states that need no further letter."""
        seen, edge = set(states), list(states)
        while edge:
            for way in self.ways[edge.pop()]:
                if way not in seen:
                    seen.add(way)
                    edge.append(way)
        return frozenset(seen)


def tails_of(trees: Iterable[Tree]) -> Tails:
    """One automaton for all; raises `NotCompiled` where it would be too large."""
    net = _Net()
    first = net.closed([net.before(_without_open_start(tree), 0) for tree in trees])
    columns, samples = _columns(net)
    numbers: dict[States, int] = {first: START}
    rows: list[list[int]] = [[NEVER] * len(samples), [PERHAPS] * len(samples)]
    waiting = [first]
    for states in waiting:  # grows while it is read
        row = []
        for byte in samples:
            after = net.closed([to for one in states for members, to in net.letters[one] if byte in members])
            if 0 in after or not after:
                row.append(PERHAPS if after else NEVER)
                continue
            if after not in numbers:
                numbers[after] = len(numbers) + START
                waiting.append(after)
            row.append(numbers[after] * len(samples))
        rows.append(row)
        if len(numbers) > _MOST_STATES:
            raise NotCompiled
    return Tails(columns, np.array(rows, np.uint32))


def _columns(net: _Net) -> tuple[bytes, list[int]]:
    sets = list(dict.fromkeys(members for edges in net.letters for members, _ in edges))
    alike: dict[tuple[bool, ...], int] = {}
    samples: list[int] = []
    columns = bytearray()
    for byte in range(256):
        kind = tuple(byte in members for members in sets)
        if kind not in alike:
            alike[kind] = len(samples)
            samples.append(byte)
        columns.append(alike[kind])
    return bytes(columns), samples


def _without_open_start(tree: Tree) -> Tree:
    """Without a `.*`, a `.+` or an optional part in front: whatever stands there, the rest must fit."""
    if not isinstance(tree, Row):
        return tree
    first = tree.parts[0]
    inner = first.tree if isinstance(first, Field) else first
    is_open = isinstance(inner, Repeated) and (
        inner.least == 0 or (isinstance(inner.tree, Letters) and inner.tree.is_wide and inner.most == UNBOUNDED)
    )
    return Row(tree.parts[1:]) if is_open else tree
