"""The one engine: a file of host families → which form an address has. Adding a host never changes this file."""

import json
import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from commonswatch.domain.keys import How
from commonswatch.rules.forms import Form, Pattern, Values, filled
from commonswatch.rules.reading import LONGEST, Address, is_plain, read_address, trimmed

DEPTH = 4  # addresses inside addresses: a proxy's copy of an archive's copy of a blog's proxy is real

_CERTAINTY: tuple[How, ...] = ("exact", "unwrapped", "guessed")


@dataclass(frozen=True)
class Found:
    """A form that fits, what it captured, and how sure that is."""

    form: Form
    values: Values = field(repr=False)  # may hold the secret of a share
    how: How
    family: "Family | None" = None


class Family:
    """A family of hosts: its domains, its forms in the order they are tried, and the texts that mean it."""

    def __init__(self, entry: dict[str, Any]) -> None:
        fields = entry.get("fields", {})
        self.name: str = entry["name"]
        self.domains: list[str] = entry.get("domains", [])
        self.forms = [Form(fields=fields, **form) for form in entry.get("forms", [])]
        self.texts = [Form(fields=fields, **form) for form in entry.get("texts", [])]
        self.codes = [Pattern(source, fields) for source in entry.get("codes", [])]


class Generic:
    """The rule for hosts nobody described: host and path, and the parameters that are not known noise."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.form = Form(fields=entry.get("fields", {}), **entry["form"])
        self._noise, self._picture_noise = re.compile(entry["noise"]), re.compile(entry["picture_noise"])
        self._pictures, self._scripts = re.compile(entry["pictures"]), re.compile(entry["scripts"])
        self._secrets = re.compile(entry["secrets"])

    def read(self, address: Address) -> Values | None:
        """The fields of any address, with the parameters worth keeping and the secret ones apart."""
        captured = self.form.read(address)
        if captured is None:
            return None
        secret = [pair for pair in address.parameters if self._secrets.fullmatch(_name(pair))]
        kept = [pair for pair in address.parameters if pair not in secret and not self._is_noise(pair, address.path)]
        return {
            **captured,
            **sites(address),
            "path": address.path,
            "query": f"?{'&'.join(kept)}" if kept else "",
            "secret": "&".join(secret),
        }

    def _is_noise(self, pair: str, path: str) -> bool:
        if self._scripts.fullmatch(path):  # there, the query is what is shown
            return False
        name = _name(pair)
        on_picture = self._pictures.fullmatch(path) and self._picture_noise.fullmatch(name)
        return bool(on_picture or self._noise.fullmatch(name))


class Rulebook:
    """All rules of one file: the families by domain, the texts, and the generic rule."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self.families = [Family(entry) for entry in entries["families"]]
        self._by_domain = {domain: family for family in self.families for domain in family.domains}
        self._anywhere = [(family, form) for family in self.families if not family.domains for form in family.forms]
        self._widest = max(domain.count(".") for domain in self._by_domain) + 1
        self._generic = Generic(entries["generic"])

    def find(self, text: str, depth: int = 0) -> Found | None:
        """The form a text has, addresses inside it followed. None for what is no address or no known form."""
        address = read_address(text)
        family = self._family(address.host) if address else None
        if address and family:
            return None if address.port else self._in_family(address, family, depth)
        if address is None or not address.explicit:
            found = self._by_text(text, depth)
            if found:
                return found
        return self._on_any_host(address, depth) if address and not self._imitates(address.host) else None

    def _family(self, host: str) -> Family | None:
        labels = host.split(".")
        names = (".".join(labels[start:]) for start in range(max(0, len(labels) - self._widest), len(labels)))
        return next((self._by_domain[name] for name in names if name in self._by_domain), None)

    def _imitates(self, host: str) -> bool:
        """Whether a known domain stands in front of another one: `flickr.com.evil.example`."""
        labels = host.split(".")
        runs = (
            ".".join(labels[start:end])
            for start in range(len(labels))
            for end in range(start + 2, min(start + self._widest, len(labels) - 2) + 1)
        )
        return any(run in self._by_domain for run in runs)

    def _in_family(self, address: Address, family: Family, depth: int) -> Found | None:
        for form in family.forms:
            values = form.read(address)
            if values is not None:
                return self._followed(Found(form, values, form.how, family), depth)
        return None

    def _by_text(self, text: str, depth: int) -> Found | None:
        plain = trimmed(text)
        if len(plain) > LONGEST or not is_plain(plain):
            return None
        for family in self.families:
            for form in family.texts:
                values = form.read_text(plain)
                if values is not None:
                    return self._followed(Found(form, values, form.how, family), depth)
        return None

    def _on_any_host(self, address: Address, depth: int) -> Found | None:
        """By software that runs on many hosts, known by its paths; else by the generic rule."""
        for family, form in self._anywhere:
            values = form.read(address)
            if values is not None:
                return self._followed(Found(form, {**sites(address), **values}, form.how, family), depth)
        return self._in_general(address)

    def _in_general(self, address: Address) -> Found | None:
        values = self._generic.read(address)
        how = self._generic.form.how if address.explicit else "guessed"
        return Found(self._generic.form, values, how) if values is not None else None

    def _followed(self, found: Found, depth: int) -> Found | None:
        if not found.form.address:
            return found if found.form.key or found.form.account else None
        inner = self.find(filled(found.form.address, found.values), depth + 1) if depth < DEPTH else None
        return inner and Found(inner.form, inner.values, less_certain(inner.how, found.how), inner.family)


def sites(address: Address) -> Values:
    """The host of an address, without and with its `www.`, for families that own none."""
    return {"host": address.host.removeprefix("www.") + address.port, "site": address.host + address.port}


def less_certain(one: How, other: How) -> How:
    """The less certain of two ways a key was won."""
    return max(one, other, key=_CERTAINTY.index)


def load(name: str) -> Rulebook:
    """Read one of the rule files that come with this room."""
    return Rulebook(json.loads(files("commonswatch.rules").joinpath(name).read_text(encoding="utf-8")))


def _name(pair: str) -> str:
    return pair.partition("=")[0].lower()
