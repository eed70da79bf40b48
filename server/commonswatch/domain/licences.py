"""Creative Commons licences: how people write them, which they are, and what to check in a copy of a work.

Grammar of the addresses: creativecommons/cc-legal-tools-app `legal_tools/urls.py`. Nothing here says that somebody
broke a licence: a licence matters only where copyright asks for permission, and that is for people to judge.
Reading licences out of pictures and pages is done in the room `fingerprints`.
"""

import re
from dataclasses import dataclass
from typing import Literal

Element = Literal["BY", "NC", "ND", "SA"]

_LONGEST = 2000
_ELEMENTS: tuple[Element, ...] = ("BY", "NC", "ND", "SA")
_CODES = ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
_WITHOUT_BY = ("nd", "nc", "sa", "nc-sa", "nc-nd")  # version 1.0 only, long retired
_VERSIONS = ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")
_HOST = "https://creativecommons.org"


@dataclass(frozen=True)
class Licence:
    """One licence or public-domain statement. ``code`` is as in its address (`by-nc-sa`), `cc0` or `pdm`."""

    code: str
    version: str
    jurisdiction: str = ""  # two letters, `igo` or `scotland`; empty: international or unported

    @property
    def elements(self) -> tuple[Element, ...]:
        """The conditions it is built from, in the order of its name; none for CC0 and the Public Domain Mark."""
        parts = self.code.upper().split("-")
        return tuple(element for element in _ELEMENTS if element in parts)

    @property
    def url(self) -> str:
        """The address of its text for people."""
        path = {"cc0": "publicdomain/zero", "pdm": "publicdomain/mark"}.get(self.code, f"licenses/{self.code}")
        port = f"{self.jurisdiction}/" if self.jurisdiction else ""
        return f"{_HOST}/{path}/{self.version}/{port}"

    @property
    def name(self) -> str:
        """Its short name, such as `CC BY-NC 2.0 DE`."""
        title = {"cc0": "CC0", "pdm": "Public Domain Mark"}.get(self.code, f"CC {self.code.upper()}")
        return f"{title} {self.version} {self.jurisdiction.upper()}".strip()


LICENCES: tuple[Licence, ...] = (
    *(Licence(code, version) for version in ("4.0", "3.0", "2.5", "2.0") for code in _CODES),
    Licence("cc0", "1.0"),
    Licence("pdm", "1.0"),
)
"""The choice in forms: newest first. Ports and version 1.0 are understood when read, but not offered."""

_URL = re.compile(
    r"(?:https?:)?(?://)?(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z-]{2,12})/(\d\.\d)"
    r"(?:/(?!rdf\b)([a-z]{2}|igo|scotland))?(?:/(?:deed|legalcode)(?:\.[a-z_-]{2,10})?|/rdf)?/?(?:[?#]\S*)?",
)
# Such as: CC BY-NC 2.0; cc-by-sa-3.0-de; CC-BY-NC-SA-3.0-IGO; {{Cc-by-sa-3.0-migrated}}; BY-SA 4.0
_NAME = re.compile(
    r"(?:cc[ -]?)?((?:by|nc|nd|sa)(?:[ -](?:by|nc|nd|sa)){0,3})[ -](\d\.\d)"
    r"(?:[ -]([a-z]{2}|igo|scotland))?(?:-migrated)?"
)
_ZERO = re.compile(r"(?:public domain dedication \(cc0\)|cc[ -]?(?:0|zero)(?:[ -]1\.0)?)(?: universal)?")
_MARK = re.compile(r"(?:public domain mark|pdm|cc[ -]pdm?)(?:[ -]1\.0)?")
# Flickr's, YFCC's and COCO's long names carry no version; until 2025 Flickr had 2.0 only.
_LONG_NAME = re.compile(
    r"(?:creative commons )?(attribution(?:-noncommercial|-sharealike|-noderivs|-noderivatives){0,2})"
    r"(?: (\d\.\d))?(?: (?:international|unported|generic))?(?: licen[sc]e)?(?: (\d\.\d))?"
)
_LONG_PARTS = {
    "attribution": "BY",
    "noncommercial": "NC",
    "sharealike": "SA",
    "noderivs": "ND",
    "noderivatives": "ND",
}


def parse_licence(text: str) -> Licence | None:
    """Read a licence from an address, SPDX or Hugging Face name, Commons template or Flickr name; never raises.

    A name without a version names no licence, but for Flickr's long names, which meant 2.0 (YFCC100M and COCO use
    them). Of a Commons template with several licences the first is taken. Words such as "All Rights Reserved", and
    the address of the list of licences, give None.
    """
    plain = " ".join(text[:_LONGEST].strip().strip("{}").lower().split())
    plain = plain.removeprefix("self|").split("|")[0]
    return _from_url(plain) or _public_domain(plain) or _from_name(plain) or _from_long_name(plain)


def _from_url(text: str) -> Licence | None:
    found = _URL.fullmatch(text)
    if not found:
        return None
    unit, code, version, port = found.groups()
    if unit == "publicdomain":
        statement = {"zero": "cc0", "mark": "pdm"}.get(code)
        return Licence(statement, version) if statement and version == "1.0" else None
    return _licence(code.upper().split("-"), version, port)


def _public_domain(text: str) -> Licence | None:
    if _ZERO.fullmatch(text):
        return Licence("cc0", "1.0")
    return Licence("pdm", "1.0") if _MARK.fullmatch(text) else None


def _from_name(text: str) -> Licence | None:
    found = _NAME.fullmatch(text)
    if not found:
        return None
    parts, version, port = found.groups()
    return _licence(parts.upper().replace(" ", "-").split("-"), version, port)


def _from_long_name(text: str) -> Licence | None:
    found = _LONG_NAME.fullmatch(text.replace("non-commercial", "noncommercial"))
    if not found:
        return None
    parts = [_LONG_PARTS[part] for part in found[1].split("-")]
    return _licence(parts, found[2] or found[3] or "2.0", None)


def _licence(parts: list[str], version: str, port: str | None) -> Licence | None:
    """Put the parts in order (1.0 wrote `by-nd-nc`) and accept only what Creative Commons ever published."""
    code = "-".join(element.lower() for element in _ELEMENTS if element in parts)
    known = code in _CODES or (version == "1.0" and code in _WITHOUT_BY)
    if not known or len(parts) != len(set(parts)) or version not in _VERSIONS:
        return None
    return Licence(code, version, port or "") if version != "4.0" or not port else None


_QUESTIONS: dict[Element, tuple[str, ...]] = {
    "BY": (
        "BY: is the creator named next to the picture?",
        "BY: does the copy link to the source and to the licence, and say what was changed?",
    ),
    "NC": ("NC: is the copy offered or used by a company, or for money?",),
    "ND": ("ND: were adapted versions shared, for example cropped or aligned faces?",),
    "SA": ("SA: is the adapted set shared under the same licence?",),
}
_CURE = "4.0: when was it found out? Rights come back if it is put right within 30 days of that."


def conditions(licence: Licence) -> tuple[str, ...]:
    """The questions to look into at a copy of a work under ``licence``: conditions to check, never findings.

    They concern copyright only. Rights of the people shown are outside every Creative Commons licence.
    """
    questions = tuple(question for element in licence.elements for question in _QUESTIONS[element])
    return (*questions, _CURE) if questions and licence.version == "4.0" else questions
