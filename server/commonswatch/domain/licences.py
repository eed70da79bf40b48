"""What a licence is: a Creative Commons licence, or a public statement in its place. How they are written: `rules`.

Nothing here says that somebody broke a licence: a licence matters only where copyright asks for permission, and that
is for people to judge.
"""

from dataclasses import dataclass, field
from typing import Literal

from commonswatch.domain.keys import How

Element = Literal["BY", "NC", "ND", "SA"]
Kind = Literal["licence", "dedication", "mark", "statement", "reserved"]

_ELEMENTS: tuple[Element, ...] = ("BY", "NC", "ND", "SA")
_CODES = ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
_KINDS: dict[str, Kind] = {
    "cc0": "dedication",
    "pdm": "mark",
    "certification": "statement",
    "pd": "statement",
    "nkcr": "statement",
    "usgov": "statement",
    "arr": "reserved",
}
_NAMES = {
    "cc0": "CC0",
    "pdm": "Public Domain Mark",
    "certification": "Public Domain Certification",
    "pd": "Public domain",
    "nkcr": "No known copyright restrictions",
    "usgov": "United States Government Work",
    "arr": "All rights reserved",
}
_SPDX = {"cc0": "CC0-1.0", "pdm": "CC-PDM-1.0", "certification": "CC-PDDC"}
_HOST = "https://creativecommons.org"
_PATHS = {"cc0": "publicdomain/zero", "pdm": "publicdomain/mark", "certification": "publicdomain/certification"}
_SPELT = {"by-nc-nd 1.0": "by-nd-nc", "nc-nd 1.0": "nd-nc", "nc-nd 2.0": "nd-nc"}  # the order of their addresses
_PAGES = {"nkcr": "https://www.flickr.com/commons/usage/", "usgov": "https://www.usa.gov/government-copyright"}


@dataclass(frozen=True)
class Licence:
    """One licence, or a statement that stands where a licence would: a dedication, a mark, `arr`.

    ``code`` is as in its address (`by-nc-sa`), or `cc0 pdm certification pd nkcr usgov arr`. Parts stand in the
    order BY, NC, ND, SA even where version 1.0 wrote `by-nd-nc`. ``how`` it was read does not make it another one.
    """

    code: str
    version: str = ""  # empty: none was named
    jurisdiction: str = ""  # two letters, `igo` or `scotland`; empty: international or unported
    how: How = field(default="exact", compare=False)

    @property
    def kind(self) -> Kind:
        """What it is: only `licence` is one; the others promise, report or reserve."""
        return _KINDS.get(self.code, "licence")

    @property
    def is_creative_commons(self) -> bool:
        """Whether it is one of today's answers to “under which licence?”: a licence, CC0 or the mark, with version."""
        return bool(self.version) and self.kind in ("licence", "dedication", "mark")

    @property
    def elements(self) -> tuple[Element, ...]:
        """The conditions it is built from, in the order of its name; none for what is no licence."""
        parts = self.code.upper().split("-")
        return tuple(element for element in _ELEMENTS if element in parts)

    @property
    def key(self) -> str:
        """Its SPDX identifier; in the same spelling where SPDX has none: `CC-BY-2.5-SE`, `usgov`."""
        if self.kind != "licence":
            return _SPDX.get(self.code, self.code)
        return "-".join(filter(None, ("CC", self.code.upper(), self.version, self.jurisdiction.upper())))

    @property
    def url(self) -> str:
        """The address of its text for people; empty where it has none."""
        if not self.version:
            return _PAGES.get(self.code, "")
        unit = _SPELT.get(f"{self.code} {self.version}", self.code)
        path = _PATHS.get(self.code, f"licenses/{unit}")
        port = f"{self.jurisdiction}/" if self.jurisdiction else ""
        return f"{_HOST}/{path}/{self.version}/{port}"

    @property
    def name(self) -> str:
        """Its short name, such as `CC BY-NC 2.0 DE`."""
        title = _NAMES.get(self.code, f"CC {self.code.upper()}")
        return " ".join(filter(None, (title, self.version, self.jurisdiction.upper())))


LICENCES: tuple[Licence, ...] = (
    *(Licence(code, version) for version in ("4.0", "3.0", "2.5", "2.0") for code in _CODES),
    Licence("cc0", "1.0"),
    Licence("pdm", "1.0"),
)
"""The choice in forms: newest first. Ports and version 1.0 are understood when read, but not offered."""
