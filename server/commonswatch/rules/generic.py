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
        expressions = [re.compile(entry[name]) for name in ("secrets", "noise", "picture_noise")]
        self._kinds = lru_cache(_KNOWN_NAMES)(lambda name: [bool(regex.fullmatch(name)) for regex in expressions])

    def read(self, address: Address) -> Values | None:
        """The fields of any address, with the parameters worth keeping and the secret ones apart."""
        values = self._path.read(address.path)
        if values is None:
            return None
        values.update(sites(address))
        values["path"] = address.path
        if address.search:
            self._read_query(address, values)
        return values

    def _read_query(self, address: Address, values: Values) -> None:
        is_script = self._scripts.fullmatch(address.path)  # there, the query is what is shown
        is_picture = self._pictures.fullmatch(address.path)
        kept, secret = [], []
        for pair in address.parameters():
            is_secret, is_noise, is_picture_noise = self._kinds(pair.partition("=")[0].lower())
            if is_secret:
                secret.append(pair)
            elif is_script or not (is_noise or (is_picture and is_picture_noise)):
                kept.append(pair)
        values["search"] = address.search
        values["query"] = f"?{'&'.join(kept)}" if kept else ""
        values["secret"] = "&".join(secret)


def sites(address: Address) -> Values:
    """The host of an address, without and with its `www.`."""
    return Values(host=address.host.removeprefix("www.") + address.port, site=address.host + address.port)
