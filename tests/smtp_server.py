"""A real mail server on loopback for tests: keeps what it is sent, and refuses, stalls or drops when told to.

    with SmtpServer() as server:
        server.mode = "451"           # from now on; also: accept, 550, refuse, hang, drop
        ...                           # the product sends to 127.0.0.1, server.port
        [(envelope, message)] = server.letters

``refuse`` closes the port, so that connecting fails; any other mode opens the same port again.
"""

import asyncio
import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

Mode = Literal["accept", "451", "550", "refuse", "hang", "drop"]


class SmtpServer:
    """Use as a context manager. ``tls`` is a server-side context, such as one trustme configured for 127.0.0.1."""

    def __init__(
        self,
        *,
        security: Literal["none", "starttls", "tls"] = "none",
        tls: ssl.SSLContext | None = None,
        users: dict[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.letters: list[tuple[Envelope, EmailMessage]] = []
        self.signed_in: list[str] = []
        self.port = port or _free_port()
        self._mode: Mode = "accept"
        self._security, self._tls, self._users = security, tls, users
        self._controller: Controller | None = None

    def __enter__(self) -> "SmtpServer":
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "refuse":
            self._close()
        elif self._controller is None:
            self._open()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._users is not None and not session.authenticated:
            return "530 5.7.0 sign in first"
        if self._mode == "550":
            return "550 5.1.1 no such mailbox"
        if self._mode == "451":
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self._mode == "hang":
            await asyncio.sleep(3600)
        if self._mode == "drop":
            server.transport.abort()
            return "421 gone"
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        self.letters.append((envelope, message_from_bytes(data, policy=policy.default)))
        return "250 kept"

    def _authenticate(self, server: Any, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        name, password = data.login.decode(), data.password.decode()
        right = (self._users or {}).get(name) == password
        if right:
            self.signed_in.append(name)
        return AuthResult(success=right, handled=right)

    def _open(self) -> None:
        extra: dict[str, Any] = {}
        if self._security == "tls":
            extra["ssl_context"] = self._tls
        if self._security == "starttls":
            extra.update(tls_context=self._tls, require_starttls=True)
        if self._users is not None:
            extra.update(authenticator=self._authenticate, auth_require_tls=self._security == "starttls")
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **extra)
        self._controller.start()

    def _close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
