"""One data entry made ready: patterns with named fields, and the form of address they describe. Knows no host."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from commonswatch.domain.keys import How
from commonswatch.rules.changes import CHANGES, md5_starts_with
from commonswatch.rules.reading import Address

Values = dict[str, str]

_FIELD = re.compile(r"\{([a-z_]+)\}")
_BUILT_IN = ("host", "site", "path", "query", "search")  # always there, and in canonical spelling already
_URL_SAFE = "/!$'()*,;:@~+="


class Pattern:
    """A regular expression in which `{name}` stands for a captured field of the family."""

    def __init__(self, source: str, fields: Mapping[str, Any]) -> None:
        self.names = _FIELD.findall(source)
        self._changes = {name: _changes(fields[name]) for name in self.names}
        self._regex = re.compile(_FIELD.sub(lambda name: f"({_expression(fields[name[1]])})", source))

    def read(self, text: str) -> Values | None:
        """The fields, changed as the family says; None when the text is not of this form."""
        return self._values(self._regex.fullmatch(text))

    def seek(self, text: str) -> Values | None:
        """As `read`, for the first place in the text that fits."""
        return self._values(self._regex.search(text))

    def _values(self, found: re.Match[str] | None) -> Values | None:
        if found is None:
            return None
        values: Values = {}
        for name, captured in zip(self.names, found.groups(), strict=True):
            changed = captured
            for change in self._changes[name]:
                changed = changed if changed is None else change(changed)
            if captured is not None and changed is None:
                return None
            if changed is not None:
                values[name] = changed
        return values


def _expression(definition: Any) -> str:
    return str(definition if isinstance(definition, str) else definition["pattern"])


def _changes(definition: Any) -> list[Any]:
    return [] if isinstance(definition, str) else [CHANGES[name] for name in definition["as"]]


@dataclass(frozen=True)
class Second:
    """Another key the same address gives: always, or where a captured field fits a pattern."""

    key: str
    kind: str
    how: How = "guessed"
    of: str = ""
    pattern: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _pattern(self) -> Pattern:
        return Pattern(self.pattern, self.fields)

    def read(self, values: Values) -> Values | None:
        """All fields, with those found in the captured one; None when it does not fit."""
        if not self.of:
            return values
        more = self._pattern.read(values.get(self.of, ""))
        return None if more is None else {**values, **more}


@dataclass(frozen=True)
class Form:
    """One form of address or text, and what it gives: a key, another address to read instead, or nothing."""

    fields: Mapping[str, Any]
    host: str = ".+"
    path: str = ".*"
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
    note: str = ""

    @cached_property
    def seconds(self) -> tuple[Second, ...]:
        """The further keys, ready to read."""
        return tuple(Second(fields=self.fields, **second) for second in self.also)

    @cached_property
    def _patterns(self) -> dict[str, Pattern]:
        sources = {"host": self.host, "path": self.path, "text": self.text}
        return {name: Pattern(source, self.fields) for name, source in sources.items()}

    @cached_property
    def _parameters(self) -> list[tuple[str, Pattern, bool]]:
        wanted = [(name, Pattern(source, self.fields), True) for name, source in self.query.items()]
        return wanted + [(name, Pattern(source, self.fields), False) for name, source in self.maybe.items()]

    def read_text(self, text: str) -> Values | None:
        """The fields of a text that is no address, such as a file name."""
        return self._checked(self._patterns["text"].read(text))

    def read(self, address: Address) -> Values | None:
        """The fields of an address; None when it is not of this form."""
        host = self._patterns["host"].read(address.host)
        path = self._patterns["path"].read(address.path) if host is not None else None
        if host is None or path is None:
            return None
        values = {"search": address.search, **host, **path}
        for name, pattern, wanted in self._parameters:
            value = address.parameter(name)
            found = pattern.read(value) if value is not None else None
            if found is None and wanted:
                return None
            values.update(found or {})
        return self._checked(values)

    def _checked(self, values: Values | None) -> Values | None:
        if values is None:
            return None
        right = (md5_starts_with(values[name], *(values[part] for part in parts)) for name, parts in self.md5.items())
        return values if all(right) else None


def filled(template: str, values: Values) -> str:
    """A template with its fields put in as they are."""
    return _FIELD.sub(lambda name: values.get(name[1], ""), template)


def filled_url(template: str, values: Values) -> str:
    """A template with its fields put in percent-encoded, except those that are parts of an address already."""

    def encode(name: re.Match[str]) -> str:
        safe = f"{_URL_SAFE}%?&" if name[1] in _BUILT_IN else _URL_SAFE
        return quote(values.get(name[1], ""), safe=safe)

    return _FIELD.sub(encode, template)
