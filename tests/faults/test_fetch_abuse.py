"""Servers that are slow, endless, explosive or lying: every fetch ends in time, small, and with a reason."""

import contextlib
import gzip
import resource
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from commonswatch.fetch import Fetcher, FetchFailed, FetchPolicy, FetchRefused

from tests.faults.raw_server import RawServer

DEADLINE = 1.0
MIB = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

Script = Callable[["Stage"], Iterator[bytes]]


class Stage:
    """What a script may use: ``pause`` sleeps until the test is over."""

    def __init__(self) -> None:
        self.pause: Callable[[float], None] = time.sleep


def play(script: Script, tmp_path: Path, *, before_tls: bool = False) -> tuple[str, bool]:
    """Fetch from a server that sends what the script yields; reason and permanence of the failure.

    Checks the two promises of every fetch on the way: the deadline and the memory.
    """
    stage = Stage()

    def behave(connection: socket.socket) -> None:
        for piece in script(stage):
            connection.sendall(piece)

    with RawServer(behave, tmp_path, before_tls=before_tls) as server:
        stage.pause = server.pause
        return fetch_and_measure(server)


def fetch_and_measure(server: RawServer) -> tuple[str, bool]:
    policy = FetchPolicy(
        "Commonswatch/test",
        deadline=DEADLINE,
        max_wire=5 * MIB,
        max_decoded=10 * MIB,
        played=server.played,
        ca_file=server.ca_file,
    )
    fetcher = Fetcher(policy)
    tracemalloc.start()
    begun = time.monotonic()
    try:
        with pytest.raises((FetchRefused, FetchFailed)) as failed:
            fetcher.get("https://slow.example/a?secret=word", respect_robots=False)
    finally:
        took, (_, most) = time.monotonic() - begun, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert took < DEADLINE + 1
    assert most < 50 * MIB
    assert "slow.example" not in failed.value.detail
    assert "secret" not in failed.value.detail
    return failed.value.reason, failed.value.permanent


def header_drip(stage: Stage) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-A: "
    while True:
        stage.pause(0.05)
        yield b"a"


def header_line_drip(stage: Stage) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(10_000):
        stage.pause(0.05)
        yield b"X-%d: a\r\n" % number


def body_drip(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 100000\r\n\r\n"
    while True:
        stage.pause(0.05)
        yield b"a"


def body_drip_without_end(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    while True:
        stage.pause(0.05)
        yield b"a"


def chunk_drip(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        stage.pause(0.05)
        yield b"1\r\na\r\n"


def gzip_drip(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Content-Encoding: gzip\r\n\r\n"
    for byte in gzip.compress(bytes(range(256)) * 100):
        stage.pause(0.05)
        yield bytes([byte])


def endless_continue(stage: Stage) -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100


def silence(stage: Stage) -> Iterator[bytes]:
    stage.pause(60)
    yield b""


def silence_after_headers(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 5\r\n\r\n"
    stage.pause(60)


def endless_trailers(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    while True:
        yield b"X-A: a\r\n" * 1000


SLOW = [
    header_drip, header_line_drip, body_drip, body_drip_without_end, chunk_drip, gzip_drip, endless_continue,
    silence, silence_after_headers, endless_trailers,
]  # fmt: skip


@pytest.mark.parametrize("script", SLOW)
def test_a_server_that_never_finishes_is_left_at_the_deadline(script: Script, tmp_path: Path) -> None:
    assert play(script, tmp_path) == ("too-slow", False)


def handshake_silence(stage: Stage) -> Iterator[bytes]:
    stage.pause(60)
    yield b""


def handshake_drip(stage: Stage) -> Iterator[bytes]:
    yield b"\x16\x03\x03\x40\x00\x02"  # the start of a long ServerHello
    while True:
        stage.pause(0.05)
        yield b"\x00"


@pytest.mark.parametrize("script", [handshake_silence, handshake_drip])
def test_a_handshake_that_never_finishes_is_left_at_the_deadline(script: Script, tmp_path: Path) -> None:
    assert play(script, tmp_path, before_tls=True) == ("too-slow", False)


def endless_body(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    while True:
        yield b"a" * 65536


def endless_chunks(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"a" * 65536 + b"\r\n"


def one_huge_chunk(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n"
    while True:
        yield b"a" * 65536


def negative_chunk(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"
    while True:
        yield b"a" * 65536


def declared_too_large(stage: Stage) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 99999999999\r\n\r\n"


@pytest.mark.parametrize("script", [endless_body, endless_chunks, one_huge_chunk, negative_chunk, declared_too_large])
def test_an_answer_without_end_is_cut_at_the_limit(script: Script, tmp_path: Path) -> None:
    reason, _ = play(script, tmp_path)
    assert reason in ("too-large", "cut-short")


@pytest.mark.parametrize("script", [endless_body, endless_chunks, one_huge_chunk, declared_too_large])
def test_too_much_is_refused_for_good(script: Script, tmp_path: Path) -> None:
    assert play(script, tmp_path) == ("too-large", True)


def packed(body: bytes, encoding: bytes = b"gzip") -> Script:
    return lambda stage: iter([HEAD + b"Content-Encoding: " + encoding + b"\r\n\r\n" + body])


def zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


def test_a_flood_of_one_byte_chunks_ends_in_time(tmp_path: Path) -> None:
    def flood(stage: Stage) -> Iterator[bytes]:
        yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"1\r\na\r\n" * 10_000

    assert play(flood, tmp_path)[0] in ("too-slow", "too-large")


def test_an_endless_stream_that_unpacks_to_nothing_is_cut_by_what_was_sent(tmp_path: Path) -> None:
    def nothing(stage: Stage) -> Iterator[bytes]:
        yield HEAD + b"Content-Encoding: gzip\r\n\r\n"
        yield b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"  # a member whose file name never ends
        while True:
            yield b"a" * 65536

    assert play(nothing, tmp_path) == ("too-large", True)


def test_a_gzip_bomb_is_cut_by_its_ratio(tmp_path: Path) -> None:
    assert play(packed(zeros(300 * MIB)), tmp_path) == ("bomb", True)


def test_many_small_bombs_in_a_row_are_one_bomb(tmp_path: Path) -> None:
    assert play(packed(zeros(MIB) * 50), tmp_path) == ("bomb", True)


def test_moderately_packed_data_is_cut_by_its_size(tmp_path: Path) -> None:
    line = b"".join(b"%d," % (number * 7919) for number in range(2_000_000))
    assert play(packed(gzip.compress(line, 1)), tmp_path) == ("too-large", True)


@pytest.mark.parametrize("encoding", [b"gzip, gzip", b"br", b"deflate", b"zstd", b"gzip\r\nContent-Encoding: gzip"])
def test_only_one_layer_of_gzip_is_unpacked(encoding: bytes, tmp_path: Path) -> None:
    assert play(packed(gzip.compress(gzip.compress(b"a")), encoding), tmp_path) == ("encoding", True)


def test_gzip_as_a_transfer_coding_is_not_unpacked(tmp_path: Path) -> None:
    script = lambda stage: iter([HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"])  # noqa: E731
    assert play(script, tmp_path) == ("encoding", True)


def test_what_is_called_gzip_and_is_not_is_refused(tmp_path: Path) -> None:
    assert play(packed(b"<html>"), tmp_path) == ("encoding", True)


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"Content-Length: 1000\r\n\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nhello\r\nabc",
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(range(256)) * 9)[:-20],
        b"",
    ],
)
def test_an_answer_that_stops_early_is_not_taken_for_a_whole_one(sent: bytes, tmp_path: Path) -> None:
    assert play(lambda stage: iter([sent]), tmp_path) == ("cut-short", False)


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00" * 1000,
        b"HTTP/9.9 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000 + b"\r\n",
    ],
)
def test_what_is_not_http_is_a_failure_with_a_reason(sent: bytes, tmp_path: Path) -> None:
    assert play(lambda stage: iter([sent]), tmp_path) == ("protocol", False)


def test_a_redirect_with_an_endless_body_is_followed_without_reading_it(tmp_path: Path) -> None:
    def redirect(stage: Stage) -> Iterator[bytes]:
        yield b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n"
        while True:
            yield b"a" * 65536

    assert play(redirect, tmp_path) == ("private-address", True)


@pytest.mark.parametrize("length", [b"", b"Content-Length: 100000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_redirect_ends_at_once_although_its_body_never_does(length: bytes, tmp_path: Path) -> None:
    """Reading any of the body would wait for more of it until the deadline."""

    def redirect(stage: Stage) -> Iterator[bytes]:
        yield b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n" + length + b"\r\n"
        while True:
            yield b"1\r\na\r\n"
            stage.pause(0.05)

    begun = time.monotonic()
    assert play(redirect, tmp_path) == ("private-address", True)
    assert time.monotonic() - begun < DEADLINE


def test_a_server_that_switches_protocols_is_left(tmp_path: Path) -> None:
    sent = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    assert play(lambda stage: iter([sent]), tmp_path)[0] == "status"


def _expired(ca: trustme.CA) -> trustme.LeafCert:
    past = datetime.now(UTC) - timedelta(days=1)
    return ca.issue_cert("slow.example", not_before=past - timedelta(days=9), not_after=past)


@pytest.mark.parametrize(
    "certificate",
    [
        lambda ca: ca.issue_cert("other.example"),
        lambda ca: ca.issue_cert("127.0.0.1"),
        lambda ca: ca.issue_cert("*.slow.example"),
        lambda ca: trustme.CA().issue_cert("slow.example"),
        _expired,
    ],
    ids=["another name", "the address", "a wildcard below", "a stranger's word", "expired"],
)
def test_a_server_must_prove_its_name(certificate: Callable[[trustme.CA], trustme.LeafCert], tmp_path: Path) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 1\r\n\r\na")

    with RawServer(answer, tmp_path, certificate=certificate) as server:
        assert fetch_and_measure(server) == ("tls", False)


def test_a_server_that_does_not_listen_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    policy = FetchPolicy("Commonswatch/test", deadline=DEADLINE, played={"slow.example": ("127.0.0.1", port)})
    with pytest.raises(FetchFailed) as failed:
        Fetcher(policy).get("https://slow.example/", respect_robots=False)
    assert (failed.value.reason, failed.value.permanent) == ("unreachable", False)


def test_connections_and_descriptors_do_not_pile_up(tmp_path: Path) -> None:
    """A hundred failing fetches under a limit of descriptors that would not bear a leak of one each."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 9\r\n\r\na")

    with RawServer(answer, tmp_path) as server:
        policy = FetchPolicy("a", deadline=3, host_delay=0, played=server.played, ca_file=server.ca_file)
        before = _open_descriptors()
        for _ in range(100):
            with contextlib.suppress(FetchFailed):
                Fetcher(policy).get("https://slow.example/", respect_robots=False)
        assert _open_descriptors() < before + 20


def _open_descriptors() -> int:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    directory = Path("/proc/self/fd")
    return len(list(directory.iterdir())) if directory.exists() else most
