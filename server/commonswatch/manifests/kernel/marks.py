"""What rows may hold a key without holding its letters: found out from the rules, so that such rows are always read.

A key is known by a *token*: a run of letters and digits behind its kind. A form is **open** when any address with its
key holds that run as it is, with no letter or digit right before or behind it. A form that writes numbers in another
base, or whose field stands right beside other letters, is not; rows that may be of such a form are known by a *mark*:
a run of the host's domain. (Rows with `%` or with letters that are not ASCII are always read.)
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from commonswatch.domain.keys import MANY_WORKS
from commonswatch.manifests.kernel.expressions import (
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
from commonswatch.rules.forms import Form
from commonswatch.rules.patterns import FIELD, Pattern

LEAST = 4  # letters of a token

_RUN = re.compile("[0-9A-Za-z]+")
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_KEEPING = frozenset(["lower", "upper", "title", "decode", "blank"])  # changes that keep the runs of ASCII without `%`
_KIND = re.compile(r"(?:[a-z0-9.-]+:){1,2}")  # what a key starts with, and no token is taken from
_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Marks:
    """The marks, and what the keys start with for which there is none: then all rows must be read."""

    runs: frozenset[bytes]
    unmarked: tuple[bytes, ...]


@cache
def marks() -> Marks:
    """The marks of `media_hosts.json`."""
    return marks_of(json.loads(files("commonswatch.rules").joinpath("media_hosts.json").read_text(encoding="utf-8")))


def marks_of(entries: Mapping[str, Any]) -> Marks:
    """The marks of the rules in a file."""
    runs: set[bytes] = set()
    unmarked: set[bytes] = set()
    for form, domains in _forms(entries):
        for template in _templates(form):
            if _is_open(form, template):
                continue
            marks = _marks(form, domains)
            runs |= set(marks or [])
            unmarked |= set() if marks else {FIELD.split(template)[0].encode()}
    return Marks(frozenset(runs), tuple(sorted(unmarked)))


def _forms(entries: Mapping[str, Any]) -> Iterator[tuple[Form, list[str]]]:
    for family in entries["families"]:
        for one in (*family.get("forms", []), *family.get("texts", [])):
            yield Form(fields=family.get("fields", {}), **one), [] if "text" in one else family["domains"]
    yield Form(fields=entries["generic"]["fields"], **entries["generic"]["form"]), []


def _templates(form: Form) -> list[str]:
    """What a form makes of its fields: keys of works, and addresses to read instead."""
    keys = [form.key] if form.key and form.kind not in MANY_WORKS else []
    return [*keys, *([form.address] if form.address else []), *(str(one["key"]) for one in form.also)]


def _is_open(form: Form, template: str) -> bool:
    """Whether all fields of a template stand in the text as they stand in the key, between other signs."""
    fields = {name for name in FIELD.findall(template) if name in form.fields}
    if not form.address and not template.startswith("url:") and _RUN.search(FIELD.sub("/", _KIND.sub("", template, 1))):
        return False  # letters that stand in the key alone
    for name in fields:
        definition = form.fields[name]
        if not isinstance(definition, str) and not set(definition["as"]) <= _KEEPING:
            return False
    patterns = [
        form.host,
        form.path,
        form.text,
        *form.query.values(),
        *(str(one.get("pattern", "")) for one in form.also),
    ]
    try:
        return all(_stands_apart(read_expression(source, form.fields), fields) for source in patterns if source)
    except NotCompiled:
        return False


def _marks(form: Form, domains: list[str]) -> list[bytes] | None:
    """A run for each domain a form may be at; None where one has none that is long enough, or it is at no domain."""
    needed = max(_RUN.findall(Pattern(form.host, form.fields).needs[0]), key=len, default="")
    names = [name for name in form.query if name.isalnum() and len(name) >= LEAST]
    if names:
        return [names[0].lower().encode()]
    if len(needed) >= LEAST and any(needed in re.split("[.-]", domain) for domain in domains):
        return [needed.lower().encode()]
    runs = [max(_RUN.findall(domain), key=len) for domain in domains]
    return [run.lower().encode() for run in runs] if runs and min(map(len, runs)) >= LEAST else None


def _stands_apart(
    tree: Tree, fields: set[str], before: frozenset[int] = _NOTHING, behind: frozenset[int] = _NOTHING
) -> bool:
    """Whether no letter or digit can stand right before or behind the fields."""
    match tree:
        case Field(name, _):
            return name not in fields or not (before | behind) & _ALNUM
        case Choice(ways):
            return all(_stands_apart(way, fields, before, behind) for way in ways)
        case Repeated(inner, _, most):
            again = most > 1
            first, last = _edge(inner, 0)[0] if again else _NOTHING, _edge(inner, -1)[0] if again else _NOTHING
            return _stands_apart(inner, fields, before | last, behind | first)
        case Row(parts):
            return all(
                _stands_apart(part, fields, _beside(parts[:at][::-1], -1, before), _beside(parts[at + 1 :], 0, behind))
                for at, part in enumerate(parts)
            )
    return True


def _beside(parts: tuple[Tree, ...], end: int, outside: frozenset[int]) -> frozenset[int]:
    members = _NOTHING
    for part in parts:
        some, may_be_empty = _edge(part, end)
        members |= some
        if not may_be_empty:
            return members
    return members | outside


def _edge(tree: Tree, end: int) -> tuple[frozenset[int], bool]:
    """The bytes a tree may start (0) or end (-1) with, and whether it may be empty."""
    match tree:
        case Text(text):
            return frozenset([text[end]]), False
        case Letters(members):
            return members, False
        case Field(_, inner):
            return _edge(inner, end)
        case Choice(ways):
            edges = [_edge(way, end) for way in ways]
            return frozenset().union(*(members for members, _ in edges)), any(empty for _, empty in edges)
        case Repeated(inner, least, _):
            members, empty = _edge(inner, end)
            return members, empty or least == 0
        case Row(parts):
            ordered = parts if end == 0 else parts[::-1]
            return _beside(ordered, end, _NOTHING), all(_edge(part, end)[1] for part in parts)
    return _ALNUM, True
