"""Expressions of the rule files → trees. Only what docs/rules.md allows in them; how they run: `programs.py`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

UNBOUNDED = 2**31 - 1
HIGH = range(0x80, 0x100)  # bytes of characters that are not ASCII

_UNITS = re.compile(r"\{[a-z_]+\}|\\.|\[(?:\\.|[^\]\\])*\]|\{[0-9,]+\}|\(\?:|.", re.DOTALL)
_MOST_SPELLINGS = 8
_BEYOND = "\u00e9\u5199\U0001f600"  # characters that stand for all that are not ASCII


class NotCompiled(ValueError):
    """An expression this compiler has no words for. The exact engine is asked instead."""


@dataclass(frozen=True)
class Letters:
    """One character out of a set; as bytes, either all that are not ASCII or none."""

    bytes: frozenset[int]

    @property
    def is_wide(self) -> bool:
        """Whether characters of several bytes are among them."""
        return 0xFF in self.bytes


@dataclass(frozen=True)
class Text:
    """Letters that stand just so, as UTF-8."""

    text: bytes


@dataclass(frozen=True)
class Row:
    """Several, one behind the other."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Choice:
    """One of several, the first that fits."""

    ways: tuple["Tree", ...]


@dataclass(frozen=True)
class Repeated:
    """Something as often as it can be, within bounds."""

    tree: "Tree"
    least: int
    most: int


@dataclass(frozen=True)
class Field:
    """What is captured."""

    name: str
    tree: "Tree"


Tree = Letters | Text | Row | Choice | Repeated | Field


def read_expression(source: str, fields: Mapping[str, Any]) -> Tree:
    """The tree of an expression; raises `NotCompiled`."""
    reader = _Reader(_UNITS.findall(source), fields)
    tree = reader.choice()
    if reader.units:
        raise NotCompiled
    return tree


def without_fields(tree: Tree, kept: Collection[str]) -> Tree:
    """The tree without fields that nobody asks for: these are not captured."""
    match tree:
        case Field(name, inner):
            return Field(name, inner) if name in kept else inner
        case Row(parts):
            return Row(tuple(without_fields(part, kept) for part in parts))
        case Choice(ways):
            return Choice(tuple(without_fields(way, kept) for way in ways))
        case Repeated(inner, least, most):
            return Repeated(without_fields(inner, kept), least, most)
    return tree


def spellings(tree: Tree) -> list[bytes]:
    """All that fits a tree, where that are a few words; else nothing."""
    words = [b""]
    for part in tree.parts if isinstance(tree, Row) else (tree,):
        if isinstance(part, Text):
            words = [word + part.text for word in words]
        elif isinstance(part, Letters) and len(part.bytes) * len(words) <= _MOST_SPELLINGS:
            words = [word + bytes([letter]) for word in words for letter in sorted(part.bytes)]
        else:
            return []
    return words if all(words) else []


class _Reader:
    def __init__(self, units: list[str], fields: Mapping[str, Any]) -> None:
        self.units = units[::-1]
        self._fields = fields

    def choice(self) -> Tree:
        ways = [self._row()]
        while self._next() == "|":
            self.units.pop()
            ways.append(self._row())
        return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def _row(self) -> Tree:
        parts: list[Tree] = []
        while self.units and self._next() not in ("|", ")"):
            part = self._repeated(self._one())
            if isinstance(part, Text) and parts and isinstance(parts[-1], Text):
                parts[-1] = Text(parts[-1].text + part.text)
            else:
                parts.append(part)
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def _one(self) -> Tree:
        unit = self.units.pop()
        if unit in ("(?:", "("):
            tree = self.choice()
            if self.units.pop() != ")":
                raise NotCompiled
            return tree
        if len(unit) > 2 and unit[0] == "{":
            name = unit[1:-1]
            definition = self._fields[name]
            return Field(
                name, read_expression(definition if isinstance(definition, str) else definition["pattern"], {})
            )
        if unit in "*+?{})^$":
            raise NotCompiled
        if unit[0] in ".[":
            return _letters(unit)
        return Text(unit[-1].encode())

    def _repeated(self, tree: Tree) -> Tree:
        unit = self._next()
        bounds = {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}.get(unit)
        if bounds is None and re.fullmatch(r"\{[0-9,]+\}", unit):
            least, comma, most = unit[1:-1].partition(",")
            bounds = int(least), int(most or UNBOUNDED) if comma else int(least)
        if bounds is None:
            return tree
        self.units.pop()
        if self._next() in ("?", "+", "*"):  # lazy or possessive: not in rule files
            raise NotCompiled
        return Repeated(tree, *bounds)

    def _next(self) -> str:
        return self.units[-1] if self.units else ""


@cache
def _letters(unit: str) -> Letters:
    fits = re.compile(unit).fullmatch
    beyond = [bool(fits(letter)) for letter in _BEYOND]
    if any(beyond) != all(beyond) or not unit.isascii():
        raise NotCompiled
    return Letters(frozenset([code for code in range(0x80) if fits(chr(code))] + (list(HIGH) if beyond[0] else [])))
