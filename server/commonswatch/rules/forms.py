"""One data entry made ready: the form of address or text it describes, and what that gives. Knows no host."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import How
from commonswatch.rules.changes import md5_starts_with
from commonswatch.rules.patterns import FIELD, Pattern, Values
from commonswatch.rules.reading import Address

ANY_HOST, ANY_PATH = ".+", ".*"

_KNOWN_TEMPLATES = 4096  # more than all rule files have
_BUILT_IN = ("host", "site", "path", "query", "search")  # always there, and in canonical spelling already
_URL_SAFE = "/!$'()*,;:@~+="


@dataclass(frozen=True)
class Second:
    """Another key the same address gives: always, or where a captured field fits a pattern."""

    key: str
    kind: str
    how: How = "guessed"
    of: str = ""
    pattern: str = ""
    first: bool = False


@dataclass(frozen=True)
class Form:
    """One form of address or text, and what it gives: a key, another address to read instead, or nothing."""

    fields: Mapping[str, Any]
    host: str = ANY_HOST
    path: str = ANY_PATH
    text: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    maybe: Mapping[str, str] = field(default_factory=dict)
    md5: Mapping[str, list[str]] = field(default_factory=dict)
    key: str = ""
    address: str = ""
    kind: str = ""
    how: How = "exact"
    also: Iterable[Mapping[str, Any]] = ()
    url: str = ""
    inside: str = ""
    access: str = ""
    hidden: bool = False
    account: str = ""
    generic: bool = False
    note: str = ""

    def pattern(self, part: str) -> Pattern:
        """The pattern of one part: `host`, `path` or `text`."""
        return Pattern(getattr(self, part), self.fields)

    def completed(self, values: Values, address: Address) -> Values | None:
        """The fields with those of the query; None when the query or a check says that the form does not fit."""
        if address.search:
            values.setdefault("search", address.search)
        for name, pattern, wanted in self._parameters:
            value = address.parameter(name)
            found = pattern.read(value) if value is not None else None
            if found is None and wanted:
                return None
            values.update(found or {})
        return self.checked(values) if self.md5 else values

    def checked(self, values: Values) -> Values | None:
        """The fields; None when the MD5 of one is not what the others say."""
        right = (md5_starts_with(values[name], *(values[part] for part in parts)) for name, parts in self.md5.items())
        return values if all(right) else None

    def seconds(self, values: Values) -> list[tuple[Second, Values]]:
        """The further keys such an address has, each with all fields it needs."""
        fitting = []
        for of, some in self._seconds:
            text = values[of]
            for one, other, second, pattern in some:
                if one in text and other in text:
                    more = pattern.read(text) if of else Values()
                    if more is not None:
                        fitting.append((second, Values(values, **more)))
        return fitting

    @cached_property
    def _parameters(self) -> list[tuple[str, Pattern, bool]]:
        wanted = [(name, Pattern(source, self.fields), True) for name, source in self.query.items()]
        return wanted + [(name, Pattern(source, self.fields), False) for name, source in self.maybe.items()]

    @cached_property
    def _seconds(self) -> list[tuple[str, list[tuple[str, str, Second, Pattern]]]]:
        """Field by field, in the order of the file: what must stand in it, the key, the pattern."""
        made = [(second, Pattern(second.pattern, self.fields)) for second in (Second(**entry) for entry in self.also)]
        runs = groupby(made, key=lambda one: one[0].of)
        return [(of, [(*pattern.needs, second, pattern) for second, pattern in some]) for of, some in runs]


def filled(template: str, values: Values) -> str:
    """A template with its fields put in as they are."""
    text, fields = _cut(template)
    return text % fields(values) if fields else template


@lru_cache(_KNOWN_TEMPLATES)
def _cut(template: str) -> tuple[str, Callable[[Values], Any] | None]:
    names = FIELD.findall(template)
    return FIELD.sub("%s", template.replace("%", "%%")), itemgetter(*names) if names else None


def filled_url(template: str, values: Values) -> str:
    """A template with its fields put in percent-encoded, except those that are parts of an address already."""

    def encode(name: re.Match[str]) -> str:
        safe = f"{_URL_SAFE}%?&" if name[1] in _BUILT_IN else _URL_SAFE
        return quote(values[name[1]], safe=safe)

    return FIELD.sub(encode, template)
