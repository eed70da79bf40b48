"""What counts as one mail address. Stricter than RFC 5321 on purpose: no quoting, comments, lists or UTF-8.

Whether anybody reads mail there is not known here; only the sent letter can tell.
"""

import re

import idna

from commonswatch.domain.errors import InvalidInput

_LONGEST = 254
_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")


def parse_address(text: str) -> str:
    """Return the one mail address in ``text``, its domain in lower-case ASCII; the part before the @ is kept as is.

    Spaces around it are forgiven. Raise InvalidInput for anything else that is not exactly one plain address.
    """
    if len(text) > 2 * _LONGEST:
        raise _not_an_address()
    local, at, domain = text.strip(" \t").rpartition("@")
    address = f"{local}@{_ascii(domain)}"
    if not at or not _LOCAL.fullmatch(local) or "=?" in local or len(address) > _LONGEST:
        raise _not_an_address()
    return address


def mailbox(address: str) -> str:
    """Where mail to a parsed address ends up, as far as its form tells: ``Ada+list@`` and ``ada@`` are one mailbox.

    For limits and for remembering a no, never for deciding whose account something is: some servers do tell
    ``ada+list`` from ``ada``. Gmail ignores dots, too.
    """
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    try:
        name = idna.encode(domain, uts46=True).decode("ascii").lower() if domain else ""
    except (idna.IDNAError, UnicodeError):
        raise _not_an_address() from None
    if not _DOMAIN.fullmatch(name):
        raise _not_an_address()
    return name


def _not_an_address() -> InvalidInput:
    return InvalidInput("Write one mail address, such as name@example.org.")
