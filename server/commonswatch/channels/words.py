"""Making words and addresses of strangers safe to put into a letter. What a letter says is in ``templates``.

Titles, names and site names are written by anybody. They must not break a header, turn the text around, or become a
link in a mail program.
"""

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from commonswatch.domain.errors import InvalidInput

LONGEST_SUBJECT = 150
LONGEST_WORDS = 200
LONGEST_URL = 2000

# Unicode categories: control, format (bidi overrides, zero width), surrogate, private, unassigned, line breaks
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOO_MANY_MARKS = re.compile(f"({_MARKS}{{3}}){_MARKS}+")
_PICTURE_ENDING = re.compile(r"(?:jpe?g|png|gif|webp|tiff?|svg|heic|avif|mp4|webm)\b(?![./])", re.IGNORECASE)
_DOT = re.compile(r"(?<=\S)[.\u2024\u3002\uff0e\uff61](?=\w)")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_URL_TEXT = re.compile(r"https?://[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")


def one_line(text: str, longest: int = LONGEST_WORDS) -> str:
    """One line of visible characters, at most ``longest``; what is unseen or breaks lines becomes a space."""
    seen = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text[: longest * 4])
    line = " ".join(_TOO_MANY_MARKS.sub(r"\1", seen).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def for_header(text: str) -> str:
    """Words for a header line. ``=?`` is split: unpatched Pythons decode it and write out the headers it hides."""
    return one_line(text, LONGEST_SUBJECT).replace("=?", "= ?")


def not_a_link(text: str) -> str:
    """One line in which no mail program finds a web or mail address to make a link of: ``evil. example``."""
    line = one_line(text).replace("://", ": //").replace("@", " @ ")
    return one_line(_DOT.sub(lambda dot: _dot(line, dot), line))


def _dot(line: str, dot: re.Match[str]) -> str:
    before, after = line[dot.start() - 1], line[dot.end() :]
    number = before.isdigit() and after[0].isdigit()
    return "." if number or _PICTURE_ENDING.match(after) else ". "


def web_address(text: str) -> str:
    """An http(s) address as it may stand in a letter; raise InvalidInput for anything else.

    A user name and a fragment are left out: a fragment may hold the key of a cloud share.
    """
    if len(text) > LONGEST_URL or not _URL_TEXT.fullmatch(text):
        raise InvalidInput("This is not a web address.")
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        raise InvalidInput("This is not a web address.")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def site_name(text: str) -> str:
    """The name of a site, such as example.org; whatever is no host name becomes words without a link."""
    return text if _HOST.fullmatch(text) else not_a_link(text)
