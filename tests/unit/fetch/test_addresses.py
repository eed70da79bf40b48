"""The address rule, alone and against an independent table."""
# ruff: noqa: S104  addresses to refuse, not to bind

import random
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from commonswatch.fetch.addresses import may_be_dialled
from ssrfguard import DEFAULT_DENIED

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.9.9.9", "93.184.216.34", "185.15.59.240", "151.101.1.140", "168.63.129.15",
    "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "11.0.0.0", "126.255.255.255", "128.0.0.1",
    "2606:4700:4700::1111", "2a02:ec80:300:ed1a::1", "2001:4860:4860::8888", "2620:0:861:ed1a::1",
]  # fmt: skip
PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
    "127.0.0.1", "127.8.8.8",
    "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1",
    "ff02::1", "4000::1", "2606:4700::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_public_addresses_may_be_dialled(address: str) -> None:
    assert may_be_dialled(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_special_and_wrapping_addresses_may_not(address: str) -> None:
    assert not may_be_dialled(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "2130706433", "0x7f000001", "1.1.1.1 ", "1.1.1.1/8"])
def test_text_that_is_no_address_may_not(text: str) -> None:
    assert not may_be_dialled(text)


def _near(network: str, chance: random.Random) -> IPv4Address | IPv6Address:
    """An address inside the block, or just outside of its edges."""
    block = ip_network(network)
    first, last = int(block.network_address), int(block.broadcast_address)
    place = chance.choice([chance.randint(first, last), first + chance.randint(-3, 3), last + chance.randint(-3, 3)])
    kind = IPv4Address if block.version == 4 else IPv6Address
    return kind(place % 2**block.max_prefixlen)


def test_of_60000_addresses_none_is_allowed_that_an_independent_table_refuses() -> None:
    chance = random.Random(20261123)
    blocks = [str(block.network) for block in DEFAULT_DENIED.blocks] + ["2000::/3", "0.0.0.0/0", "::/0"]
    addresses = [_near(chance.choice(blocks), chance) for _ in range(40_000)]
    addresses += [IPv4Address(chance.getrandbits(32)) for _ in range(10_000)]
    addresses += [IPv6Address((1 << 125) + chance.getrandbits(125)) for _ in range(10_000)]
    allowed = [address for address in addresses if may_be_dialled(address)]
    assert [str(a) for a in allowed if DEFAULT_DENIED.classify(a).blocked] == []
    assert len(addresses) == 60_000
    assert len(allowed) > 15_000  # the comparison means nothing if everything is refused


def test_what_only_we_refuse_is_refused_on_purpose() -> None:
    """Ordinary IPv4 addresses that the other table allows are refused only where the list says why."""
    chance = random.Random(7)
    addresses = [IPv4Address(chance.getrandbits(32)) for _ in range(30_000)]
    stricter = [a for a in addresses if not may_be_dialled(a) and not DEFAULT_DENIED.classify(a).blocked]
    assert stricter == []
    assert not DEFAULT_DENIED.classify(ip_address("168.63.129.16")).blocked
