"""What a picture's file says about rights: XMP, EXIF and IPTC. Runs in a child; never raises."""

from collections.abc import Iterator
from typing import Literal
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from PIL import ImageFile, IptcImagePlugin

from commonswatch.fingerprints.facts import LONGEST_VALUE, MOST_MARKS, Mark

_Kind = Literal["licence", "opt-out", "credit"]
_LARGEST_XMP = 2**20
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PREFIXES = {
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://creativecommons.org/ns#": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
}
_XMP: dict[str, _Kind] = {
    "cc:license": "licence",
    "xmpRights:WebStatement": "licence",
    "xmpRights:UsageTerms": "licence",
    "dc:rights": "licence",
    "plus:DataMining": "opt-out",
    "plus:OtherConstraints": "opt-out",
    "dc:creator": "credit",
    "cc:attributionName": "credit",
    "cc:attributionURL": "credit",
    "photoshop:Credit": "credit",
}
_EXIF: dict[int, tuple[_Kind, str]] = {0x8298: ("licence", "exif:Copyright"), 0x013B: ("credit", "exif:Artist")}
_IPTC: dict[tuple[int, int], tuple[_Kind, str]] = {
    (2, 116): ("licence", "iptc:CopyrightNotice"),
    (2, 80): ("credit", "iptc:Creator"),
    (2, 110): ("credit", "iptc:CreditLine"),
}


def read_marks(picture: ImageFile.ImageFile) -> tuple[Mark, ...]:
    """All marks of an opened picture, at most 40 of at most 500 characters. A broken block counts as absent."""
    found: list[Mark] = []
    for reader in (_from_xmp, _from_exif, _from_iptc):
        try:
            found.extend(reader(picture))
        except (Warning, Exception):  # noqa: BLE001, S112  # hostile or broken metadata proves nothing
            continue
    return tuple(dict.fromkeys(found))[:MOST_MARKS]


def _from_xmp(picture: ImageFile.ImageFile) -> Iterator[Mark]:
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    if not packet or len(packet) > _LARGEST_XMP:
        return
    root = ElementTree.fromstring(packet.rstrip(b"\0 \r\n"), forbid_dtd=True)
    for description in root.iter(f"{_RDF}Description"):
        for name, value in description.attrib.items():
            yield from _xmp_mark(name, value)
        for child in description:
            yield from _xmp_mark(child.tag, _value(child))


def _xmp_mark(tag: str, value: str) -> Iterator[Mark]:
    namespace, _, local = tag.removeprefix("{").partition("}")
    name = f"{_PREFIXES.get(namespace, '')}:{local}"
    if name in _XMP:
        yield from _mark(_XMP[name], name, value)


def _value(element: Element) -> str:
    """The address an element points to, or the words in it and in the items of its list."""
    return element.get(f"{_RDF}resource") or " ".join("".join(element.itertext()).split())


def _from_exif(picture: ImageFile.ImageFile) -> Iterator[Mark]:
    exif = picture.getexif()
    for tag, (kind, name) in _EXIF.items():
        yield from _mark(kind, name, exif.get(tag))


def _from_iptc(picture: ImageFile.ImageFile) -> Iterator[Mark]:
    told = IptcImagePlugin.getiptcinfo(picture) or {}
    for tag, (kind, name) in _IPTC.items():
        yield from _mark(kind, name, told.get(tag))


def _mark(kind: _Kind, name: str, value: object) -> Iterator[Mark]:
    """Nothing for an empty value; control characters never leave here."""
    first = value[0] if isinstance(value, list) and value else value
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first or "")
    clean = "".join(letter for letter in text[: 4 * LONGEST_VALUE] if letter.isprintable()).strip()[:LONGEST_VALUE]
    if clean:
        yield Mark(kind, name, clean)
