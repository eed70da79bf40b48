"""Fetching from well-behaved servers: what comes back, what is sent, which redirects are followed."""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from commonswatch.fetch import REASONS, Fetcher, FetchFailed, FetchPolicy, FetchRefused, contactable

from tests.played_hosts import PlayedHosts, Route, page

AGENT = contactable("0.1", "https://watch.example")
PICTURE = b"\xff\xd8 a made-up picture"


def policy(hosts: PlayedHosts, **changes: object) -> FetchPolicy:
    limits = {"deadline": 3.0, "host_delay": 0.0, **changes}
    return FetchPolicy(user_agent=AGENT, played=hosts.played, ca_file=hosts.ca_file, **limits)  # type: ignore[arg-type]


def echo(path: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    lines = sorted(f"{name}: {value}" for name, value in headers.items())
    return 200, {"Content-Type": "text/plain"}, "\n".join(lines).encode()


def passing_on(places: Mapping[str, tuple[int, str]]) -> Route:
    def route(path: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        if path not in places:
            return 200, {}, f"arrived at {path}".encode()
        status, place = places[path]
        return status, {"Location": place, "Set-Cookie": "secret=1"}, b"moved"

    return route


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    with PlayedHosts({"pictures.example": page(PICTURE, "image/jpeg; charset=none"), "echo.example": echo}) as played:
        yield played


@pytest.fixture
def fetcher(hosts: PlayedHosts) -> Fetcher:
    return Fetcher(policy(hosts))


def test_a_page_comes_back_whole_with_its_digest_and_time(fetcher: Fetcher) -> None:
    fetched = fetcher.get("https://Pictures.example/a.jpg#top", respect_robots=False)
    assert fetched.body == PICTURE
    assert fetched.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert (fetched.url, fetched.final_url) == ("https://pictures.example/a.jpg",) * 2
    assert (fetched.status, fetched.media_type, fetched.redirects) == (200, "image/jpeg", ())
    assert fetched.headers["content-type"] == "image/jpeg; charset=none"
    assert abs((datetime.now(UTC) - fetched.fetched_at).total_seconds()) < 5
    assert "made-up" not in repr(fetched)


def test_we_send_who_we_are_and_nothing_else(fetcher: Fetcher) -> None:
    sent = fetcher.get("https://echo.example/", accept="text/csv", respect_robots=False).body.decode()
    assert sent.splitlines() == [
        "accept-encoding: gzip",
        "accept: text/csv",
        "connection: close",
        "host: echo.example",
        f"user-agent: {AGENT}",
    ]


def test_proxies_of_the_environment_are_not_used(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetcher.get("https://pictures.example/", respect_robots=False).body == PICTURE


def test_a_gzipped_answer_of_several_members_is_unpacked_once(hosts: PlayedHosts, fetcher: Fetcher) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + gzip.compress(b"")
    hosts.play("pictures.example", page(packed, "text/plain", Content_Encoding="GZIP"))
    assert fetcher.get("https://pictures.example/", respect_robots=False).body == b"one two"


def test_a_large_well_packed_listing_is_accepted(hosts: PlayedHosts, fetcher: Fetcher) -> None:
    listing = b"".join(b"https://pictures.example/%d.jpg,%d\n" % (number, number * 7919) for number in range(100_000))
    hosts.play("pictures.example", page(gzip.compress(listing), "text/csv", Content_Encoding="gzip"))
    assert fetcher.get("https://pictures.example/", respect_robots=False).body == listing


def test_an_answer_without_a_usable_media_type_is_bytes(hosts: PlayedHosts, fetcher: Fetcher) -> None:
    hosts.play("pictures.example", page(b"x", "<script>"))
    assert fetcher.get("https://pictures.example/", respect_robots=False).media_type == "application/octet-stream"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_to_another_host_without_cookies(hosts: PlayedHosts, status: int) -> None:
    hosts.play("pictures.example", passing_on({"/a": (status, "https://echo.example/b")}))
    fetched = Fetcher(policy(hosts)).get("https://pictures.example/a", respect_robots=False)
    assert fetched.final_url == "https://echo.example/b"
    assert fetched.redirects == ("https://pictures.example/a",)
    assert b"cookie" not in fetched.body


def test_five_redirects_are_followed_and_six_are_not(hosts: PlayedHosts, fetcher: Fetcher) -> None:
    hosts.play("pictures.example", passing_on({f"/{n}": (302, f"/{n + 1}") for n in range(6)}))
    assert fetcher.get("https://pictures.example/1", respect_robots=False).body == b"arrived at /6"
    with pytest.raises(FetchRefused) as refused:
        fetcher.get("https://pictures.example/0", respect_robots=False)
    assert refused.value.reason == "redirects"


@pytest.mark.parametrize("circle", [{"/a": (302, "/a")}, {"/a": (302, "/b"), "/b": (302, "/a")}])
def test_a_circle_of_redirects_ends_at_once(
    hosts: PlayedHosts, fetcher: Fetcher, circle: dict[str, tuple[int, str]]
) -> None:
    hosts.play("pictures.example", passing_on(circle))
    with pytest.raises(FetchRefused) as refused:
        fetcher.get("https://pictures.example/a", respect_robots=False)
    assert refused.value.reason == "redirects"
    assert len(hosts.asked) == len(circle)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, True),
        (403, True),
        (404, True),
        (410, True),
        (451, True),
        (304, True),
        (302, True),
        (408, False),
        (425, False),
        (429, False),
        (500, False),
        (502, False),
        (503, False),
        (504, False),
    ],
)
def test_an_error_status_says_whether_to_try_again(
    hosts: PlayedHosts, fetcher: Fetcher, status: int, permanent: bool
) -> None:
    hosts.play("pictures.example", page(status=status))
    with pytest.raises(FetchFailed) as failed:
        fetcher.get("https://pictures.example/", respect_robots=False)
    assert (failed.value.reason, failed.value.status) == ("status", status)
    assert failed.value.permanent is permanent
    assert str(status) in failed.value.detail


def test_a_caller_can_lower_the_limit(hosts: PlayedHosts, fetcher: Fetcher) -> None:
    assert fetcher.get("https://pictures.example/", max_bytes=len(PICTURE), respect_robots=False)
    for route in (page(PICTURE), page(gzip.compress(b"a" * 1000), Content_Encoding="gzip")):
        hosts.play("pictures.example", route)
        with pytest.raises(FetchRefused) as refused:
            fetcher.get("https://pictures.example/", max_bytes=len(PICTURE) - 1, respect_robots=False)
        assert refused.value.reason == "too-large"


def test_a_caller_cannot_raise_the_limit(hosts: PlayedHosts) -> None:
    fetcher = Fetcher(policy(hosts, max_wire=5))
    with pytest.raises(FetchRefused):
        fetcher.get("https://pictures.example/", max_bytes=10**9, respect_robots=False)


def test_every_reason_is_a_sentence_that_repeats_nothing() -> None:
    for reason, sentence in REASONS.items():
        assert reason == reason.lower()
        assert sentence.endswith(".")
        assert "%" not in sentence
        assert "{" not in sentence


def test_played_names_may_only_lead_to_this_machine() -> None:
    with pytest.raises(ValueError, match="loopback"):
        FetchPolicy(user_agent=AGENT, played={"a.example": ("10.0.0.1", 443)})


@pytest.mark.parametrize("agent", ["", "  ", "a\r\nHost: b", "ä"])
def test_a_user_agent_must_be_a_header(agent: str) -> None:
    with pytest.raises(ValueError, match="user_agent"):
        FetchPolicy(user_agent=agent)
