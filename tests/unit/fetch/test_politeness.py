"""robots.txt, turns and rests."""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from commonswatch.fetch import Fetcher, FetchFailed, FetchRefused, rests, turns
from commonswatch.fetch.rests import Rests
from commonswatch.fetch.robots import RobotsMemory, read_wishes
from commonswatch.fetch.turns import Turns

from tests.played_hosts import Answer, PlayedHosts, Route, page
from tests.unit.fetch.test_fetcher import policy

ROBOTS = b"""
User-agent: *
Disallow: /private/
User-agent: Commonswatch
Disallow: /not-us/
"""


def site(robots: Answer, then: Route | None = None) -> Route:
    def route(path: str, headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return robots
        return then(path, headers) if then else (200, {}, path.encode())

    return route


@pytest.fixture
def hosts() -> Iterator[PlayedHosts]:
    with PlayedHosts({"pictures.example": site((200, {}, ROBOTS)), "other.example": page(b"other")}) as played:
        yield played


def reason(fetcher: Fetcher, url: str, **choices: bool) -> tuple[str, bool]:
    with pytest.raises((FetchRefused, FetchFailed)) as failed:
        fetcher.get(url, **choices)  # type: ignore[arg-type]
    return failed.value.reason, failed.value.permanent


def test_the_rules_for_us_are_kept_and_asked_for_once(hosts: PlayedHosts) -> None:
    fetcher = Fetcher(policy(hosts))
    assert reason(fetcher, "https://pictures.example/not-us/a") == ("robots", True)
    assert fetcher.get("https://pictures.example/private/a").body == b"/private/a"
    assert fetcher.get("https://pictures.example/").status == 200
    assert [path for _, path in hosts.asked] == ["/robots.txt", "/private/a", "/"]


def test_a_caller_with_the_owners_word_need_not_ask(hosts: PlayedHosts) -> None:
    assert Fetcher(policy(hosts)).get("https://pictures.example/not-us/a", respect_robots=False)
    assert [path for _, path in hosts.asked] == ["/not-us/a"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_robots_txt_allows_everything(hosts: PlayedHosts, status: int) -> None:
    hosts.play("pictures.example", site((status, {}, ROBOTS)))
    assert Fetcher(policy(hosts)).get("https://pictures.example/not-us/a").status == 200


@pytest.mark.parametrize("robots", [(503, {}, b""), (429, {}, b""), (200, {"Content-Encoding": "br"}, b"a")])
def test_while_robots_txt_cannot_be_read_nothing_else_is(hosts: PlayedHosts, robots: Answer) -> None:
    hosts.play("pictures.example", site(robots))
    assert reason(Fetcher(policy(hosts)), "https://pictures.example/a") == ("robots-unknown", False)
    assert [path for _, path in hosts.asked] == ["/robots.txt"]


def test_the_rules_of_the_place_a_redirect_leads_to_are_kept(hosts: PlayedHosts) -> None:
    hosts.play("other.example", site((404, {}, b""), page(status=302, Location="https://pictures.example/not-us/")))
    assert reason(Fetcher(policy(hosts)), "https://other.example/") == ("robots", True)
    assert ("pictures.example", "/not-us/") not in hosts.asked


def test_a_robots_txt_that_redirects_into_a_private_network_is_not_followed(hosts: PlayedHosts) -> None:
    hosts.play("pictures.example", page(status=302, Location="http://127.0.0.1/robots.txt"))
    assert reason(Fetcher(policy(hosts)), "https://pictures.example/") == ("private-address", True)


@pytest.mark.parametrize("body", [b"\x00" * 1000, b"<html>" * 1000, b"Disallow: /" + b"*a" * 50_000, b"\xff\xfe[(("])
def test_a_strange_robots_txt_is_read_quickly_and_allows_the_start_page(body: bytes) -> None:
    begun = time.perf_counter()
    read_wishes(b"User-agent: *\n" + body).check("https://pictures.example/" + "b" * 2000, "Commonswatch")
    assert time.perf_counter() - begun < 1


def test_the_memory_of_robots_is_small_and_forgets_the_oldest() -> None:
    memory = RobotsMemory()
    for number in range(600):
        memory.remember(f"https://{number}.example", read_wishes(b""))
    assert memory.recall("https://0.example") is None
    assert memory.recall("https://599.example")


class Crowd:
    """A route that knows how many visitors it had at the same time."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, path: str, headers: Mapping[str, str]) -> Answer:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.03)
        with self._lock:
            self.inside -= 1
        return 200, {}, b""


def test_one_site_is_asked_one_thing_at_a_time_by_all_threads(hosts: PlayedHosts) -> None:
    crowd = Crowd()
    hosts.play("a.crowd.example", crowd)
    hosts.play("b.crowd.example", crowd)
    fetcher = Fetcher(policy(hosts))
    addresses = [f"https://{name}.crowd.example/{number}" for number in range(5) for name in "ab"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda url: fetcher.get(url, respect_robots=False), addresses))
    assert crowd.most == 1


def test_different_sites_are_asked_at_the_same_time(hosts: PlayedHosts) -> None:
    crowd = Crowd()
    for number in range(4):
        hosts.play(f"crowd{number}.example", crowd)
    fetcher = Fetcher(policy(hosts))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: fetcher.get(f"https://crowd{n}.example/", respect_robots=False), range(4)))
    assert crowd.most > 1


def test_between_two_requests_to_a_site_there_is_a_pause(hosts: PlayedHosts) -> None:
    fetcher = Fetcher(policy(hosts, host_delay=0.2))
    begun = time.monotonic()
    for _ in range(3):
        fetcher.get("https://pictures.example/", respect_robots=False)
    assert 0.4 <= time.monotonic() - begun < 1.5


def test_a_site_can_ask_for_a_longer_pause(hosts: PlayedHosts) -> None:
    hosts.play("pictures.example", site((200, {}, b"User-agent: *\nCrawl-delay: 0.3\n")))
    fetcher = Fetcher(policy(hosts))
    fetcher.get("https://pictures.example/")
    begun = time.monotonic()
    fetcher.get("https://pictures.example/")
    assert time.monotonic() - begun > 0.2


def test_a_site_cannot_make_us_wait_forever() -> None:
    waiting = Turns(0.0)
    waiting.slow_down("a.example", 1e9)
    assert waiting._site("a.example").delay == turns.LONGEST_DELAY


def test_who_does_not_get_a_turn_in_time_is_told_so() -> None:
    waiting = Turns(0.0)
    waiting.take("a.example", 1)
    with pytest.raises(FetchFailed) as failed:
        waiting.take("a.example", 0.1)
    assert (failed.value.reason, failed.value.permanent) == ("busy", False)
    waiting.give_back("a.example")
    waiting.take("a.example", 0.1)


def test_a_site_in_trouble_gets_a_rest_and_a_second_chance(hosts: PlayedHosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rests, "REST", 0.3)
    hosts.play("pictures.example", page(status=503))
    fetcher = Fetcher(policy(hosts))
    for _ in range(rests.TROUBLES_BEFORE_REST):
        assert reason(fetcher, "https://pictures.example/", respect_robots=False) == ("status", False)
    assert reason(fetcher, "https://pictures.example/", respect_robots=False) == ("paused", False)
    assert len(hosts.asked) == rests.TROUBLES_BEFORE_REST
    assert fetcher.get("https://other.example/", respect_robots=False)
    time.sleep(0.35)
    hosts.play("pictures.example", page(b"well again"))
    assert fetcher.get("https://pictures.example/", respect_robots=False).body == b"well again"


def test_a_site_that_asks_for_patience_gets_it(hosts: PlayedHosts) -> None:
    hosts.play("pictures.example", page(status=429, Retry_After="60"))
    fetcher = Fetcher(policy(hosts))
    assert reason(fetcher, "https://pictures.example/", respect_robots=False) == ("status", False)
    assert reason(fetcher, "https://pictures.example/", respect_robots=False) == ("paused", False)


def test_missing_pages_are_no_trouble(hosts: PlayedHosts) -> None:
    hosts.play("pictures.example", page(status=404))
    fetcher = Fetcher(policy(hosts))
    for _ in range(rests.TROUBLES_BEFORE_REST + 1):
        assert reason(fetcher, "https://pictures.example/", respect_robots=False) == ("status", True)


def test_the_memory_of_sites_stays_small() -> None:
    waiting = Turns(0.0)
    waiting.take("held.example", 1)
    for number in range(10_000):
        waiting.take(f"{number}.example", 1)
        waiting.give_back(f"{number}.example")
    assert len(waiting._sites) <= 4096
    assert waiting._sites["held.example"].taken


def test_a_success_in_between_starts_the_count_anew(hosts: PlayedHosts) -> None:
    fetcher = Fetcher(policy(hosts))
    for status in [503] * 4 + [200] + [503] * 4:
        hosts.play("pictures.example", page(status=status))
        with contextlib.suppress(FetchFailed):
            fetcher.get("https://pictures.example/", respect_robots=False)
    hosts.play("pictures.example", page(b"a"))
    assert fetcher.get("https://pictures.example/", respect_robots=False).body == b"a"


def test_names_that_do_not_exist_cannot_bring_a_rest_upon_their_site(hosts: PlayedHosts) -> None:
    fetcher = Fetcher(policy(hosts), resolver=lambda name: [])
    for number in range(rests.TROUBLES_BEFORE_REST * 2):
        assert reason(fetcher, f"https://{number}.pictures.example/", respect_robots=False) == ("dns", False)
    assert fetcher.get("https://pictures.example/")


def test_the_wrong_port_or_scheme_cannot_bring_a_rest_upon_a_host(hosts: PlayedHosts) -> None:
    fetcher = Fetcher(policy(hosts))
    for number in range(rests.TROUBLES_BEFORE_REST * 2):  # nobody speaks plain HTTP where TLS is spoken
        assert reason(fetcher, f"http://pictures.example/{number}", respect_robots=False)[0] != "status"
    assert fetcher.get("https://pictures.example/")


def test_the_memory_of_rests_stays_small() -> None:
    resting = Rests()
    for number in range(10_000):
        resting.had_trouble(f"{number}.example", 60)
    assert len(resting._records) <= 4096
    with pytest.raises(FetchFailed):
        resting.check("9999.example")
