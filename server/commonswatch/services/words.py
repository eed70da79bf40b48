"""Text that strangers wrote, made fit to be kept and shown: one line, nothing unseen that misleads, not too long.

Escaping for HTML, mail headers or SQL is not done here: whoever shows the text does it.
"""

import unicodedata

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def one_line(text: str, length: int) -> str:
    """``text`` on one line, without what could break or disguise it, at most ``length`` characters, in NFC.

    Direction characters go because they let a name read backwards (Unicode TR 36, §3.1).
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:length].strip()
    kept = "".join(_kept(letter) for letter in text[: 4 * length])
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:length].strip()


def is_clean(text: str) -> bool:
    """Whether ``text`` holds no control, direction or surrogate character, as an address must not."""
    return (text.isascii() and text.isprintable()) or not any(
        letter in _DIRECTIONS or unicodedata.category(letter) in ("Cc", "Cs") for letter in text
    )


def _kept(letter: str) -> str:
    if letter in _DIRECTIONS:
        return ""
    category = unicodedata.category(letter)
    return " " if category in ("Cc", "Zl", "Zp") else "" if category == "Cs" else letter
