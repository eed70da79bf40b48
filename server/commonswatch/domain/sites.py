"""Which site an address belongs to: its registered domain. Knows the Public Suffix List, asks nobody."""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna
import tldextract

# Without these two arguments the first use would go to the network and write a cache. Private suffixes count,
# else everybody's pages at github.io and every storage bucket would be one site.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
_LONGEST = 4096


@lru_cache(maxsize=4096)
def registered_domain(host_or_url: str) -> str:
    """The domain somebody registered (``en.wikipedia.org`` → ``wikipedia.org``), in lower-case ASCII.

    An IP address is its own site; so is a name without a registered domain, such as a public suffix. Never raises:
    what cannot be read comes back in lower case, or empty when it holds no host.
    """
    host = _host(host_or_url[:_LONGEST])
    try:
        return str(ip_address(host))
    except ValueError:
        name = _ascii(host)
    found = _extract(name)
    if not found.suffix:  # an unlisted ending counts as a public suffix: the list's rule "*"
        return ".".join(name.split(".")[-2:])
    return found.top_domain_under_public_suffix or name


def _host(text: str) -> str:
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        return (parts.hostname or "").strip(". ").lower()
    except ValueError:
        return text.strip(". ").lower()


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return host
