"""Any link, or a text with one → the location it means, its secret split off. Rules: `sharing_hosts.json`."""

import re
from collections.abc import Iterator
from itertools import islice

from commonswatch.domain.keys import LocationKey
from commonswatch.rules.forms import filled, filled_url
from commonswatch.rules.reading import LONGEST, trimmed
from commonswatch.rules.rulebook import Found, load

_rules = load("sharing_hosts.json")

_LONGEST_TEXT = 16_384  # characters of a post or page that are looked at
_MOST_LINKS = 50
_MOST_PUNCTUATION = 8
_NEARBY = 120  # characters after a link (and before it) in which its access code is looked for
_LINK_LETTERS = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # printable ASCII without quotes, brackets `<>{}`, `|`, `^`, `\`
_SCHEME = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://")
_BLANK = re.compile(r"[ \t\r\n]")
_AROUND = "([*_'.,;:!?)]"


def location(text: str) -> LocationKey | None:
    """The location of a link, or of the best link in a text. Never raises, never asks the network.

    A known host wins over an unknown one, else the first link. ``access`` is what the link or the words around
    it tell.
    """
    plain = trimmed(text)
    found = _rules.find(plain) if len(plain) <= LONGEST and not _BLANK.search(plain) else None
    return _key(found, "") if found is not None else _best_of(plain[:_LONGEST_TEXT])


def _best_of(text: str) -> LocationKey | None:
    first = None
    for link, start, end in islice(_links(text), _MOST_LINKS):
        found = _rules.find(link)
        if found is None or found.how == "guessed":
            continue
        if found.family:
            return _key(found, _code_near(found, text, start, end))
        first = first or found
    return _key(first, "") if first else None


def _links(text: str) -> Iterator[tuple[str, int, int]]:
    for run in _LINK_LETTERS.finditer(text):
        scheme = _SCHEME.search(run[0])
        link = _unwrapped(run[0][scheme.start() :] if scheme else run[0].lstrip(_AROUND))
        if "/" in link and "." in link:
            yield link, run.start(), run.end()


def _unwrapped(link: str) -> str:
    """Without the punctuation of the sentence or the Markdown around it; brackets that belong to it stay."""
    for _ in range(_MOST_PUNCTUATION):
        ends = link.endswith(tuple(_AROUND)) and not (link.endswith(")") and link.count("(") >= link.count(")"))
        link = link[:-1] if ends else link
    return link


def _code_near(found: Found, text: str, start: int, end: int) -> str:
    after = _SCHEME.split(text[end - 1 : end + _NEARBY])[0]
    before = text[max(0, start - _NEARBY) : start]
    for place in (after, "" if _SCHEME.search(before) else before):
        for pattern in found.family.codes if found.family else ():
            values = pattern.seek(place)
            if values is not None:
                return values.get("code", "")
    return ""


def _key(found: Found, code: str) -> LocationKey:
    form, values = found.form, found.values
    return LocationKey(
        key=filled(form.key, values),
        kind=form.kind,
        url=filled_url(form.url, values),
        path=filled(form.inside, values).strip(": "),
        access=filled(form.access, values).strip() or code or None,
    )
