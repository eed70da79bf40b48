"""Families of hosts, and which forms of a family concern a host. Which family that is: `rulebook.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commonswatch.rules.forms import ANY_HOST, Form
from commonswatch.rules.patterns import OneOf, Pattern, Values
from commonswatch.rules.reading import Address


class Family:
    """A family of hosts: its domains, its forms in the order they are tried, and the texts that mean it."""

    def __init__(self, entry: dict[str, Any]) -> None:
        fields = entry.get("fields", {})
        self.name: str = entry["name"]
        self.domains: list[str] = entry.get("domains", [])
        self.has_articles: bool = entry.get("articles", False)
        self.forms = [Form(fields=fields, **form) for form in entry.get("forms", [])]
        self.texts = [Form(fields=fields, **form) for form in entry.get("texts", [])]
        self.codes = [Pattern(source, fields) for source in entry.get("codes", [])]
        self._hosts = {form.host: form.pattern("host") for form in self.forms}
        self._paths: dict[tuple[int, ...], OneOf] = {}

    def at(self, host: str) -> "Place":
        """The forms that concern a host, ready to read paths."""
        captured = {source: Values() if source == ANY_HOST else p.read(host) for source, p in self._hosts.items()}
        chosen = tuple(number for number, form in enumerate(self.forms) if captured[form.host] is not None)
        forms = [self.forms[number] for number in chosen]
        if chosen not in self._paths:
            self._paths[chosen] = OneOf([form.pattern("path") for form in forms])
        return Place(self, forms, [captured[form.host] for form in forms], self._paths[chosen])


@dataclass(slots=True)
class Place:
    """A host of a family, or any host: its forms, what each captured of the host's name, and their paths."""

    family: Family
    forms: Sequence[Form]
    captured: Sequence[Values | None]
    paths: OneOf

    def read(self, address: Address) -> tuple[Form, Values] | None:
        """The first form that fits an address, and its fields."""
        found = self.paths.first(address.path)
        while found is not None:
            number, values = found
            values.update(self.captured[number] or ())
            complete = self.forms[number].completed(values, address)
            if complete is not None:
                return self.forms[number], complete
            found = self.paths.first(address.path, number + 1)
        return None


class Texts:
    """What is no address, such as a file name: the forms of all families, in the order of the file."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._forms = [(family, form) for family in families for form in family.texts]
        self._texts = OneOf([form.pattern("text") for _, form in self._forms])

    def read(self, text: str) -> tuple[Family, Form, Values] | None:
        """The first form that fits, its family and its fields."""
        for number, values in self._texts.all(text):
            family, form = self._forms[number]
            if form.checked(values) is not None:
                return family, form, values
        return None
