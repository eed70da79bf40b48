"""Any text → the parts of a web address in one canonical spelling. Knows no host, never raises, asks nobody."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from commonswatch.rules.hostnames import ascii_host

LONGEST = 4096  # characters; longer texts are not addresses but payloads
KNOWN = 8192  # how many host names (and escapes) at most are kept ready

_UNSAFE = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_HAS_UNSAFE = re.compile(f"[{_UNSAFE}]")
_AMPERSANDS = re.compile(r"&(?:(?:amp|#0{0,4}38|#x0{0,4}26);)+")  # `&amp;amp;` too: pages are escaped twice
_ADDRESS = re.compile(r"(?:((?:[Hh][Tt][Tt][Pp][Ss]?:)?//)/*)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
_PLAIN_ADDRESS = re.compile(  # most are: printable ASCII, nothing escaped in the path, so that it is settled already
    r"https?://([A-Za-z0-9._:-]{1,260})(/[!$&-:=@-~]*)(?:\?([!$-:=?-~]*))?(?:#([!#-:=?-~]*))?"
)
_AUTHORITY = re.compile(r"([^@:\[\]\\%]+?)\.?(?::([0-9]{0,5}))?")
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
_IP_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_TO_SETTLE = re.compile("[%; ]")
_NEXT = "%[89ABab][0-9A-Fa-f]"  # a byte that continues a character
_ESCAPES = re.compile(  # those of one character in UTF-8, else of one byte, else a percent sign that is none
    f"%[CDcd][0-9A-Fa-f]{_NEXT}|%[Ee][0-9A-Fa-f](?:{_NEXT}){{2}}|%[Ff][0-7](?:{_NEXT}){{3}}|%[0-9A-Fa-f]{{2}}|%"
)
_LONGEST_HOST = 253  # characters [RFC 1035]
_LONGEST_AUTHORITY = 260  # characters: a name and a port
_DEFAULT_PORTS = ("", "80", "443")
_BLANKS = "".join(map(chr, range(0x21)))
_AROUND = _BLANKS + '<>"\u200b\u200c\u200d\u2060\ufeff'  # in texts: quotes, angle brackets, letters without width


@dataclass(slots=True)
class Address:
    """An address cut into parts. Its path is percent-decoded as far as the meaning allows.

    What may hold a secret is left out when it is shown, as in tracebacks.
    """

    explicit: bool  # written with `http:`, `https:` or `//`; without, it may as well be a file name
    host: str  # lower-case ASCII
    port: str  # `:8080`, or empty for the usual ones
    path: str  # starts with a slash
    search: str = field(repr=False)  # the query as written, with its question mark
    fragment: str = field(repr=False)

    def parameter(self, name: str) -> str | None:
        """The value of the first parameter of that name, fully decoded. `#` is the fragment, `?` the whole query."""
        if name in ("#", "?"):
            whole = self.fragment if name == "#" else self.search[1:]
            return decoded(whole) if whole else None
        for pair in self.search[1:].split("&"):
            found, _, value = pair.partition("=")
            if found == name:
                return decoded(value.replace("+", " "))
        return None

    def parameters(self) -> list[str]:
        """All parameters as `name=value`, percent-decoded as far as their meaning allows."""
        pairs = self.search[1:].split("&")
        if _TO_SETTLE.search(self.search):
            pairs = [_settled(f"&{pair}", keep="%#&+=")[1:].strip(" ") for pair in pairs]
        return [pair for pair in pairs if pair]


def read_address(text: str) -> Address | None:
    """Cut an http(s), protocol-relative or scheme-less address into parts. None for everything else."""
    if len(text) > LONGEST:
        return None
    plain = _PLAIN_ADDRESS.fullmatch(text)
    if plain is None:
        text = text.strip(_AROUND)
        text = _AMPERSANDS.sub("&", text) if ";" in text else text
        plain = _PLAIN_ADDRESS.fullmatch(text)
    if plain is None:
        return _read_any(text)
    authority, path, query, fragment = plain.groups()
    site = _known_site(authority)
    if site is None:
        return None
    return Address(True, site[0], site[1], path, f"?{query}" if query else "", fragment or "")


def _read_any(text: str) -> Address | None:
    parts = _ADDRESS.fullmatch(text) if is_plain(text) else None
    if parts is None or not (parts[1] or parts[3]):
        return None
    site = (_known_site if len(parts[2]) <= _LONGEST_AUTHORITY else _read_site)(parts[2])
    if site is None:
        return None
    return Address(
        explicit=bool(parts[1]),
        host=site[0],
        port=site[1],
        path=_settled(parts[3] or "/", keep="%/?#").rstrip(" "),
        search=f"?{parts[4]}" if parts[4] else "",
        fragment=parts[5] or "",
    )


def trimmed(text: str) -> str:
    """Without the blanks and control characters browsers ignore at both ends."""
    return text.strip(_BLANKS)


def decoded(text: str) -> str | None:
    """Percent-decode once, as UTF-8. None where the result is no plain text (control characters, broken UTF-8)."""
    if "%" not in text:
        return text if is_plain(text) else None
    broken = "\x00"
    plain = _ESCAPES.sub(lambda run: (_utf8(run[0]) or broken) if len(run[0]) > 1 else run[0], text)
    return plain if is_plain(plain) else None


def is_plain(text: str) -> bool:
    """Whether a text holds neither control characters nor half characters (lone surrogates)."""
    return (text.isascii() and text.isprintable()) or not _HAS_UNSAFE.search(text)


def _read_site(authority: str) -> tuple[str, str] | None:
    if _HOST.fullmatch(authority) and len(authority) <= _LONGEST_HOST and "xn--" not in authority:
        return authority, ""
    # Names and passwords before an `@` are refused with all else that makes one host look like another.
    found = _AUTHORITY.fullmatch(authority)
    host = ascii_host(found[1]) if found else None
    if found is None or host is None or len(host) > _LONGEST_HOST:
        return None
    if not (_HOST.fullmatch(host) or _IP_ADDRESS.fullmatch(host)):
        return None
    port = (found[2] or "").lstrip("0")
    return host, "" if port in _DEFAULT_PORTS else f":{port}"


_known_site = lru_cache(KNOWN)(_read_site)


def _settled(text: str, keep: str) -> str:
    """Percent-decode all that does not change the meaning, so that settling twice is settling once."""
    plain = _ESCAPES.sub(lambda escape: _settled_escape(escape[0], keep), text) if "%" in text else text
    return _AMPERSANDS.sub("&", plain) if ";" in plain else plain


@lru_cache(KNOWN)
def _settled_escape(escape: str, keep: str) -> str:
    letter = _utf8(escape) if len(escape) > 1 else escape
    if letter is None:
        return escape.upper()
    return quote(letter, safe="") if letter in keep or _HAS_UNSAFE.match(letter) else letter


def _utf8(escapes: str) -> str | None:
    try:
        return bytes.fromhex(escapes.replace("%", "")).decode()
    except UnicodeDecodeError:
        return None
