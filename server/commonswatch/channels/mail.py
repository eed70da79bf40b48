"""Sending a composed mail to a mail server (SMTP). When to try again is decided by who calls.

The standard library bounds each read, not the whole: a server that sends a line now and then would hold a worker
for good. So the connection is also shut down at a deadline.
"""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from commonswatch.domain.addresses import parse_address
from commonswatch.domain.errors import InvalidInput, RemoteError

_ABOUT_SIGN_IN = (530, 534, 535, 538)  # RFC 4954: some servers say so only when they hear the recipient


@dataclass(frozen=True)
class MailSettings:
    """How to reach the mail server. Times in seconds: ``timeout`` for each answer, ``deadline`` for the whole."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20.0
    sender_address: str = ""
    sender_name: str = ""
    ca_file: Path | None = None  # None: the system's certificate authorities
    deadline: float = 60.0


class DeliveryError(RemoteError):
    """The letter was not taken. ``code`` is the server's three digits, when it gave any."""

    def __init__(self, detail: str, *, permanent: bool, code: int | None = None) -> None:
        super().__init__(detail, permanent=permanent)
        self.code = code


def send(message: EmailMessage, settings: MailSettings) -> None:
    """Hand the mail over to the server, for the one address in its To; raise DeliveryError when it is not taken.

    Permanent means that the server will never take this letter for this address (a 5xx reply to the recipient or
    the text). Trouble with the connection, its certificate, our sign-in or our sender address is temporary: it is
    ours to put right, and the letter should still go out afterwards.
    """
    recipient, sender = _recipient(message), parse_address(settings.sender_address)
    data = message.as_bytes(policy=message.policy.clone(linesep="\r\n", cte_type="7bit"))
    try:
        with _deadline(settings.deadline) as end:
            connection = _Connection(settings, end, local_hostname=sender.rpartition("@")[2])
            with contextlib.closing(connection):
                _enter(connection, settings)
                connection.sendmail(sender, [recipient], data)
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    connection.quit()  # it was taken already: no error from here on may send it twice
    except smtplib.SMTPException as failed:
        raise _refused(failed) from None
    except OSError as failed:
        raise _unreachable(failed) from None


def _recipient(message: EmailMessage) -> str:
    fields = message.get_all("To", [])
    addresses = [address for header in fields for address in header.addresses]
    if len(addresses) != 1 or message.get_all("Cc") or message.get_all("Bcc"):
        raise InvalidInput("A letter goes to exactly one person.")
    return parse_address(addresses[0].addr_spec)


class _Connection(smtplib.SMTP):
    """A connection whose socket we make ourselves: checked TLS from the start if asked, ended by the deadline."""

    def __init__(self, settings: MailSettings, end: "_Deadline", local_hostname: str) -> None:
        self._settings = settings
        self._end = end
        super().__init__(settings.host, settings.port, local_hostname, timeout=settings.timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        self._end.guard(plain)
        if self._settings.security != "tls":
            return plain
        return _tls(self._settings).wrap_socket(plain, server_hostname=host)


def _enter(connection: smtplib.SMTP, settings: MailSettings) -> None:
    if settings.security == "starttls":
        connection.starttls(context=_tls(settings))
    if settings.username:
        connection.login(settings.username, settings.password)


def _tls(settings: MailSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)


def _refused(failed: smtplib.SMTPException) -> DeliveryError:
    code = _code(failed)
    about_letter = isinstance(failed, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    if about_letter and code is not None and 500 <= code < 600 and code not in _ABOUT_SIGN_IN:
        return DeliveryError(f"The mail server does not take this letter ({code}).", permanent=True, code=code)
    if isinstance(failed, smtplib.SMTPNotSupportedError):
        return DeliveryError("The mail server does not offer what the settings ask for.", permanent=False)
    if isinstance(failed, smtplib.SMTPAuthenticationError):
        return DeliveryError("The mail server refused our sign-in.", permanent=False, code=code)
    said = f" ({code})" if code and code > 0 else ""
    return DeliveryError(f"The mail server did not take the letter for now{said}.", permanent=False, code=code)


def _code(failed: smtplib.SMTPException) -> int | None:
    if isinstance(failed, smtplib.SMTPRecipientsRefused):
        return next(iter(failed.recipients.values()))[0]
    return failed.smtp_code if isinstance(failed, smtplib.SMTPResponseException) else None


def _unreachable(failed: OSError) -> DeliveryError:
    if isinstance(failed, ssl.SSLCertVerificationError):
        return DeliveryError("The mail server's certificate is not trusted.", permanent=False)
    return DeliveryError("The mail server cannot be reached or stopped answering.", permanent=False)


class _Deadline:
    """Shuts the guarded connection down when told. A duplicate is kept, since TLS replaces the socket object."""

    def __init__(self) -> None:
        self._guarded: socket.socket | None = None
        self._passed = False
        self._lock = threading.Lock()

    def guard(self, connection: socket.socket) -> None:
        with self._lock:
            if self._passed:
                connection.close()
                raise TimeoutError
            self._guarded = connection.dup()

    def pass_(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._passed = True
            if self._guarded is not None:
                self._guarded.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            if self._guarded is not None:
                self._guarded.close()


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[_Deadline]:
    end = _Deadline()
    timer = threading.Timer(seconds, end.pass_)
    timer.daemon = True
    timer.start()
    try:
        yield end
    finally:
        timer.cancel()
        end.close()
