"""The rule for hosts nobody described: host and path, and the parameters that are not known noise."""

import re
from functools import lru_cache
from typing import Any

from commonswatch.rules.forms import Form
from commonswatch.rules.patterns import Values
from commonswatch.rules.reading import Address

_KNOWN_NAMES = 1024  # how many names of parameters at most are kept ready


class Generic:
    """What the `generic` part of a rule file says."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.form = Form(fields=entry.get("fields", {}), **entry["form"])
        self._path = self.form.pattern("path")
        self._pictures, self._scripts = re.compile(entry["pictures"]), re.compile(entry["scripts"])
        self._names = {kind: re.compile(entry[kind]) for kind in ("secrets", "noise", "picture_noise")}
        self._kind = lru_cache(_KNOWN_NAMES)(self._kind_of)

    def read(self, address: Address) -> Values | None:
        """The fields of any address, with the parameters worth keeping and the secret ones apart."""
        values = self._path.read(address.path)
        if values is None:
            return None
        values["host"], values["site"] = sites(address)
        values["path"] = address.path
        values["query"] = ""
        if address.search:
            values["search"] = address.search
            self._read_query(address, values)
        return values

    def _read_query(self, address: Address, values: Values) -> None:
        pairs = address.parameters()
        kinds = [self._kind(pair.partition("=")[0]) for pair in pairs]
        if any(kinds):
            dropped = self._dropped(address.path)
            values["secret"] = "&".join([pair for pair, kind in zip(pairs, kinds, strict=True) if kind == "secrets"])
            pairs = [pair for pair, kind in zip(pairs, kinds, strict=True) if kind not in dropped]
        values["query"] = f"?{'&'.join(pairs)}" if pairs else ""

    def _kind_of(self, name: str) -> str:
        return next((kind for kind, regex in self._names.items() if regex.fullmatch(name.lower())), "")

    def _dropped(self, path: str) -> tuple[str, ...]:
        """The kinds of parameters that make no difference here."""
        if self._scripts.fullmatch(path):  # there, the query is what is shown
            return ("secrets",)
        on_picture = self._pictures.fullmatch(path)
        return ("secrets", "noise", "picture_noise") if on_picture else ("secrets", "noise")


def sites(address: Address) -> tuple[str, str]:
    """The host of an address with its port: without and with its `www.`, which `www.com` keeps."""
    bare = address.host.removeprefix("www.")
    site = address.host + address.port
    return bare + address.port if "." in bare else site, site
