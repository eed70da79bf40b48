"""What the extension acts on: the fake web, and the real server and worker with a creator, works and a moderator."""

import json
import time
import urllib.error
import urllib.request
import uuid
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from commonswatch import schema
from commonswatch.context import Context, open_context
from commonswatch.demo.cast import Cast
from commonswatch.domain.states import Listing, Role
from commonswatch.services.membership import accounts, devices
from commonswatch.services.registering import registrations, rows
from commonswatch.services.watching.choices import Choice
from commonswatch.settings import Settings

from tests.browser import hosts
from tests.extension.fake_web import FakeWeb
from tests.extension.pages import routes
from tests.running import RunningProduct

MIRA = "mira@creators.example.org"
SAM = "sam@watch.example.org"
_NOWHERE, _MARK = "/no/such/page", "GET unknown"
WORKS = {"Harbour at noon": hosts.HARBOUR, "Choir rehearsal": hosts.CHOIR, "Market stall": hosts.MARKET}


class Stage:
    """``web`` and ``product``, from the first line of the ``with`` block to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._marks = 0

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.web = opening.enter_context(FakeWeb(routes()))
            self.product = RunningProduct(self.folder / "var", self._environment())
            self._people()
            opening.enter_context(self.product)
            self._closing = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def site(self) -> str:
        """The address of the server."""
        return self.product.url

    def requests(self) -> list[str]:
        """What the server was asked so far: ``GET /extension``, in the order answered.

        The log is written now and then, so a request of our own marks its end.
        """
        self._marks += 1
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"{self.site}{_NOWHERE}", timeout=10)
        deadline = time.monotonic() + 10
        while (logged := self._logged()).count(_MARK) < self._marks:
            assert time.monotonic() < deadline, "the log is not written"
            time.sleep(0.02)
        return [one for one in logged if one != _MARK]

    def _logged(self) -> list[str]:
        lines = (json.loads(line) for line in self.product.output().splitlines() if line.startswith("{"))
        return [f"{one['method']} {one['route']}" for one in lines if one.get("event") == "request"]

    def pairing_code(self, address: str = MIRA) -> str:
        """A fresh code, as somebody reads it off the page “Devices”."""
        context = open_context(Settings.from_env(self.product.environment))
        with context.database.writing() as session:
            account = accounts.find_account(session, address)
            assert account
            code = devices.make_code(session, context.keyring, account, context.now())
        context.database.engine.dispose()
        return code

    def ends_devices(self, address: str) -> None:
        """End every device of an account, as the account does on the page “Devices”."""
        context = open_context(Settings.from_env(self.product.environment))
        with context.database.writing() as session:
            account = accounts.find_account(session, address)
            assert account
            for device in devices.of_account(session, account.id):
                devices.revoke(session, account.id, device.id, context.now())
        context.database.engine.dispose()

    def _people(self) -> None:
        context = open_context(Settings.from_env(self.product.environment))
        schema.upgrade(context.database.engine)
        cast = Cast(context)
        cast.sign_up(MIRA, "Mira Example")
        cast.sign_up(SAM, "Sam Example", Role.MODERATOR, Role.ADMINISTRATOR)
        self.passwords = cast.passwords
        self._register(context)
        context.database.engine.dispose()

    def _register(self, context: Context) -> None:
        """Mira's three pictures, which everybody's list may name."""
        lines = [f"{url},CC BY-NC 4.0,{title}" for title, url in WORKS.items()]
        parsed = rows.parse_rows("\n".join(["url,licence,title", *lines]), len(WORKS))
        with context.database.writing() as session:
            mira = accounts.find_account(session, MIRA)
            assert mira
            public, token = Choice(Listing.PUBLIC), str(uuid.uuid4())
            registrations.register(
                session, context.keyring, mira, parsed, None, (), token, "", context.now(), choice=public
            )

    def _environment(self) -> dict[str, Any]:
        played = ",".join(f"{host}={at}:{port}" for host, (at, port) in self.web.played.items())
        return {
            "COMMONSWATCH_FETCH_PLAYED_HOSTS": played,
            "COMMONSWATCH_FETCH_CA_FILE": str(self.web.ca_file),
            "COMMONSWATCH_FETCH_HOST_DELAY": "0.02",
            "COMMONSWATCH_WEB_PROCESSES": "1",  # so that there is one order in the log
        }
