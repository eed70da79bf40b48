"""Registered domains: who is behind an address."""

import socket

import pytest
from commonswatch.domain.sites import registered_domain
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("en.wikipedia.org", "wikipedia.org"),
        ("https://upload.wikimedia.org/wikipedia/commons/a.jpg?x=1#y", "wikimedia.org"),
        ("WWW.BBC.CO.UK", "bbc.co.uk"),
        ("https://user:word@pictures.example:8443/a", "pictures.example"),
        ("someone.github.io", "someone.github.io"),
        ("a.someone.github.io", "someone.github.io"),
        ("bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
        ("example.com.", "example.com"),
        ("https://münchen.de/a", "xn--mnchen-3ya.de"),
        ("www.MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("mu\u00adseum.example", "museum.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("https://192.0.2.1:8080/a", "192.0.2.1"),
        ("https://[2001:db8::1]/a", "2001:db8::1"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("a.b.unlisted.example", "unlisted.example"),
        ("", ""),
    ],
)
def test_a_host_or_an_address_belongs_to_a_site(address: str, site: str) -> None:
    assert registered_domain(address) == site


def test_two_people_at_one_hosting_service_are_two_sites() -> None:
    assert registered_domain("one.github.io") != registered_domain("two.github.io")


def test_a_look_alike_in_another_script_is_another_site() -> None:
    assert registered_domain("wikipediа.org") == "xn--wikipedi-86g.org"  # the last letter is Cyrillic


@given(st.text(max_size=80))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(registered_domain(text), str)
    assert isinstance(registered_domain(f"https://{text}/"), str)


@pytest.mark.parametrize("text", ["http://[", "https://[::1", "//" * 5000, "a" * 100_000, "\ud800", "1" * 9000])
def test_broken_or_huge_text_gives_an_answer(text: str) -> None:
    assert len(registered_domain(text)) <= 4096


def test_nobody_is_asked_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert registered_domain("never-asked-before.example.co.jp") == "example.co.jp"
