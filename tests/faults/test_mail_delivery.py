"""Sending to real mail servers on loopback that take, refuse, stall, drop and impersonate."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest
import trustme
from commonswatch.channels.mail import DeliveryError, MailSettings, send
from commonswatch.channels.message import compose
from commonswatch.domain.errors import InvalidInput

from tests.smtp_server import SmtpServer
from tests.unit.channels.letters import SENDER, SENT, STOP, letter

USERS = {"watch": "pass word"}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def tls(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def settings(port: int, **changes: object) -> MailSettings:
    plain = MailSettings("127.0.0.1", port, "none", timeout=5.0, deadline=10.0, sender_address="mail@watch.example.org")
    return replace(plain, **changes)  # type: ignore[arg-type]


MAIL = compose(letter("invitation", works=["Zoë’s picnic", ".", "x" * 199]), SENDER, SENT)


def test_a_letter_arrives_whole_for_one_recipient() -> None:
    with SmtpServer() as server:
        send(MAIL, settings(server.port))
    [(envelope, mail)] = server.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == ("mail@watch.example.org", ["bob@example.org"])
    assert mail["Message-ID"] == MAIL["Message-ID"]
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "- Zoë’s picnic\n- .\n" in body.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_with_tls_and_sign_in_a_letter_arrives(security: str, authority: trustme.CA, ca_file: Path) -> None:
    with SmtpServer(security=security, tls=tls(authority), users=USERS) as server:  # type: ignore[arg-type]
        send(MAIL, settings(server.port, security=security, ca_file=ca_file, username="watch", password="pass word"))
    assert len(server.letters) == 1
    assert server.signed_in == ["watch"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["unknown authority", "other name"])
def test_a_server_that_cannot_prove_its_name_gets_nothing(
    security: str, wrong: str, authority: trustme.CA, ca_file: Path
) -> None:
    shown = tls(trustme.CA()) if wrong == "unknown authority" else tls(authority, "other.example")
    with SmtpServer(security=security, tls=shown, users=USERS) as server:  # type: ignore[arg-type]
        asked = settings(server.port, security=security, ca_file=ca_file, username="watch", password="pass word")
        with pytest.raises(DeliveryError, match="certificate is not trusted") as failed:
            send(MAIL, asked)
    assert not failed.value.permanent
    assert server.letters == []
    assert server.signed_in == []


def test_without_the_starttls_asked_for_nothing_is_sent_in_the_open() -> None:
    with SmtpServer() as server, pytest.raises(DeliveryError, match="does not offer") as failed:
        send(MAIL, settings(server.port, security="starttls"))
    assert not failed.value.permanent
    assert server.letters == []


def test_a_wrong_password_is_ours_to_put_right(authority: trustme.CA, ca_file: Path) -> None:
    with SmtpServer(security="starttls", tls=tls(authority), users=USERS) as server:
        asked = settings(server.port, security="starttls", ca_file=ca_file, username="watch", password="wrong secret")
        with pytest.raises(DeliveryError, match="refused our sign-in") as failed:
            send(MAIL, asked)
    assert (failed.value.permanent, failed.value.code) == (False, 535)
    assert "wrong secret" not in repr(asked) + str(failed.value)


def test_a_forgotten_sign_in_does_not_write_the_recipient_off() -> None:
    with SmtpServer(users=USERS) as server, pytest.raises(DeliveryError) as failed:
        send(MAIL, settings(server.port))
    assert (failed.value.permanent, failed.value.code) == (False, 530)


def test_a_server_that_comes_back_gets_the_letter_once() -> None:
    with SmtpServer() as server:
        for mode, permanent, code in (("refuse", False, None), ("451", False, 451), ("550", True, 550)):
            server.mode = mode  # type: ignore[assignment]
            with pytest.raises(DeliveryError) as failed:
                send(MAIL, settings(server.port))
            assert (failed.value.permanent, failed.value.code) == (permanent, code)
            assert "bob" not in str(failed.value)
        server.mode = "accept"
        send(MAIL, settings(server.port))
    assert len(server.letters) == 1


def test_a_dropped_connection_is_temporary() -> None:
    with SmtpServer() as server:
        server.mode = "drop"
        with pytest.raises(DeliveryError) as failed:
            send(MAIL, settings(server.port))
    assert not failed.value.permanent


def test_a_server_that_stops_answering_is_left_after_the_timeout() -> None:
    with SmtpServer() as server:
        server.mode = "hang"
        start = time.monotonic()
        with pytest.raises(DeliveryError) as failed:
            send(MAIL, settings(server.port, timeout=0.5))
        assert time.monotonic() - start < 3
    assert not failed.value.permanent


@contextmanager
def rough_server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does as ``answer`` says with its one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_one, args=(listener, answer), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
    thread.join(5)
    assert not thread.is_alive()


def _serve_one(listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    connection, _ = listener.accept()
    with connection:
        try:
            answer(connection)
        except OSError:
            return  # the sender hung up


def _drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"220-a moment\r\n")
        time.sleep(0.05)


def _rude(connection: socket.socket) -> None:
    connection.sendall(b"554 go away\r\n")
    connection.recv(1000)


def _takes_it_and_dies(connection: socket.socket) -> None:
    connection.sendall(b"220 hello\r\n")
    for reply in (b"250 hello\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n"):
        connection.recv(10_000)
        connection.sendall(reply)
    data = b""
    while not data.endswith(b"\r\n.\r\n"):
        data += connection.recv(10_000)
    connection.sendall(b"250 taken\r\n")


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_drips_lines_for_ever_is_cut_off_at_the_deadline(security: str) -> None:
    with rough_server(_drip) as port:
        start = time.monotonic()
        with pytest.raises(DeliveryError) as failed:
            send(MAIL, settings(port, security=security, deadline=0.7))
        assert time.monotonic() - start < 3
    assert not failed.value.permanent


def test_a_server_that_turns_everybody_away_says_nothing_about_the_recipient() -> None:
    with rough_server(_rude) as port, pytest.raises(DeliveryError) as failed:
        send(MAIL, settings(port))
    assert (failed.value.permanent, failed.value.code) == (False, 554)


def test_trouble_after_the_letter_was_taken_does_not_send_it_twice() -> None:
    with rough_server(_takes_it_and_dies) as port:
        send(MAIL, settings(port))


@pytest.mark.parametrize("extra", [("To", "eve@evil.example"), ("Cc", "eve@evil.example"), ("Bcc", "eve@evil.example")])
def test_a_letter_for_more_than_one_person_is_not_sent(extra: tuple[str, str]) -> None:
    mail = compose(letter(), SENDER, SENT)
    mail.policy = default.clone(linesep="\r\n")
    if extra[0] == "To":
        mail.replace_header("To", "bob@example.org, eve@evil.example")
    else:
        mail[extra[0]] = extra[1]
    with SmtpServer() as server, pytest.raises(InvalidInput):
        send(mail, settings(server.port))
    assert server.letters == []
