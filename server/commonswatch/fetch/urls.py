"""Reading the text of a URL strictly, before any library repairs it. Nothing is looked up here.

Two programs that read one URL differently are how a checked address becomes another one, so everything on which
browsers, curl and Python disagree is refused: backslashes, control characters, user names, ``%`` in the host,
odd spellings of IPv4 addresses (RFC 3986 against the WHATWG URL standard).
"""

import contextlib
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from commonswatch.fetch.addresses import may_be_dialled
from commonswatch.fetch.refusals import FetchRefused

MAX_LENGTH = 4096
_PORTS = {"https": 443, "http": 80}
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
_URL = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.IGNORECASE)
_REST = re.compile(r"//([^/?#]+)([^?#]*)(\?[^#]*)?(?:#.*)?")
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]+)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_NAMES = {"localhost", "local", "internal", "lan", "intranet", "onion", "arpa"}
"""Last labels that never mean a public web host (RFC 6761, RFC 6762, ICANN's reserved "internal")."""


@dataclass(frozen=True)
class Target:
    """A URL taken apart and proven unambiguous: ``path`` includes the query, ``url`` has no fragment."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as browsers write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The whole address in its canonical form."""
        return self.origin + self.path


def read_url(text: str) -> Target:
    """Take a URL apart; FetchRefused (bad-url, scheme, port, private-address) if it is no ordinary web address."""
    if len(text) > MAX_LENGTH or _ODD.search(text):
        raise FetchRefused("bad-url")
    if not (parts := _URL.fullmatch(text)):
        raise FetchRefused("bad-url")
    scheme = parts[1].lower()
    if scheme not in _PORTS:
        raise FetchRefused("scheme")
    if not (rest := _REST.fullmatch(parts[2])):
        raise FetchRefused("bad-url")
    host, port = _read_authority(rest[1], _PORTS[scheme])
    path = quote((rest[2] or "/") + (rest[3] or ""), safe="/?%:@!$&'()*+,;=-._~[]|")
    return Target(scheme, host, port, path)


def read_redirect(here: Target, location: str) -> Target:
    """The address a redirect leads to, checked as strictly as the first one."""
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode()  # servers send UTF-8 where HTTP says Latin-1
    if _ODD.search(location):  # before urljoin, which would quietly drop tabs and line breaks
        raise FetchRefused("bad-url")
    try:
        return read_url(urljoin(here.url, location))
    except ValueError:
        raise FetchRefused("bad-url") from None


def _read_authority(authority: str, usual_port: int) -> tuple[str, int]:
    if any(sign in authority for sign in "@% ") or not (parts := _AUTHORITY.fullmatch(authority)):
        raise FetchRefused("bad-url")
    if parts[2] and int(parts[2]) not in _PORTS.values():
        raise FetchRefused("port")
    host = _read_ipv6(parts[1][1:-1]) if parts[1].startswith("[") else _read_name(parts[1])
    return host, int(parts[2] or usual_port)


def _read_ipv6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise FetchRefused("bad-url") from None
    if not may_be_dialled(address):
        raise FetchRefused("private-address")
    return str(address)


def _read_name(text: str) -> str:
    """The name in lower-case ASCII. UTS 46 first: it turns circled digits and full-width dots into plain ones."""
    try:
        name = text.lower() if text.isascii() else idna.encode(text, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise FetchRefused("bad-url") from None
    name = name.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _read_ipv4(name)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise FetchRefused("bad-url")
    if len(labels) == 1 or labels[-1] in _PRIVATE_NAMES:  # a bare word is looked up in the local network
        raise FetchRefused("private-address")
    return name


def _read_ipv4(text: str) -> str:
    """Four decimal numbers only: 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1 to some programs only."""
    try:
        address = IPv4Address(text)
    except ValueError:
        raise FetchRefused("bad-url") from None
    if not may_be_dialled(address):
        raise FetchRefused("private-address")
    return str(address)
