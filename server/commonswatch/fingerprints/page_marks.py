"""The licence a web page gives for the picture it shows. Runs in a child; a page's words are evidence, not proof.

Most dependable first: schema.org `license` of an ImageObject (JSON-LD), the licence templates of Wikimedia Commons,
`rel=license` on a link in the body (Flickr), microdata and `meta`, and last `<link rel=license>` in the head, which
on a wiki concerns the text. Where one place names two licences, nothing is said, but for Commons: there the re-user
may pick, and the first one stands. Links inside `<footer>` concern the site.
"""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from commonswatch.domain.licences import Licence
from commonswatch.rules.licences import read_creative_commons

_LARGEST_PAGE = 2 * 2**20  # bytes
_LARGEST_SCRIPT = 256 * 1024  # letters
_DEEPEST = 8
_MOST_FOUND = 50
_PLACES = ("json-ld", "commons", "link", "microdata", "meta", "head")
_META_NAMES = ("og:license", "license", "dc.rights", "dcterms.license", "dcterms.rights", "cc:license")
_PICTURES = ("ImageObject", "Photograph", "VideoObject")

_Attributes = list[tuple[str, str | None]]


def licence_on(page: bytes) -> Licence | None:
    """The licence ``page`` names for its picture, None if it names none or several. Never raises."""
    reader = _PageReader()
    try:
        reader.feed(page[:_LARGEST_PAGE].decode("utf-8", "replace"))
        reader.close()
    except (AssertionError, ValueError, RecursionError):  # html.parser on what is not HTML; keep what was found
        pass
    for place in _PLACES:
        named = list(dict.fromkeys(reader.found[place]))
        if named:
            return named[0] if len(named) == 1 or place == "commons" else None
    return None


class _PageReader(HTMLParser):
    """Collects the licences a page names, by where they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[Licence]] = {place: [] for place in _PLACES}
        self._footers = 0
        self._reading = ""  # "json-ld" or "commons" while inside such an element
        self._text = ""

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}  # the first of two equal names counts
        if tag == "footer":
            self._footers += 1
        if tag == "script" and given.get("type", "").strip().lower() == "application/ld+json":
            self._reading, self._text = "json-ld", ""
        elif "licensetpl_link" in given.get("class", "").split():
            self._reading, self._text = "commons", ""
        self._read_attributes(tag, given)

    def handle_data(self, data: str) -> None:
        if self._reading and len(self._text) < _LARGEST_SCRIPT:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "footer":
            self._footers = max(0, self._footers - 1)
        if self._reading == "json-ld":
            for value in _licences_of_pictures(self._text):
                self._add("json-ld", value)
        elif self._reading == "commons":
            self._add("commons", self._text)
        self._reading = ""

    def _read_attributes(self, tag: str, given: dict[str, str]) -> None:
        target = given.get("href") or given.get("content") or ""
        relations = given.get("rel", "").lower().split()
        if "license" in relations and tag == "link":
            self._add("head", target)
        elif "license" in relations and not self._footers:
            self._add("link", target)
        elif given.get("itemprop", "").lower() == "license":
            self._add("microdata", target)
        elif tag == "meta" and (given.get("property") or given.get("name", "")).lower() in _META_NAMES:
            self._add("meta", target)

    def _add(self, place: str, value: str) -> None:
        if len(self.found[place]) < _MOST_FOUND and (licence := read_creative_commons(value.strip()[:2000])):
            self.found[place].append(licence)


def _licences_of_pictures(script: str) -> Iterator[str]:
    """The `license` of each picture a JSON-LD script describes."""
    try:
        yield from _walk(json.loads(script), 0)
    except (ValueError, RecursionError):
        return


def _walk(node: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        kinds = node.get("@type")
        if any(kind in _PICTURES for kind in (kinds if isinstance(kinds, list) else [kinds])):
            yield from _addresses(node.get("license"))
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _walk(one, depth + 1)


def _addresses(value: Any) -> Iterator[str]:
    """A licence is given as an address, as an object with one, or as a list of these."""
    for one in value if isinstance(value, list) else [value]:
        address = (one.get("@id") or one.get("url")) if isinstance(one, dict) else one
        if isinstance(address, str):
            yield address
