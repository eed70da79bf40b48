"""Which pictures a page names as its own (``og:image``, ``twitter:image``, ``image_src``). No network here.

Read by a bounded search over tags, not by an HTML parser: the page is a stranger's, and only addresses are wanted.
Whether such a picture is the work at all is decided by its work key, since many pages name their logo here.
"""

import html
import re
from itertools import islice
from urllib.parse import urljoin

_TAG = re.compile(rb"<(?:meta|link)\b([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z:_-]{1,20})\s{0,5}=\s{0,5}(?:"([^"]{0,3000})"|'([^']{0,3000})')""", re.IGNORECASE)
_NAMES = {"og:image": "content", "og:image:url": "content", "og:image:secure_url": "content"}
_NAMES |= {"twitter:image": "content", "image_src": "href"}
_MOST = 10
_MOST_TAGS = 1000


def picture_addresses(page: bytes, base: str) -> list[str]:
    """Absolute http(s) addresses of the pictures a page names as its own, in its order, at most ten."""
    found: dict[str, None] = {}
    for tag in islice(_TAG.finditer(page), _MOST_TAGS):
        values = {
            name.lower(): html.unescape(a or b) for name, a, b in _ATTRIBUTE.findall(tag[1].decode("utf-8", "replace"))
        }
        role = values.get("property") or values.get("name") or values.get("rel") or ""
        address = _absolute(values.get(_NAMES.get(role.lower(), ""), ""), base)
        if address:
            found[address] = None
        if len(found) == _MOST:
            break
    return list(found)


def _absolute(address: str, base: str) -> str:
    try:
        joined = urljoin(base, address.strip()) if address.strip() else ""
    except ValueError:
        return ""
    return joined if joined.startswith(("https://", "http://")) else ""
