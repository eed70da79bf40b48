"""Everything the browser tests act on: the real product, a real mail server, and web hosts played on this machine."""

import re
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from tests.browser.hosts import routes
from tests.played_hosts import PlayedHosts
from tests.running import RunningProduct
from tests.smtp_server import SmtpServer

MAIL_USER = {"commonswatch": "a password for mail"}


def eventually(holds: Callable[[], bool], otherwise: str, within: float = 40.0) -> None:
    """Wait until something holds; fail with ``otherwise`` when it does not in time."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


class Stage:
    """``product``, ``mail`` and ``hosts``, from the first line of the ``with`` block to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.hosts = opening.enter_context(PlayedHosts(routes()))
            self.mail = opening.enter_context(self._mail_server())
            self.product = opening.enter_context(RunningProduct(self.folder / "var", self._environment()))
            self._closing = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def site(self) -> str:
        """The address of the site."""
        return self.product.url

    def setup_link(self) -> str:
        """The link for the first administrator, as it was printed."""
        found = re.search(rf"{re.escape(self.site)}/setup/\S+", self.product.output())
        assert found, self.product.output()
        return found[0]

    def letters(self, address: str, about: str = "") -> list[EmailMessage]:
        """What lies in somebody's mailbox, oldest first; ``about`` is a part of the subject."""
        mine = [letter for envelope, letter in self.mail.letters if envelope.rcpt_tos == [address]]
        return [letter for letter in mine if about in letter["Subject"]]

    def letter(self, address: str, about: str, number: int = 1) -> EmailMessage:
        """Wait for the letter of that subject (the ``number``-th of them)."""
        eventually(lambda: len(self.letters(address, about)) >= number, f"no letter about {about!r} came")
        return self.letters(address, about)[number - 1]

    def _mail_server(self) -> SmtpServer:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.folder / "mail-ca.pem"))
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(secured)
        return SmtpServer(security="starttls", tls=secured, users=MAIL_USER)

    def _environment(self) -> dict[str, str]:
        [(name, password)] = MAIL_USER.items()
        played = ",".join(f"{host}={at}:{port}" for host, (at, port) in self.hosts.played.items())
        values = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mail.port),
            "SMTP_SECURITY": "starttls",
            "SMTP_USERNAME": name,
            "SMTP_PASSWORD": password,
            "SMTP_CA_FILE": str(self.folder / "mail-ca.pem"),
            "MAIL_FROM": "site@watch.example.org",
            "FETCH_PLAYED_HOSTS": played,
            "FETCH_CA_FILE": str(self.hosts.ca_file),
            "FETCH_HOST_DELAY": "0.02",
        }
        return {f"COMMONSWATCH_{setting}": value for setting, value in values.items()}


def words_of(letter: EmailMessage) -> str:
    """The text part of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(letter: EmailMessage, path: str) -> str:
    """The one link of a letter under ``path``, the same in its text and in its HTML."""
    part = letter.get_body(("html",))
    assert part is not None
    pattern = rf"http://127\.0\.0\.1:\d+{re.escape(path)}[\w./?=-]+"
    [link] = set(re.findall(pattern, words_of(letter)))
    assert link in part.get_content()
    return str(link)
