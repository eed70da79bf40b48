"""Any written licence → which one it is. Rules: `licences.json`; format: docs/licences.md.

Addresses, SPDX, Hugging Face and Kaggle names, Flickr names and ids, Commons templates and structured data,
schema.org and XMP values, and sentences or HTML with one of these in it. Reading pages is done elsewhere.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

from commonswatch.domain.licences import Licence
from commonswatch.rules.patterns import Pattern, Values

LONGEST = 16_384  # characters that are looked at
_MOST_PARTS = 500  # of a template, or words that may be addresses

_rules: dict[str, Any] = json.loads(files("commonswatch.rules").joinpath("licences.json").read_text(encoding="utf-8"))
_fields = {**_rules["fields"], "place": "|".join(sorted(_rules["places"], key=len, reverse=True))}
_codes: dict[str, str] = _rules["codes"]


def _all_published() -> Iterator[tuple[str, str, str]]:
    for tools in _rules["published"]:
        for unit in tools["units"]:
            for version, ports in tools["versions"].items():
                for port in ports.split():
                    yield unit, version, "" if port == "unported" else port


_units = frozenset(_all_published())  # (`licenses/by`, `3.0`, `de`)
_published = frozenset(
    (_codes.get(name, name), version, port) for unit, version, port in _units for name in unit.split("/")[1:]
)
_addresses = [Pattern(source, _fields) for source in _rules["addresses"]]
_pages = [(Pattern(entry["address"], _fields), entry) for entry in _rules["statements"]]
_names = [(Pattern(entry["text"], _fields), entry) for entry in _rules["names"]]
_denied = [Pattern(source, _fields) for source in _rules["denied"]]
_within = [(Pattern(entry["text"], _fields), entry) for entry in _rules["within"]]
_flickr = Pattern(_rules["flickr"]["text"], _fields)
_wikidata = Pattern(_rules["wikidata"]["text"], _fields)
_parameters = Pattern(_rules["templates"]["names"], {})

_CAPITALS = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}
_BLANKS = re.compile("[\x00-\x20\x7f-\xa0\u2000-\u200b\u2028\u2029\u202f\u3000\ufeff]+|&(?:quot|lt|gt|apos|nbsp);")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_ELEMENT = re.compile("|".join(f"({_fields[name]})" for name in ("by", "nc", "nd", "sa")))
_ORDER = ("by", "nc", "nd", "sa")
_IS_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^ \"<>{}|]*|[a-z0-9.-]+\.[a-z]{2,63}(?::[0-9]*)?(?:[/?#][^ ]*)?")
_AROUND_ADDRESSES = re.compile(r"[ \"'<>()\[\]{}|,;]+")
_AFTER_ADDRESSES = ".,:;!?)"
_TEMPLATE = re.compile(r"\{\{|\}\}|\|")


def read_licence(text: str) -> Licence | None:
    """The licence or statement a text gives, None when it gives none. Never raises, never asks the network.

    A number from 0 to 16 is a Flickr id. Of several licences in one text the first Creative Commons one counts, as
    the re-user may pick. Flickr's long names carry no version and meant 2.0 (YFCC100M and COCO use them); other
    names without version, and YouTube's, give an empty one.
    """
    plain = _plain(text)
    number = _flickr.read(plain)
    if number is not None:
        return flickr_licence(number["number"])
    if _IS_ADDRESS.fullmatch(plain):
        return _from_address(plain) or _from_wikidata(plain)
    if "{{" in plain:
        return _from_template(plain)
    return _from_words(plain)


def read_creative_commons(text: str) -> Licence | None:
    """As `read_licence`, but only what a work can be registered under: a licence with its version, CC0, the mark."""
    licence = read_licence(text)
    return licence if licence and licence.is_creative_commons else None


def flickr_licence(number: str) -> Licence | None:
    """What one of the ids 0 to 16 means in Flickr's API; None for what is no id."""
    meant = {str(one): words for one, words in enumerate(_rules["flickr"]["ids"])}.get(number)
    return Licence(*meant.split()) if meant else None


def conditions(licence: Licence) -> tuple[str, ...]:
    """The questions to look into at a copy of a work under ``licence``: conditions to check, never findings."""
    if not licence.elements:
        return ()
    return tuple(
        condition["question"]
        for condition in _rules["conditions"]
        if condition.get("element", licence.elements[0]) in licence.elements
        and licence.version in condition.get("versions", [licence.version])
    )


LIMITS: tuple[str, ...] = tuple(_rules["limits"])
"""What no licence decides; shown wherever conditions to check are shown."""


def _plain(text: str) -> str:
    """Lower case (ASCII only, the same in every language), single blanks, plain dashes and slashes."""
    cut = text[:LONGEST].translate(_CAPITALS).replace("\\/", "/").replace("&amp;", "&").replace("%2b", "+")
    return _DASHES.sub("-", _BLANKS.sub(" ", cut)).strip(" ")


def _from_words(plain: str) -> Licence | None:
    licence = _from_address(plain) or _from_wikidata(plain)
    if licence:
        return licence
    for pattern, entry in _names:
        values = pattern.read(plain)
        if values is not None:
            return _made(values, entry)
    return _from_inside(plain)


def _from_address(written: str) -> Licence | None:
    plain = written.rstrip(_AFTER_ADDRESSES)
    for pattern in _addresses:
        values = pattern.read(plain)
        if values is not None:
            unit, version, port = values["unit"], values["version"], values.get("port", "")
            known = (f"{values['category']}/{unit}", version, port) in _units
            return Licence(_codes.get(unit, unit), version, port) if known else None
    return next((_fixed(entry) for pattern, entry in _pages if pattern.read(plain) is not None), None)


def _from_wikidata(plain: str) -> Licence | None:
    values = _wikidata.read(plain)
    meant = _rules["wikidata"]["ids"].get(values["id"]) if values else None
    return Licence(*meant.split()) if meant else None


def _from_inside(plain: str) -> Licence | None:
    """The first address in a text, else the first name; none in a text that says it is not licensed so."""
    if any(pattern.seek(plain) is not None for pattern in _denied):
        return None
    for word in _AROUND_ADDRESSES.split(plain)[:_MOST_PARTS]:
        licence = _from_address(word)
        if licence:
            return replace(licence, how="unwrapped")
    for pattern, entry in _within:
        values = pattern.seek(plain)
        licence = _made(values, entry) if values is not None else None
        if licence:
            return replace(licence, how="unwrapped")
    return None


def _from_template(plain: str) -> Licence | None:
    """Of `{{self|cc-by-sa-4.0|GFDL}}` the first licence; named parameters count only where they name a licence."""
    found = []
    for part in _TEMPLATE.split(plain)[:_MOST_PARTS]:
        name, named, value = part.partition("=")
        if not named or _parameters.read(name.strip(" ")) is not None:
            found.append(_from_words((value if named else part).strip(" ")))
    read = [licence for licence in found if licence]
    return next((licence for licence in read if licence.is_creative_commons), read[0] if read else None)


def _made(values: Values, entry: dict[str, Any]) -> Licence | None:
    """The licence of a name, if it was ever published: `by-nd-sa`, 3.5 and a port of 4.0 were not."""
    if "code" in entry:
        return _fixed(entry, values.get("port", ""))
    words = next(values[name] for name in ("words", "elements", "attribution", "more") if name in values)
    parts = [_ORDER[(part.lastindex or 1) - 1] for part in _ELEMENT.finditer(words)]
    code = "-".join(part for part in _ORDER if part in parts)
    version = values.get("version") or values.get("later") or entry.get("version", "")
    version = version if "." in version or not version else f"{version}.0"
    port = values.get("port") or _rules["places"].get(values.get("place", ""), "")
    known = (code, version or "4.0", port) in _published and len(parts) == len(set(parts))
    return Licence(code, version, port, entry.get("how", "exact")) if known else None


def _fixed(entry: dict[str, Any], port: str = "") -> Licence | None:
    code, version = entry["code"], entry.get("version", "")
    if port and (code, version, port) not in _published:
        return None
    return Licence(code, version, port or entry.get("jurisdiction", ""), entry.get("how", "exact"))
