"""Which network a caller counts as, for limits. Whether an address may be dialled is in ``fetch.addresses``."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The network that is counted as one sender: /24 of IPv4, /48 of IPv6 (what one household or office gets).

    Counting single addresses would be no limit at all: whoever has IPv6 has more of them than any counter has rows.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))
