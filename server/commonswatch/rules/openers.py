"""What in an address nobody described may open something: found, so that it is cut off. Knows no host.

Names of secret parameters behind any sign that may separate them, hashes of torrents, and links that are secret
themselves; each also escaped once more, up to three times. Which names: the `generic` part of a rule file.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from commonswatch.rules.changes import CHANGES
from commonswatch.rules.patterns import Values
from commonswatch.rules.reading import decoded

_ESCAPED_AT_MOST = 3  # times
_MOST_LINKS = 12  # in one path; what is behind them is cut
_ASCII_ESCAPE = re.compile("%([2-7][0-9A-Fa-f])")
_NAMED = re.compile("[&;?#]([^&;?#=:：＝]{1,100})[=:：＝]")
_BEHIND = re.compile("[&;?#]|%(?:25){0,3}(?:2[36]|3[BbFf])")
_SLASHES = re.compile("^(https?):/*", re.IGNORECASE)  # some are lost where addresses are cleaned
_LINK = re.compile("https?:", re.IGNORECASE)
_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_HARMLESS = re.compile("[A-Za-z0-9_-]{0,30}")  # most parts of paths: neither a link nor a hash nor named
_QUIET = re.compile(  # most addresses: nothing escaped, no link, no hash; their parameters have been looked at
    r"(?:/[A-Za-z0-9_-]{0,30})*(?:\.[A-Za-z0-9]{1,5})?(?:[?&][A-Za-z0-9_-]{0,30}(?:=[A-Za-z0-9_.+-]{0,30})?)*"
)
_SCHEME = re.compile("(?:https?|hf|s3|gs|oss):", re.IGNORECASE)

Opens = Callable[[str], bool]


class Openers:
    """What the `generic` part of a rule file says about secrets."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self._names = re.compile(entry["secrets"])
        self._opening, self._hash, self._beside = (re.compile(entry[name]) for name in ("opens", "hash", "beside"))

    def cut(self, values: Values, opens: Opens) -> None:
        """Move what may open something from the path and the query to the secret."""
        if _QUIET.fullmatch(values["path"] + values["query"]):
            return
        path, pairs = values["path"], [pair for pair in values["query"][1:].split("&") if pair]
        near = bool(self._beside.search(_lower(f"{values['site']}{path}{values['query']}")))
        end = self._end(path, values["query"], near, opens)
        kept = [pair for pair in pairs if end == len(path) and not self._tells(f"&{pair}", near, opens)]
        secret = [path[end:], *(pair for pair in pairs if pair not in kept), values["secret"]]
        values["path"], values["query"] = path[:end] or "/", f"?{'&'.join(kept)}" if kept else ""
        values["secret"] = "&".join(filter(None, secret))

    def shown_end(self, text: str, opens: Opens) -> int:
        """Up to where a field of a known host may be shown."""
        link = _LINK.search(text)
        has_secret = link is not None and _opens_anyhow(text[link.start() :], opens)
        return min(link.start() if link and has_secret else len(text), self.named_end(text))

    def named_end(self, text: str) -> int:
        """Where the first parameter starts that stands behind a text and has the name of a secret; else its length."""
        found = _BEHIND.search(text)
        return found.start() if found and any(map(self._names_secret, _readings(text))) else len(text)

    def _end(self, path: str, query: str, near: bool, opens: Opens) -> int:
        """Up to where a path may be shown."""
        at, links = 0, 0
        for part in path.split("/"):
            if _HARMLESS.fullmatch(part):
                at += len(part) + 1
                continue
            starts_link = any(_SCHEME.match(one) or _HOST.fullmatch(one) for one in _readings(part))
            links += starts_link
            if starts_link and (links > _MOST_LINKS or _opens_anyhow(f"{path[at:]}{query}", opens)):
                return at
            if self._tells(f"&{part}" if "=" in part else part, near, opens):
                end = at + self.named_end(part)
                return at if end == at + len(part) or self._tells(path[at:end], near, opens) else end
            at += len(part) + 1
        return len(path)

    def _tells(self, text: str, near: bool, opens: Opens) -> bool:
        """Whether a part of a path or a parameter (with its `&`) may open something."""
        for one in _readings(text):
            small = _lower(one)
            if self._opening.search(small) or (near and self._hash.search(small)) or self._names_secret(one):
                return True
            value = one[1:].partition("=")[2] if one.startswith("&") else one
            if "/" in value and "." in value and opens(_SLASHES.sub(r"\1://", value)):
                return True
        return False

    def _names_secret(self, text: str) -> bool:
        names = (found[1].strip(" ") for found in _NAMED.finditer(_lower(text)))
        return any(self._names.fullmatch(name) for name in names)


def _opens_anyhow(link: str, opens: Opens) -> bool:
    return any(opens(_SLASHES.sub(r"\1://", one)) for one in _readings(link))


def _readings(text: str) -> Iterator[str]:
    """A text as it is, and with its escapes resolved once, twice and three times."""
    yield text
    for _ in range(_ESCAPED_AT_MOST):
        if "%" not in text:
            return
        plain = decoded(text)
        plain = _ASCII_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text) if plain is None else plain
        if plain == text:
            return
        text = plain
        yield text


def _lower(text: str) -> str:
    return CHANGES["lower"](text) or ""
