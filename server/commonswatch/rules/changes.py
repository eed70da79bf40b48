"""The named changes a rule may apply to what it captured. Each is small, total and the same in every language."""

import base64
import hashlib
import re
import string
import unicodedata
from collections.abc import Callable

from commonswatch.rules.reading import decoded, is_plain

Change = Callable[[str], str | None]  # None: the text was not what the rule took it for

_BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # Flickr's order: digits, small, capital
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST_DIGITS = 64
_BASE32 = re.compile("[A-Za-z2-7]{32}")
_HEXADECIMAL = re.compile("(?:[0-9A-Fa-f]{2})+")
_NOT_IN_TITLES = re.compile(r"[#<>\[\]|{}/]")
_CAPITALISED = re.compile(
    "[a-z\u00df-\u019a\u019c-\u024f\u0370-\u058f\u1e00-\u1fff]"
)  # as every version of Unicode does
_SMALL = {ord(letter.upper()): letter for letter in string.ascii_lowercase}
_CAPITAL = {ord(letter): letter.upper() for letter in string.ascii_lowercase}


def _hexadecimal(text: str) -> str | None:
    if not _HEXADECIMAL.fullmatch(text):
        return None
    try:
        plain = bytes.fromhex(text).decode()
    except UnicodeDecodeError:
        return None
    return plain if is_plain(plain) else None


def _title(text: str) -> str | None:
    """MediaWiki's spelling of a page name [mediawiki.org/wiki/Manual:Page_title]."""
    plain = decoded(text)
    if plain is None or _NOT_IN_TITLES.search(plain):
        return None
    name = re.sub("[ _]+", "_", unicodedata.normalize("NFC", plain)).strip("_")
    capital = name[:1].upper() if _CAPITALISED.match(name) else ""
    return (capital + name[1:] if len(capital) == 1 else name) or None


def _base32(text: str) -> str | None:
    """The 40 hexadecimal digits of a torrent's hash, from the 32 letters some magnet links have instead."""
    return base64.b32decode(text.upper()).hex() if _BASE32.fullmatch(text) else None


def _number(alphabet: str) -> Change:
    def change(text: str) -> str:
        value = 0
        for digit in text:
            value = value * len(alphabet) + alphabet.index(digit)
        return str(value)

    return lambda text: change(text) if len(text) <= _MOST_DIGITS and all(d in alphabet for d in text) else None


CHANGES: dict[str, Change] = {
    "base32": _base32,
    "base36": _number(_BASE36),
    "base58": _number(_BASE58),
    "blank": lambda text: text.replace("+", " "),
    "decode": decoded,
    "hex": _hexadecimal,
    "lower": lambda text: text.translate(_SMALL),
    "path": lambda text: "/".join(part for part in text.strip(" /").split("/") if part) or None,
    "plus": lambda text: text.replace(" ", "+"),  # base64 in a query, where blanks were plus signs
    "title": _title,
    "upper": lambda text: text.translate(_CAPITAL),
}


def md5_starts_with(text: str, *beginnings: str) -> bool:
    """Whether the MD5 of a text, in hexadecimal, starts with each of these: how Wikimedia chooses folders."""
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return all(digest.startswith(beginning) for beginning in beginnings)
