"""Names and redirects that try to lead us into a private network. What is dialled is watched below the fetcher."""
# ruff: noqa: S104  addresses to refuse, not to bind

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from commonswatch.fetch import Fetcher, FetchFailed, FetchPolicy, FetchRefused, dialling
from dnslib import QTYPE, RR, A, DNSHeader, DNSRecord

from tests.played_hosts import PlayedHosts, page
from tests.unit.fetch.hostile_urls import HOSTILE

PUBLIC = "93.184.216.34"
_watching: list[list[tuple[str, int]]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and _watching:
        _watching[-1].append(tuple(arguments[1][:2]))  # type: ignore[index]


sys.addaudithook(_watch)  # the interpreter itself reports every connection, whoever makes it


@pytest.fixture
def dialled() -> Iterator[list[tuple[str, int]]]:
    """Every address any socket of this process was connected to during the test."""
    seen: list[tuple[str, int]] = []
    _watching.append(seen)
    yield seen
    _watching.remove(seen)


def fetcher(resolver: Callable[[str], Sequence[str]], **changes: object) -> Fetcher:
    limits = {"deadline": 2.0, "host_delay": 0.0, **changes}
    return Fetcher(FetchPolicy("Commonswatch/test", **limits), resolver=resolver)  # type: ignore[arg-type]


def reason(fetcher: Fetcher, url: str) -> str:
    with pytest.raises((FetchRefused, FetchFailed)) as failed:
        fetcher.get(url, respect_robots=False)
    return failed.value.reason


def nobody(name: str) -> Sequence[str]:
    raise AssertionError("a name was looked up")


def test_no_hostile_address_is_looked_up_or_dialled(dialled: list[tuple[str, int]]) -> None:
    visitor = fetcher(nobody)
    for url, why in HOSTILE:
        assert (url, reason(visitor, url)) == (url, why)
    assert dialled == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_to_a_hostile_address(status: int, dialled: list[tuple[str, int]]) -> None:
    hostile = [url for url, _ in HOSTILE if "://" in url and url.isascii() and url.isprintable()]
    with PlayedHosts({"start.example": page()}) as hosts:
        policy = FetchPolicy("a", deadline=3, host_delay=0, played=hosts.played, ca_file=hosts.ca_file)
        visitor = Fetcher(policy, resolver=nobody)
        for place in [*hostile[status % 5 :: 5], "//10.0.0.1/", "//localhost/", "//[::1]/"]:
            hosts.play("start.example", page(status=status, Location=place))
            with pytest.raises(FetchRefused):
                visitor.get("https://start.example/a", respect_robots=False)
        assert set(dialled) == {("127.0.0.1", hosts.port)}


BAD_ANSWERS = [
    ["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["168.63.129.16"], ["100.64.0.1"], ["::1"], ["fd00::1"],
    ["::ffff:127.0.0.1"], ["::ffff:93.184.216.34"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["fe80::1%lo"],
    [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"], ["2606:4700::1", "10.0.0.1"],
    [PUBLIC] * 9 + ["::"],
    ["0.0.0.0"], ["not an address"], ["127.1"], ["2130706433"],
]  # fmt: skip


@pytest.mark.parametrize("answers", BAD_ANSWERS)
def test_one_private_answer_spoils_a_name(answers: list[str], dialled: list[tuple[str, int]]) -> None:
    assert reason(fetcher(lambda name: answers), "https://pictures.example/") == "private-address"
    assert dialled == []


@pytest.mark.parametrize("answers", BAD_ANSWERS)
def test_a_redirect_to_a_name_with_a_private_answer_is_refused(
    answers: list[str], dialled: list[tuple[str, int]]
) -> None:
    with PlayedHosts({"start.example": page(status=302, Location="https://inside.other.example/")}) as hosts:
        visitor = fetcher(lambda name: answers, played=hosts.played, ca_file=hosts.ca_file)
        assert reason(visitor, "https://start.example/") == "private-address"
        assert dialled == [("127.0.0.1", hosts.port)]


class NameServer:
    """A real DNS server on loopback whose answer to the n-th question is the n-th of a list (then the last one)."""

    def __init__(self, *answers: str) -> None:
        self.answers = answers
        self.questions: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "NameServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                data, visitor = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            question = DNSRecord.parse(data)
            answer = self.answers[min(len(self.questions), len(self.answers) - 1)]
            self.questions.append(str(question.q.qname))
            reply = DNSRecord(DNSHeader(id=question.header.id, qr=1, aa=1), q=question.q)
            reply.add_answer(RR(question.q.qname, QTYPE.A, rdata=A(answer), ttl=0))
            self._socket.sendto(reply.pack(), visitor)

    def resolve(self, name: str) -> list[str]:
        """What the resolver of the fetcher does: ask, without any cache."""
        reply = DNSRecord.question(name).send("127.0.0.1", self._socket.getsockname()[1], timeout=2)
        return [str(record.rdata) for record in DNSRecord.parse(reply).rr]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Notes who is dialled; this machine answers, the public internet does not."""
    wanted: list[tuple[str, int]] = []
    real = dialling._connect

    def dial(address: str, port: int, timeout: float) -> socket.socket:
        wanted.append((address, port))
        if address != "127.0.0.1":
            raise ConnectionRefusedError
        return real(address, port, timeout)

    monkeypatch.setattr(dialling, "_connect", dial)
    return wanted


def test_a_name_that_changes_after_the_check_is_dialled_at_the_checked_address(
    outside: list[tuple[str, int]],
) -> None:
    with NameServer(PUBLIC, "127.0.0.1") as names:
        visitor = fetcher(names.resolve)
        assert reason(visitor, "https://rebinding.example/") == "unreachable"
        assert names.questions == ["rebinding.example."]
        assert outside == [(PUBLIC, 443)]
        assert reason(visitor, "https://rebinding.example/") == "private-address"
        assert outside == [(PUBLIC, 443)]


def test_every_redirect_asks_and_checks_again(outside: list[tuple[str, int]]) -> None:
    with (
        NameServer(PUBLIC, "10.0.0.1") as names,
        PlayedHosts({"start.example": page(status=302, Location="https://rebinding.test/")}) as hosts,
    ):
        visitor = fetcher(names.resolve, played=hosts.played, ca_file=hosts.ca_file)
        assert reason(visitor, "https://start.example/") == "unreachable"
        assert reason(visitor, "https://start.example/") == "private-address"
        assert outside == [("127.0.0.1", hosts.port), (PUBLIC, 443), ("127.0.0.1", hosts.port)]


def test_at_most_four_addresses_of_a_name_are_tried(outside: list[tuple[str, int]]) -> None:
    answers = [f"93.184.216.{number}" for number in range(1, 100)]
    assert reason(fetcher(lambda name: answers), "http://many.example/") == "unreachable"
    assert outside == [(address, 80) for address in answers[:4]]


def test_the_name_stays_in_tls_and_in_the_host_header(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with PlayedHosts({"pictures.example": lambda path, headers: (200, {}, headers["host"].encode())}) as hosts:
        real = dialling._connect
        monkeypatch.setattr(dialling, "_connect", lambda address, port, wait: real("127.0.0.1", hosts.port, wait))
        visitor = fetcher(lambda name: [PUBLIC], ca_file=hosts.ca_file)
        assert visitor.get("https://pictures.example/a", respect_robots=False).body == b"pictures.example"
        assert reason(visitor, "https://other.example/") == "tls"
        assert reason(visitor, f"https://{PUBLIC}/") == "tls"


def test_a_connection_that_ends_up_elsewhere_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        real = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda place, wait: real(elsewhere.getsockname(), wait))
        assert reason(fetcher(lambda name: [PUBLIC]), "https://pictures.example/") == "unreachable"


@pytest.mark.parametrize("answer", [[], OSError("no such name"), UnicodeError("label too long")])
def test_a_name_without_an_address_is_not_found(answer: list[str] | Exception) -> None:
    def resolve(name: str) -> list[str]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert reason(fetcher(resolve), "https://nowhere.example/") == "dns"


def test_a_name_server_that_never_answers_is_left_at_the_deadline() -> None:
    over = threading.Event()
    begun = time.monotonic()
    try:
        assert (
            reason(fetcher(lambda name: (over.wait(30) and []) or [], deadline=0.5), "https://a.example/") == "too-slow"
        )
        assert time.monotonic() - begun < 1.5
    finally:
        over.set()


def test_hanging_look_ups_do_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialling, "_look_ups", threading.BoundedSemaphore(2))
    over = threading.Event()
    visitor = fetcher(lambda name: (over.wait(30) and []) or [], deadline=0.2)
    try:
        for number in range(5):
            assert reason(visitor, f"https://slow{number}.example/") == "too-slow"
        assert sum(thread.name == "look-up" and thread.is_alive() for thread in threading.enumerate()) <= 2
    finally:
        over.set()
    assert reason(visitor, "https://fast.example/") == "dns"


def test_a_played_name_does_not_open_a_door_for_others(dialled: list[tuple[str, int]]) -> None:
    with PlayedHosts({"pictures.example": page(b"a")}) as hosts:
        policy = FetchPolicy("a", deadline=3, host_delay=0, played=hosts.played, ca_file=hosts.ca_file)
        visitor = Fetcher(policy, resolver=lambda name: ["127.0.0.1"])
        assert visitor.get("https://pictures.example/", respect_robots=False).body == b"a"
        for url in ("https://sub.pictures.example/", "https://other.example/", "https://pictures.example.org/"):
            assert reason(visitor, url) == "private-address"
        assert reason(visitor, f"https://127.0.0.1:{hosts.port}/") == "port"
        assert reason(visitor, "https://127.0.0.1/") == "private-address"
        assert set(dialled) == {("127.0.0.1", hosts.port)}
