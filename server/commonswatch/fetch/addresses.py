"""Which network addresses may be dialled at all. No names, no sockets.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 4291 (only 2000::/3 is global unicast).
The list stands beside Python's ``is_global`` because that flag changes between Python releases.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_GLOBAL_UNICAST = ip_network("2000::/3")
_REFUSED = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; one cloud's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # public on paper, Azure's wire server in truth
        "169.254.0.0/16",  # link-local; most clouds' metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",  # documentation
    )
)


def may_be_dialled(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether an IP address is an ordinary public destination; text that is no address is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and (parsed.scope_id or parsed not in _GLOBAL_UNICAST):
        return False  # also refuses every wrapper of an IPv4 address: mapped, compatible, NAT64
    return parsed.is_global and not any(parsed in block for block in _REFUSED)
