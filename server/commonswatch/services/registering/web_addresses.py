"""What counts as the web address of a work: complete, public, plain. Whether anything answers is not known here."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from commonswatch.domain.errors import InvalidInput
from commonswatch.services.words import is_clean

LONGEST_URL = 2000


def read_url(text: str) -> str:
    """A web address as registered, tidied. Raise InvalidInput with plain words when it cannot be one."""
    url = text.strip()
    if len(url) > LONGEST_URL:
        raise InvalidInput(f"The address is longer than {LONGEST_URL} characters.")
    if not is_clean(url):
        raise InvalidInput("The address holds invisible or control characters. Copy it again from the browser.")
    if any(letter.isspace() for letter in url):
        raise InvalidInput(
            "The address holds blanks. For more columns, use the CSV template, whose first line names the columns."
        )
    _refuse_private(_host(url))
    return url


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme.lower() in ("http", "https") and parts.port != 0 else None
    except ValueError:
        host = None
    if not host:
        raise InvalidInput("This is not a complete web address. It must start with https:// or http://.")
    if "@" in parts.netloc:
        raise InvalidInput("The address holds a user name or password. Register the public address.")
    return host.rstrip(".").lower()


def _refuse_private(host: str) -> None:
    """Say at once what the fetcher would say later; names that lead into private networks are its to find out."""
    try:
        public = ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith((".localhost", ".local", ".internal"))
    if not public:
        raise InvalidInput("This address is inside a private network, where nobody else can reach it.")
