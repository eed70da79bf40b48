"""Expressions with named fields, alone and as one of several. Knows neither hosts nor forms."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from commonswatch.rules.changes import CHANGES, Change

FIELD = re.compile(r"\{([a-z_]+)\}")

_UNITS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{[0-9,]+\}|\(\?:|.", re.DOTALL)  # what an expression consists of
_SIGNS = ".*+?^$"
_OPEN_START = re.compile(r"\.[*+]|\(/?\.[*+]\)(?![*+?{])")
_USUAL = "/.-_"  # single letters that most addresses have


class Values(dict[str, str]):
    """What was captured, by field. A field that was not there is empty."""

    def __missing__(self, name: str) -> str:
        return ""


class Pattern:
    """A regular expression in which `{name}` stands for a captured field of the family."""

    def __init__(self, source: str, fields: Mapping[str, Any]) -> None:
        self.expression = FIELD.sub(lambda name: f"({_expression(fields[name[1]])})", source)
        self.fields = [(name, _changes(fields[name])) for name in FIELD.findall(source)]

    @cached_property
    def needs(self) -> tuple[str, str]:
        """Two runs of letters that stand in every text that fits: cheap to look for before reading."""
        runs = sorted(
            dict.fromkeys(_needed(self.expression)), key=lambda run: (len(run), run not in _USUAL), reverse=True
        )
        return runs[0], runs[1] if len(runs) > 1 else ""

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.expression)

    @cached_property
    def _end(self) -> re.Pattern[str] | None:
        """What stands behind a first `.*`: where it is missing, that is found out faster without the `.*`."""
        start = _OPEN_START.match(self.expression)
        return re.compile(f"(?:{self.expression[start.end() :]})\\Z") if start else None

    def read(self, text: str) -> Values | None:
        """The fields, changed as the family says; None when the text is not of this form."""
        if self._end is not None and not self._end.search(text):
            return None
        found = self._regex.fullmatch(text)
        if found is None:
            return None
        return self.values(found) if self.fields else Values()

    def seek(self, text: str) -> Values | None:
        """As `read`, for the first place in the text that fits."""
        found = self._regex.search(text)
        return None if found is None else self.values(found)

    def values(self, found: re.Match[str], group: int = 1) -> Values | None:
        """The fields of a text that fits, captured from this group on; None when one cannot be changed."""
        values = Values()
        for number, (name, changes) in enumerate(self.fields, group):
            text = found[number]
            if text is None:
                continue
            for change in changes:
                text = change(text)
                if text is None:
                    return None
            values[name] = text
        return values


class OneOf:
    """Several patterns made one expression, which says in one go which of them is the first that fits."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._made: dict[int, tuple[re.Pattern[str], dict[int | None, tuple[int, int]]]] = {}

    def first(self, text: str, start: int = 0) -> tuple[int, Values] | None:
        """The number of the first pattern, from a number on, that fits the whole text, and the fields."""
        while start < len(self._patterns):
            regex, marks = self._made.get(start) or self._make(start)
            found = regex.fullmatch(text)
            if found is None:
                return None
            number, group = marks[found.lastindex]
            values = self._patterns[number].values(found, group)
            if values is not None:
                return number, values
            start = number + 1
        return None

    def all(self, text: str) -> Iterator[tuple[int, Values]]:
        """Every pattern that fits the whole text, and its fields."""
        found = self.first(text)
        while found is not None:
            yield found
            found = self.first(text, found[0] + 1)

    def _make(self, start: int) -> tuple[re.Pattern[str], dict[int | None, tuple[int, int]]]:
        # An empty group at the end of each alternative is the last one closed: it tells which has been taken.
        marks: dict[int | None, tuple[int, int]] = {}
        group = 1
        for number, pattern in enumerate(self._patterns[start:], start):
            mark = group + len(pattern.fields)
            marks[mark] = number, group
            group = mark + 1
        regex = re.compile("|".join(f"(?:{pattern.expression})()" for pattern in self._patterns[start:]))
        self._made[start] = regex, marks
        return regex, marks


def _needed(expression: str) -> list[str]:
    """The runs of letters an expression cannot do without. Some are missed: those that groups or choices cut."""
    levels, choices = [[""]], [False]
    for unit, after in pairwise([*_UNITS.findall(expression), ""]):
        optional = after.startswith(("?", "*", "{0"))
        if unit[0] == "(":
            levels, choices = [*levels, [""]], [*choices, False]
        elif unit == ")":
            inner, is_choice = levels.pop(), choices.pop()
            levels[-1] += ["", *([] if optional or is_choice else inner), ""]
        elif unit == "|":
            choices[-1] = True
        elif not optional and unit not in _SIGNS and (len(unit) == 1 or unit[0] == "\\"):
            levels[-1][-1] += unit[-1]
        else:
            levels[-1].append("")
    return [""] if choices[0] else levels[0]


def _expression(definition: Any) -> str:
    return str(definition if isinstance(definition, str) else definition["pattern"])


def _changes(definition: Any) -> list[Change]:
    return [] if isinstance(definition, str) else [CHANGES[name] for name in definition["as"]]
