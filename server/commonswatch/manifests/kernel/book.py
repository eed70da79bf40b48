"""The rules of works → a book of tables and programs for `native/scan.c`, whose numbers it uses.

What the C has no words for becomes a form that asks the exact engine. Nothing here names a host.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commonswatch.domain.keys import MANY_WORKS
from commonswatch.manifests.kernel.expressions import NotCompiled, Tree, read_expression
from commonswatch.manifests.kernel.openings import anything, openings
from commonswatch.manifests.kernel.programs import Pool, Programs
from commonswatch.manifests.kernel.tails import Tails, tails_of
from commonswatch.native.scan import FORM, hashed
from commonswatch.rules.forms import ANY_HOST, ANY_PATH, Form, Second
from commonswatch.rules.patterns import FIELD, Pattern

NOTHING, GIVES_KEY, GIVES_ADDRESS, IS_GENERIC, ASKS = range(5)

_BUILT_IN = ("host", "site", "path", "query", "search")
_CHANGES = {"lower": 1, "upper": 2, "base58": 3, "base36": 4, "title": 5, "decode": 6, "blank": 7}
_OTHER_CHANGE = 8
_ALWAYS_CHANGED = (0, _CHANGES["lower"], _CHANGES["upper"])  # whatever the text is
_MOST_SLOTS, _MOST_FORMS = 48, 64
_NONE = -1
_PATH_PROGRAM = 1
_ANY_LONGER_PATH = read_expression("/.+", {})  # all but the root: no program is needed
_PLAIN_NAME = b"/abcdefghijklmnopqrstuvwxyz.jpg"  # what most paths end like
_FEW_STEPS = 8
_GROUP = re.compile(r"\(([^()?][^()]*)\)(.*)")


@dataclass(frozen=True)
class Book:
    """The tables, as the C takes them. The attributes have the names of its `struct scan_book`."""

    arrays: dict[str, NDArray[Any]]
    numbers: dict[str, int]
    tails: tuple[Tails, ...]  # of paths, texts, pictures, scripts


@cache
def book() -> Book:
    """The book of `media_hosts.json`, compiled once in a process."""
    return compiled(json.loads(files("commonswatch.rules").joinpath("media_hosts.json").read_text(encoding="utf-8")))


def compiled(entries: Mapping[str, Any]) -> Book:
    """The book of the rules in a file."""
    return Compiler().book(entries)


class Compiler:
    """Gathers forms and programs."""

    def __init__(self) -> None:
        self._pool = Pool()
        self._code = Programs(self._pool)
        self._programs: list[tuple[int, int, int]] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self._words: list[int] = []
        self._forms: list[list[int]] = []
        self._letters: dict[str, int] = {}
        self._slots: dict[str, int] = {}

    def book(self, entries: Mapping[str, Any]) -> Book:
        """The book of a file of rules. Raises `NotCompiled` where it has rules for software on any host."""
        if not all(family.get("domains") for family in entries["families"]) or entries.get("repairs"):
            raise NotCompiled
        families = [self._family(entry) for entry in entries["families"]]
        first_text = len(self._forms)
        text_trees = [tree for entry in entries["families"] for tree in self._texts(entry)]
        n_texts = len(self._forms) - first_text
        generic, path_tails = self._generic(entries["generic"])
        ends = [tails_of([read_expression(entries["generic"][name], {})]) for name in ("pictures", "scripts")]
        domains = {name: at for at, entry in enumerate(entries["families"]) for name in entry["domains"]}
        endings = {".".join(name.split(".")[-2:]): 0 for name in domains}
        numbers = generic | {"texts": first_text, "n_texts": n_texts, "widest": 1 + max(n.count(".") for n in domains)}
        arrays: dict[str, NDArray[Any]] = {
            "domains": self._table(domains),
            "endings": self._table(endings),
            "families": _int32(families),
            "letters": np.array([self._letters.get(chr(code), 0) for code in range(256)], np.uint64),
            "openings": np.concatenate([self._openings(first, n) for first, n in families]),
        }
        return Book(arrays | self.arrays(), numbers, (path_tails, tails_of(text_trees), *ends))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Programs, forms, and what they point into."""
        return {
            "forms": _int32(self._forms or [[0] * FORM])[: len(self._forms)],
            "code": _int32(self._code.code),
            "programs": _int32(self._programs),
            "words": _int32(self._words or [0]),
            "pool": np.frombuffer(bytes(self._pool.letters) + bytes(16), np.uint8),
            "classes": np.frombuffer(self._pool.table(), np.uint8),
        }

    def pattern(self, pattern: str, key: str) -> int:
        """A form of its own: cells that fit the pattern give a key. Its first group, if it has one, is what counts."""
        group = _GROUP.fullmatch(pattern)
        fields = {"cell": group[1] if group else pattern}
        source = "{cell}" + group[2] if group else "{cell}"
        self._open(fields)
        self._forms.append(self._form(Form(fields=fields, path=source, key=key.replace("{}", "{cell}")), "path"))
        return len(self._forms) - 1

    # ---- families and their forms ----

    def _family(self, entry: Mapping[str, Any]) -> tuple[int, int]:
        first = len(self._forms)
        for one in entry.get("forms", []):
            self._open(entry.get("fields", {}))
            self._add(Form(fields=entry.get("fields", {}), **one))
        if len(self._forms) - first > _MOST_FORMS:
            raise NotCompiled
        return first, len(self._forms) - first

    def _texts(self, entry: Mapping[str, Any]) -> list[Tree]:
        """Add the texts of a family; the trees of those that give keys, whose tails tell most others apart."""
        fields, trees = entry.get("fields", {}), []
        for one in entry.get("texts", []):
            form = Form(fields=fields, **one)
            self._open(fields)
            self._add(form, part="text")
            if form.key or form.address:
                trees.append(read_expression(form.text, fields))
        return trees

    def _generic(self, entry: Mapping[str, Any]) -> tuple[dict[str, int], Tails]:
        form = Form(fields=entry.get("fields", {}), **entry["form"])
        self._open(form.fields)
        at = len(self._forms)
        self._add(form)
        names = ("secrets", "noise", "picture_noise", "pictures", "scripts")
        numbers = {name: self._program(entry[name], {}, ()) for name in names}
        if min(numbers.values()) < 0 or any(one.get("of", "path") != "path" for one in form.also):
            raise NotCompiled
        tails, rare = self._ends([one["pattern"] for one in form.also], form.fields)
        if read_expression(form.path, form.fields) == _ANY_LONGER_PATH:
            self._forms[at][_PATH_PROGRAM], numbers["least_path"] = _NONE, 2
        return numbers | {"generic_form": at, "rare": self._list(rare), "n_rare": len(rare)}, tails

    def _ends(self, patterns: Sequence[str], fields: Mapping[str, Any]) -> tuple[Tails, list[tuple[int, int]]]:
        """One automaton for the ends of paths, and letters to look for where ends do not tell a plain name apart."""
        trees, rare = [], []
        for pattern in patterns:
            tree = read_expression(pattern, fields)
            if tails_of([tree]).reads(_PLAIN_NAME) > _FEW_STEPS:
                rare.append(self._text(Pattern(pattern, fields).needs[0]))
            else:
                trees.append(tree)
        return tails_of(trees), rare

    def _openings(self, first: int, n: int) -> NDArray[np.uint64]:
        """For each byte the forms of a family whose paths' first part may start with it; then, whose second part."""
        bits = np.zeros((2, 256), np.uint64)
        for number, form in enumerate(self._forms[first : first + n]):
            program = form[_PATH_PROGRAM]
            starts = anything() if program < 0 else openings(self._code.code, self._programs[program][0], self._pool)
            for row, members in zip(bits, starts, strict=True):
                row[list(members)] |= np.uint64(1 << number)
        return bits

    def _open(self, fields: Mapping[str, Any]) -> None:
        """Start a form: its slots are the fields of its family behind those that are always there."""
        self._slots = {name: at for at, name in enumerate((*_BUILT_IN, *(f for f in fields if f not in _BUILT_IN)))}
        if len(self._slots) > _MOST_SLOTS:
            raise NotCompiled

    def _add(self, form: Form, part: str = "path") -> None:
        words = len(self._forms)
        try:
            row = self._form(form, part)
        except NotCompiled:
            row = self._asking(form, part)
        del self._forms[words:]
        self._forms.append(row)

    def _form(self, form: Form, part: str) -> list[int]:
        if form.maybe or "?" in form.query:
            raise NotCompiled
        kept = _needed_fields(form)
        host = _NONE if form.host == ANY_HOST else self._program(form.host, form.fields, kept)
        pattern = getattr(form, part)
        program = _NONE if pattern == ANY_PATH else self._program(pattern, form.fields, kept)
        seconds = [self._second(Second(**one), form) for one in form.also]
        queries = [(*self._text(name), self._program(source, form.fields, kept)) for name, source in form.query.items()]
        folders = [(self._slots[name], self._slots[of]) for name, parts in form.md5.items() for of in parts]
        return [
            host,
            program,
            self._action(form),
            self._template(form.key) if form.key and form.kind not in MANY_WORKS else _NONE,
            self._template(form.address) if form.address else _NONE,
            self._list(seconds),
            len(seconds),
            self._list(queries),
            len(queries),
            self._list(folders),
            len(folders),
            self._list([self._needs(form.pattern(part))]),
            int(form.how == "guessed" and not form.generic),
        ]

    def _asking(self, form: Form, part: str) -> list[int]:
        """A form of which only the host is understood: the engine is asked about all that come to it."""
        host = _NONE if form.host == ANY_HOST else self._program(form.host, form.fields, ())
        return [host, _NONE, ASKS, _NONE, _NONE, 0, 0, 0, 0, 0, 0, self._list([self._needs(form.pattern(part))]), 0]

    def _action(self, form: Form) -> int:
        if form.generic:
            return IS_GENERIC
        if form.address:
            return GIVES_ADDRESS
        return GIVES_KEY if form.key else NOTHING

    def _second(self, second: Second, form: Form) -> tuple[int, ...]:
        key = _NONE if second.kind in MANY_WORKS else self._template(second.key)
        how = int(second.how == "guessed"), int(second.first)
        if not second.of:
            return (_NONE, _NONE, key, 0, 0, 0, 0, 0, 0, *how)
        pattern = Pattern(second.pattern, form.fields)
        bits = 0
        for letter in "".join(pattern.needs):
            bits |= self._letters.setdefault(letter, 1 << len(self._letters) if len(self._letters) < 64 else 0)
        halves = np.array([bits], np.uint64).view(np.int32)
        program = self._program(second.pattern, form.fields, _fields_of(second.key))
        return (self._slots[second.of], program, key, *self._needs(pattern), int(halves[0]), int(halves[1]), *how)

    # ---- words ----

    def _program(self, source: str, fields: Mapping[str, Any], kept: Collection[str]) -> int:
        """A program that captures the fields that are kept, and those whose change decides whether a text fits."""
        inside = FIELD.findall(source)
        captured = [name for name in inside if name in kept or _change(fields[name]) not in _ALWAYS_CHANGED]
        known = source, json.dumps([fields.get(name) for name in inside]), tuple(captured), tuple(self._slots)
        if known not in self._known:
            start, names = self._code.add(source, fields, captured)
            slots = [(self._slots[name], _change(fields[name])) for name in names]
            self._known[known] = len(self._programs)
            self._programs.append((start, len(names), self._list(slots)))
        return self._known[known]

    def _template(self, template: str) -> int:
        pieces: list[tuple[int, int]] = []
        end = 0
        for found in FIELD.finditer(template):
            if found.start() > end:
                pieces.append(self._text(template[end : found.start()]))
            pieces.append((_NONE, self._slots[found[1]]))
            end = found.end()
        if end < len(template):
            pieces.append(self._text(template[end:]))
        at = len(self._words)
        self._words += [len(pieces), *(word for piece in pieces for word in piece)]
        return at

    def _needs(self, pattern: Pattern) -> tuple[int, int, int, int]:
        one, other = pattern.needs
        return *self._text(one), *self._text(other)

    def _text(self, text: str) -> tuple[int, int]:
        return self._pool.place(text.encode()), len(text.encode())

    def _list(self, rows: Sequence[Sequence[int]]) -> int:
        at = len(self._words)
        self._words += [word for row in rows for word in row]
        return at

    def _table(self, names: Mapping[str, int]) -> NDArray[np.int32]:
        """A hash table of names, at most a quarter full, as `look_up` in scan.c reads it."""
        size = 1 << (4 * len(names)).bit_length()
        table = np.zeros((size, 4), np.int32)
        for name, value in names.items():
            at = hashed(0, name.encode()) & (size - 1)
            while table[at, 1]:
                at = (at + 1) & (size - 1)
            table[at] = (*self._text(name), value, 0)
        return table


def _fields_of(*templates: str) -> set[str]:
    return {name for template in templates for name in FIELD.findall(template)}


def _needed_fields(form: Form) -> set[str]:
    """The fields that go into the keys of a form, or decide whether it fits. (Who made a work is not said here.)"""
    seconds = [Second(**one) for one in form.also]
    folders = {name for one, parts in form.md5.items() for name in (one, *parts)}
    read = {second.of for second in seconds}
    return _fields_of(form.key or "", form.address or "", *(second.key for second in seconds)) | folders | read


def _change(definition: Any) -> int:
    changes = [] if isinstance(definition, str) else definition["as"]
    if not changes:
        return 0
    return _CHANGES.get(changes[0], _OTHER_CHANGE) if len(changes) == 1 else _OTHER_CHANGE


def _int32(rows: Any) -> NDArray[np.int32]:
    return np.ascontiguousarray(np.array(rows, np.int32))
