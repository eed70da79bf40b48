"""A host name as people write it → its ASCII spelling, the same in every language this engine is written in.

IDNA libraries and browsers disagree with each other and from version to version. So the letters are listed here: those
of living scripts that all versions treat alike. A name with any other is refused.
"""

import re
import unicodedata

_DOTS = re.compile("[\u3002\uff0e\uff61]")  # the full stops of CJK keyboards
_LETTERS = re.compile(
    "[0-9A-Za-z_\\-\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0300-\u036f\u0370-\u058f"  # of European
    "\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"  # Hebrew, Arabic
    "\u0900-\u0dff\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u10d0-\u10fa\u1200-\u135a\u1780-\u17d3"  # of South Asia
    "\u1e00-\u1fff\u3005\u3007\u3041-\u3096\u3099\u309a\u309d\u309e\u30a1-\u30fe\u3400-\u4db5\u4e00-\u9fef\uac00-\ud7a3"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f]+"  # full and half width: made usual below
)
_MARKS = re.compile("[\u0300-\u036f\u3099\u309a]")
_LATIN = re.compile("[a-z\u00c0-\u02af\u1e00-\u1eff]")
_LIKE_LATIN = re.compile("[\u0370-\u058f\u1f00-\u1fff]")  # Greek, Cyrillic, Armenian
_LONGEST_LABEL = 63
_PREFIX = "xn--"


def ascii_host(written: str) -> str | None:
    """The lower-case ASCII spelling of a host name. None where it has none, or is there to imitate another."""
    if written.isascii() and _PREFIX not in (small := written.lower()):
        return small
    labels = [_ascii_label(label) for label in _DOTS.sub(".", written).split(".")]
    return None if None in labels else ".".join(label for label in labels if label is not None)


def _ascii_label(label: str) -> str | None:
    if not label.isascii():
        return _packed(label)
    small = label.lower()
    if not small.startswith(_PREFIX):
        return small
    plain = _unpacked(small)
    return small if plain and not plain.isascii() and _packed(plain) == small else None


def _packed(label: str) -> str | None:
    plain = _usual(label) if len(label) <= _LONGEST_LABEL else None
    if plain is None or plain != _usual(plain) or _imitates(plain):
        return None
    if plain.isascii():  # it was written in full width
        return None if plain.startswith(_PREFIX) else plain
    return _PREFIX + plain.encode("punycode").decode()


def _unpacked(label: str) -> str | None:
    try:
        return label[len(_PREFIX) :].encode().decode("punycode") if len(label) <= _LONGEST_LABEL else None
    except (UnicodeError, ValueError):
        return None


def _usual(label: str) -> str | None:
    """The label in small letters of usual width, composed. None for letters that are not listed."""
    if not _LETTERS.fullmatch(label):
        return None
    small = "".join(map(str.lower, unicodedata.normalize("NFKC", label)))
    usual = unicodedata.normalize("NFKC", small)
    return usual if _LETTERS.fullmatch(usual) and not _MARKS.match(usual) else None


def _imitates(plain: str) -> bool:
    """Whether a label mixes Latin with Greek, Cyrillic or Armenian letters: nobody's name."""
    return bool(_LATIN.search(plain) and _LIKE_LATIN.search(plain))
