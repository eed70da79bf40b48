"""The lineage of a dataset as a drawing and as a nested list: where everything goes. How it looks is in templates.

Columns from left to right by descent; a line that passes a column has a place of its own in it, so that it crosses no
box. The order within columns is the usual one: by the mean place of the neighbours, back and forth.
"""

import textwrap
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from commonswatch.rules import catalogue
from commonswatch.rules.datasets import Dataset

_BOX_WIDTH, _BOX_HEIGHT = 196, 74
_GAP_ACROSS, _GAP_DOWN, _MARGIN = 50, 12, 6
_PASSING = 12  # height of the place of a line that passes
_SWEEPS = 6
_LETTERS, _LINES = 24, 2

Place = tuple[str, ...]  # one id: a box; two ids and a column: where the line between them passes


@dataclass(frozen=True)
class Box:
    """A dataset in the drawing: its upper left corner, and its name in at most two lines."""

    dataset: Dataset
    x: int
    y: int
    lines: list[str]


@dataclass(frozen=True)
class Picture:
    """The drawing, in pixels. ``lines`` are SVG paths, ``heads`` the tips of their arrows."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[str]
    heads: list[str]
    box_width: int = _BOX_WIDTH
    box_height: int = _BOX_HEIGHT


@dataclass(frozen=True)
class Branch:
    """A dataset in the nested list. One that stands there already is not unfolded again (``again``)."""

    dataset: Dataset
    again: bool
    branches: "list[Branch]"


def picture(current: Dataset) -> Picture | None:
    """The drawing of all relatives of a dataset; None when it has none."""
    relatives = {one.id: one for one in catalogue.relatives(current.id)}
    if len(relatives) < 2:
        return None
    column_of = _columns(relatives)
    chains = [_chain(origin, one.id, column_of) for one in relatives.values() for origin in one.derived_from]
    columns = _in_order(column_of, chains)
    corners, height = _placed(columns)
    boxes = [Box(one, *corners[(one.id,)], _lines_of(one)) for one in relatives.values()]
    width = len(columns) * (_BOX_WIDTH + _GAP_ACROSS) - _GAP_ACROSS + 2 * _MARGIN
    drawn = [_drawn(chain, corners) for chain in chains]
    return Picture(width, height, boxes, [line for line, _ in drawn], [head for _, head in drawn])


def branches(current: Dataset) -> list[Branch]:
    """The same as a nested list, from the roots down."""
    relatives, unfolded = catalogue.relatives(current.id), set[str]()

    def branch(one: Dataset) -> Branch:
        again = one.id in unfolded
        unfolded.add(one.id)
        below = [] if again else [branch(made) for made in relatives if one.id in made.derived_from]
        return Branch(one, again and any(one.id in made.derived_from for made in relatives), below)

    return [branch(one) for one in relatives if not one.derived_from]


def _columns(relatives: dict[str, Dataset]) -> dict[str, int]:
    """The column of each: right of all it was made from; one made from nothing stands beside what it went into."""
    columns: dict[str, int] = {}

    def column(name: str) -> int:
        if name not in columns:
            columns[name] = 1 + max((column(origin) for origin in relatives[name].derived_from), default=-1)
        return columns[name]

    for name in relatives:
        column(name)
    for name, one in relatives.items():
        made = [columns[other.id] for other in relatives.values() if name in other.derived_from]
        if not one.derived_from and made:
            columns[name] = min(made) - 1
    return columns


def _chain(origin: str, made: str, column_of: dict[str, int]) -> list[Place]:
    """The places a line goes through."""
    passed = range(column_of[origin] + 1, column_of[made])
    return [(origin,), *((origin, made, str(column)) for column in passed), (made,)]


def _in_order(column_of: dict[str, int], chains: list[list[Place]]) -> list[list[Place]]:
    columns: list[list[Place]] = [[] for _ in range(max(column_of.values()) + 1)]
    for name, column in column_of.items():
        columns[column].append((name,))
    beside: dict[Place, list[Place]] = defaultdict(list)
    for chain in chains:
        for place in chain[1:-1]:
            columns[int(place[2])].append(place)
        for one, other in pairwise(chain):
            beside[one].append(other)
            beside[other].append(one)
    for _ in range(_SWEEPS):
        for number in (*range(1, len(columns)), *range(len(columns) - 2, -1, -1)):
            near = [columns[other] for other in (number - 1, number + 1) if 0 <= other < len(columns)]
            _sort(columns[number], beside, near)
    return columns


def _sort(column: list[Place], beside: dict[Place, list[Place]], near: list[list[Place]]) -> None:
    """Order a column by the mean place, from 0 at the top to 1 at the bottom, of what each is connected with."""
    height = {place: (number + 0.5) / len(one) for one in near for number, place in enumerate(one)}
    mean = {place: sum(height[one] for one in beside[place]) / len(beside[place]) for place in column}
    column.sort(key=mean.__getitem__)


def _placed(columns: list[list[Place]]) -> tuple[dict[Place, tuple[int, int]], int]:
    """The upper left corner of every place, columns centred, and the height of the whole."""
    heights = [sum(_height(place) + _GAP_DOWN for place in column) - _GAP_DOWN for column in columns]
    corners = {}
    for number, column in enumerate(columns):
        y = _MARGIN + (max(heights) - heights[number]) // 2
        for place in column:
            corners[place] = (_MARGIN + number * (_BOX_WIDTH + _GAP_ACROSS), y)
            y += _height(place) + _GAP_DOWN
    return corners, max(heights) + 2 * _MARGIN


def _height(place: Place) -> int:
    return _BOX_HEIGHT if len(place) == 1 else _PASSING


def _drawn(chain: list[Place], corners: dict[Place, tuple[int, int]]) -> tuple[str, str]:
    """The path of a line and of the tip of its arrow."""
    stops = [(corners[place][0], corners[place][1] + _height(place) // 2) for place in chain]
    (x, y), *others = stops
    path = f"M{x + _BOX_WIDTH} {y}"
    for right, down in others:
        bend = right - _GAP_ACROSS // 2
        path += f"C{bend} {y} {bend} {down} {right} {down}"
        x, y = right, down
        path += f"H{x + _BOX_WIDTH}" if (x, y) != stops[-1] else ""
    return path, f"M{x - 8} {y - 4.5}L{x} {y}L{x - 8} {y + 4.5}Z"


def _lines_of(dataset: Dataset) -> list[str]:
    short = dataset.name.partition(" (")[0]
    return textwrap.wrap(short, _LETTERS, max_lines=_LINES, placeholder=" …", break_on_hyphens=False)
