"""The one engine: a file of host families → which form an address has. Adding a host never changes this file."""

import json
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from commonswatch.domain.keys import How
from commonswatch.rules.forms import Form, filled
from commonswatch.rules.generic import Generic, sites
from commonswatch.rules.hosts import Family, Place, Texts
from commonswatch.rules.openers import Openers
from commonswatch.rules.patterns import Values
from commonswatch.rules.reading import KNOWN, LONGEST, Address, is_plain, read_address, trimmed

DEPTH = 4  # addresses inside addresses: a proxy's copy of an archive's copy of a blog's proxy is real

_MARK = re.compile("[&;]|%(?:25){0,3}(2[36]|3[BbFf])")  # where a query or fragment starts, escaped or mistaken
_FRAGMENT = "23"
_WORD = re.compile("[A-Za-z]+(?:[_-][A-Za-z]+)*")  # what no token looks like
_LONGEST_WORD = 24
_CERTAINTY: dict[How, int] = {"exact": 0, "unwrapped": 1, "guessed": 2}


@dataclass(slots=True)
class Found:
    """A form that fits, what it captured, and how sure that is."""

    form: Form
    values: Values = field(repr=False)  # may hold the secret of a share
    how: How
    family: Family | None = None


class Rulebook:
    """All rules of one file: the families by domain, the texts, and the generic rule."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self.families = [Family(entry) for entry in entries["families"]]
        self._by_domain = {domain: family for family in self.families for domain in family.domains}
        self._by_last_labels = {_last_labels(domain) for domain in self._by_domain}
        self._widest = max(domain.count(".") for domain in self._by_domain) + 1
        self._anywhere = [family for family in self.families if not family.domains]
        self._texts = Texts(self.families)
        self._generic = Generic(entries["generic"])
        self._repairs: bool = entries.get("repairs", False)
        self.openers = Openers(entries["generic"]) if "opens" in entries["generic"] else None
        self._place = lru_cache(KNOWN)(self._find_place)

    def find(self, text: str, depth: int = 0) -> Found | None:
        """The form a text has, addresses inside it followed. None for what is no address or no known form."""
        address = read_address(text)
        place = self._place(address.host) if address else None
        if address and place:
            return self._at_place(address, place, depth)
        if address is None or not address.explicit:
            found = self._texts_of(text)
            if found:
                family, form, values = found
                return self._followed(Found(form, values, form.how, family), depth)
        if address is None or (address.host.count(".") > 2 and self._imitates(address.host)):
            return None
        return self._on_any_host(address, depth)

    def find_page(self, text: str) -> Found | None:
        """An address read by the generic rule, whoever owns its host; None for what is none or imitates a host.

        Without its query; of hosts of shares also without all that may be a token: only a family of articles keeps it.
        """
        address = read_address(text.partition("#")[0].partition("?")[0])
        if address is None or not address.explicit or self._imitates(address.host):
            return None
        place = self._place(address.host)
        if place and not place.family.has_articles:
            address = replace(address, path=_words_of(address.path))
        captured = self._generic.read(address)
        return Found(self._generic.form, captured, "exact") if captured is not None else None

    def _find_place(self, host: str) -> Place | None:
        if _last_labels(host) not in self._by_last_labels:
            return None
        labels = host.split(".")
        names = (".".join(labels[start:]) for start in range(max(0, len(labels) - self._widest), len(labels)))
        return next((self._by_domain[name].at(host) for name in names if name in self._by_domain), None)

    def _imitates(self, host: str) -> bool:
        """Whether a known domain stands in front of another one: `flickr.com.evil.example`."""
        labels = host.split(".")
        runs = (
            ".".join(labels[start:end])
            for start in range(len(labels))
            for end in range(start + 2, min(start + self._widest, len(labels) - 2) + 1)
        )
        return any(run in self._by_domain for run in runs)

    def _at_place(self, address: Address, place: Place, depth: int) -> Found | None:
        found = None if address.port else place.read(address)
        if found is None and self._repairs and not address.port:
            address = _repaired(address)
            found = place.read(address)
        if found is None:
            return None
        form, values = found
        if form.generic:
            return self._on_any_host(address, depth)
        return self._followed(Found(form, values, form.how, place.family), depth, address)

    def _texts_of(self, text: str) -> tuple[Family, Form, Values] | None:
        plain = trimmed(text)
        return self._texts.read(plain) if len(plain) <= LONGEST and is_plain(plain) else None

    def _on_any_host(self, address: Address, depth: int) -> Found | None:
        """By software that runs on many hosts, known by its paths; else by the generic rule."""
        for family in self._anywhere:
            found = family.at(address.host).read(address)
            if found is not None:
                form, values = found
                for name, site in zip(("host", "site"), sites(address), strict=True):
                    values.setdefault(name, site)
                return self._followed(Found(form, values, form.how, family), depth, address)
        captured = self._generic.read(address)
        how = self._generic.form.how if address.explicit else "guessed"
        return Found(self._generic.form, captured, how) if captured is not None else None

    def _followed(self, found: Found, depth: int, address: Address | None = None) -> Found | None:
        form = found.form
        if not form.address:
            return found if form.key or form.account else None
        link = filled(form.address, found.values)
        if address and address.fragment and "#" not in link:  # people forget to escape it
            link += f"#{address.fragment}"
        inner = self.find(link, depth + 1) if depth < DEPTH else None
        return inner and Found(inner.form, inner.values, less_certain(inner.how, found.how), inner.family)


def _repaired(address: Address) -> Address:
    """With what stands behind an escaped or mistaken mark in its path as its query or fragment."""
    found = _MARK.search(address.path)
    if found is None:
        return address
    path, rest = address.path[: found.start()], address.path[found.end() :]
    if found[1] == _FRAGMENT:
        return replace(address, path=path, fragment=rest)
    return replace(address, path=path, search="&".join(filter(None, [f"?{rest}", address.search[1:]])))


def _words_of(path: str) -> str:
    """As much of a path as consists of plain words."""
    parts = path.split("/")
    end = next((at for at, part in enumerate(parts) if part and not _is_word(part)), len(parts))
    return "/".join(parts[:end]) or "/"


def _is_word(part: str) -> bool:
    return len(part) <= _LONGEST_WORD and _WORD.fullmatch(part) is not None


def less_certain(one: How, other: How) -> How:
    """The less certain of two ways a key was won."""
    return one if _CERTAINTY[one] >= _CERTAINTY[other] else other


def load(name: str) -> Rulebook:
    """Read one of the rule files that come with this room."""
    return Rulebook(json.loads(files("commonswatch.rules").joinpath(name).read_text(encoding="utf-8")))


def _last_labels(host: str) -> str:
    return host[host.rfind(".", 0, host.rfind(".")) + 1 :]
