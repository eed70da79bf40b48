"""Reading URLs strictly: good ones keep their meaning, ambiguous ones are refused."""

import pytest
from commonswatch.fetch import FetchRefused
from commonswatch.fetch.urls import read_redirect, read_url
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fetch.hostile_urls import HOSTILE


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("https://pictures.example", "https://pictures.example/"),
        ("HTTPS://Pictures.EXAMPLE/A", "https://pictures.example/A"),
        ("http://pictures.example:80/a", "http://pictures.example/a"),
        ("https://pictures.example:80/a", "https://pictures.example:80/a"),
        ("https://pictures.example./a", "https://pictures.example/a"),
        ("https://pictures.example/a b?c=d e#f", "https://pictures.example/a%20b?c=d%20e"),
        ("https://pictures.example?c", "https://pictures.example/?c"),
        ("https://pictures.example/%E2%82%AC/a%2Fb", "https://pictures.example/%E2%82%AC/a%2Fb"),
        ("https://commons.wikimedia.org/wiki/File:Köln.jpg", "https://commons.wikimedia.org/wiki/File:K%C3%B6ln.jpg"),
        ("https://münchen.de/", "https://xn--mnchen-3ya.de/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://pictures.example/@someone/http://other.example", "https://pictures.example/@someone/http://other.example"),
        ("https://my_bucket.s3.amazonaws.com/x", "https://my_bucket.s3.amazonaws.com/x"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"),
        ("https://①.example/", "https://1.example/"),
    ],
)  # fmt: skip
def test_a_good_address_is_read_into_one_form(text: str, canonical: str) -> None:
    assert read_url(text).url == canonical
    assert read_url(canonical).url == canonical


@pytest.mark.parametrize(("text", "reason"), HOSTILE)
def test_a_hostile_address_is_refused_before_anything_is_looked_up(text: str, reason: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        read_url(text)
    assert refused.value.reason == reason
    assert refused.value.permanent


def test_there_are_enough_hostile_addresses() -> None:
    assert len({text for text, _ in HOSTILE}) >= 120


@pytest.mark.parametrize(("text", "reason"), HOSTILE)
def test_a_redirect_is_read_as_strictly_as_the_first_address(text: str, reason: str) -> None:
    here = read_url("https://pictures.example/a/b")
    try:
        there = read_redirect(here, text)
    except FetchRefused:
        return
    assert there.origin == here.origin  # what is not absolute stays on the same server


@pytest.mark.parametrize("location", ["//10.0.0.1/", "//localhost/", "http://[::1]/", "\thttp://127.0.0.1/"])
def test_a_redirect_into_a_private_network_is_refused(location: str) -> None:
    with pytest.raises(FetchRefused):
        read_redirect(read_url("https://pictures.example/"), location)


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("c", "https://pictures.example/a/c"),
        ("/c?d", "https://pictures.example/c?d"),
        ("//other.example/c", "https://other.example/c"),
        ("/k\u00c3\u00b6ln", "https://pictures.example/k%C3%B6ln"),  # UTF-8 bytes as http.client hands them over
    ],
)
def test_a_redirect_is_relative_to_where_it_was_met(location: str, there: str) -> None:
    assert read_redirect(read_url("https://pictures.example/a/b"), location).url == there


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://a.example", "https://["]))
def test_any_text_is_either_read_or_refused(text: str, start: str) -> None:
    try:
        target = read_url(start + text)
    except FetchRefused:
        return
    assert read_url(target.url) == target
    assert target.port in (80, 443)
    assert target.url.isascii()
    assert target.url.isprintable()
