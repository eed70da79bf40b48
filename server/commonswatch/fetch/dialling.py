"""From a name to an open connection, with the address checked in between and never looked up twice.

A check that looks a name up and a client that looks it up again can be given two different answers (DNS rebinding).
Here the name is resolved once, every answer is checked, and exactly a checked address is dialled; the name stays in
the Host header and in the TLS handshake.
"""

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from urllib3.connection import HTTPConnection, HTTPSConnection

from commonswatch.fetch.addresses import may_be_dialled
from commonswatch.fetch.deadline import Deadline
from commonswatch.fetch.policy import FetchPolicy
from commonswatch.fetch.refusals import FetchFailed, FetchRefused
from commonswatch.fetch.urls import Target

Resolver = Callable[[str], Sequence[str]]
"""Name → IP addresses as text; raises OSError when there are none."""

MAX_ATTEMPTS = 4
_look_ups = threading.BoundedSemaphore(64)


def resolve_by_system(name: str) -> list[str]:
    """Ask the system's resolver. It knows no timeout; see ``_resolve``."""
    return [str(answer[4][0]) for answer in socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Dialler:
    """Opens connections under one policy; ``resolver`` can be exchanged in tests."""

    policy: FetchPolicy
    resolver: Resolver
    tls: ssl.SSLContext

    def connection(self, target: Target, deadline: Deadline) -> HTTPConnection:
        """A connection that dials itself when the request is sent."""
        if target.scheme == "https":
            secured = _GuardedHTTPS(target.host, target.port, timeout=deadline.remaining(), ssl_context=self.tls)
            secured.open = lambda: self._open(target, deadline)
            return secured
        plain = _GuardedHTTP(target.host, target.port, timeout=deadline.remaining())
        plain.open = lambda: self._open(target, deadline)
        return plain

    def _open(self, target: Target, deadline: Deadline) -> socket.socket:
        places = self._places(target, deadline)
        for address, port in places[:MAX_ATTEMPTS]:
            with contextlib.suppress(OSError):
                connection = _connect(address, port, min(self.policy.connect_timeout, deadline.remaining()))
                deadline.guard(connection)
                connection.settimeout(deadline.remaining())
                return connection
        raise FetchFailed("unreachable")

    def _places(self, target: Target, deadline: Deadline) -> list[tuple[str, int]]:
        if target.host in self.policy.played:
            return [self.policy.played[target.host]]
        answers = list(dict.fromkeys(_resolve(self.resolver, target.host, deadline)))
        if not all(may_be_dialled(address) for address in answers):  # one bad answer spoils the name
            raise FetchRefused("private-address")
        return [(address, target.port) for address in answers]


def _resolve(resolver: Resolver, name: str, deadline: Deadline) -> Sequence[str]:
    """Look a name up in a thread of its own, since a look-up cannot be interrupted; FetchFailed (dns, too-slow)."""
    running = _look_ups  # the one that was taken is given back, also by a look-up that outlives a test
    if not running.acquire(timeout=deadline.remaining()):
        raise FetchFailed("too-slow")
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolver(name))
        except (OSError, UnicodeError):
            answers.put(())
        finally:
            running.release()

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise FetchFailed("too-slow") from None
    if not found:
        raise FetchFailed("dns")
    return found


def _connect(address: str, port: int, timeout: float) -> socket.socket:
    """Dial an IP address and make sure that it is the one which answered."""
    connection = socket.create_connection((address, port), timeout)
    if ip_address(connection.getpeername()[0]) != ip_address(address):
        connection.close()
        raise OSError("somebody else answered")
    return connection


class _GuardedHTTP(HTTPConnection):
    open: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.open()


class _GuardedHTTPS(HTTPSConnection):
    open: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.open()
