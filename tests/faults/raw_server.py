"""A loopback server for one misbehaviour: whatever a function does with a connection, with TLS or before it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import trustme

Behaviour = Callable[[socket.socket], None]


class RawServer:
    """Runs ``behave`` for every connection; ``before_tls`` gives it the bare one instead of the secured one."""

    def __init__(
        self,
        behave: Behaviour,
        folder: Path,
        *,
        before_tls: bool = False,
        certificate: Callable[[trustme.CA], trustme.LeafCert] = lambda ca: ca.issue_cert("slow.example"),
    ) -> None:
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate(authority).configure_cert(self._tls)
        self._behave = behave
        self._before_tls = before_tls
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.05)
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(5)
        self._listening.close()
        assert not any(thread.is_alive() for thread in self._threads)

    @property
    def played(self) -> dict[str, tuple[str, int]]:
        return {"slow.example": ("127.0.0.1", self._listening.getsockname()[1])}

    def pause(self, seconds: float) -> None:
        """Sleep, but end with the server."""
        if self._over.wait(seconds):
            raise ConnectionAbortedError

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                self._start(self._converse, self._listening.accept()[0])

    def _converse(self, connection: socket.socket) -> None:
        connection.settimeout(1)
        with contextlib.suppress(OSError), connection:
            if self._before_tls:
                self._behave(connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65536)
                self._behave(secured)
