"""Whose requests are counted together."""

from commonswatch.domain.networks import network_of


def test_neighbours_are_counted_as_one() -> None:
    assert network_of("192.0.2.7") == network_of("192.0.2.200") == network_of("::ffff:192.0.2.9")
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:ffff::4")
    assert network_of("fe80::1%eth0") == network_of("fe80::2")


def test_strangers_are_counted_apart_and_nonsense_as_one() -> None:
    assert network_of("192.0.2.7") != network_of("192.0.3.7")
    assert network_of("2001:db8:1::") != network_of("2001:db8:2::")
    assert network_of("") == network_of("not an address") == "unknown"
