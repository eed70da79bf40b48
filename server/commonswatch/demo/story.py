"""The whole story on one machine, step by step, with the real web server and worker; then the filled site stays up.

Uses a folder of its own (``<home>/demo``), made anew each time, and host names that exist nowhere (``.example``).
"""

import os
import shutil
import signal
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console
from rich.panel import Panel

from commonswatch import schema, supervisor
from commonswatch.context import Context, open_context
from commonswatch.demo import hosts
from commonswatch.demo.cast import MIRA, MODERATOR, Cast
from commonswatch.demo.played_hosts import PlayedHosts
from commonswatch.demo.watcher import Watcher
from commonswatch.domain.states import Role
from commonswatch.settings import PREFIX, Settings

PASSWORD_PAGE = "/sign-in/password"  # noqa: S105 (a page)
PATIENCE = 90.0
"""Seconds a step may take."""


def play(settings: Settings, *, end_afterwards: bool = False) -> int:
    """Play the story and keep the site running until Ctrl-C (or end at once); return the exit code."""
    settings = replace(settings, home=settings.home / "demo", database_url="", smtp_host="")
    shutil.rmtree(settings.home, ignore_errors=True)
    with PlayedHosts(hosts.routes()) as played:
        settings = replace(
            settings, fetch_played_hosts=played.played, fetch_ca_file=played.ca_file, fetch_host_delay=0.05
        )
        os.environ.update(_environment(settings))
        context = open_context(settings)
        schema.upgrade(context.database.engine)
        telling = _Telling(context, end_afterwards)
        telling.start()
        supervisor.run([("serve",), ("worker",)])
        telling.join(1.0)
        return telling.code


def _environment(settings: Settings) -> dict[str, str]:
    """The same settings for the processes of the demo."""
    names = ",".join(f"{name}={at}:{port}" for name, (at, port) in settings.fetch_played_hosts.items())
    values = {
        "HOME": str(settings.home),
        "DATABASE_URL": "",
        "SMTP_HOST": "",
        "FETCH_PLAYED_HOSTS": names,
        "FETCH_CA_FILE": str(settings.fetch_ca_file),
        "FETCH_HOST_DELAY": str(settings.fetch_host_delay),
        "LOG_LEVEL": "error",
    }
    return {PREFIX + name: value for name, value in values.items()}


class _Telling(threading.Thread):
    """Plays and narrates while the supervisor runs the site in the main thread."""

    def __init__(self, context: Context, end_afterwards: bool) -> None:
        super().__init__(daemon=True)
        self.context = context
        self.end_afterwards = end_afterwards
        self.console = Console(highlight=False)
        self.cast = Cast(context)
        self.watcher = Watcher(context.settings.site)
        self.code = 1
        self.number = 0

    def run(self) -> None:
        """Tell the story; end the site when it fails or when asked to."""
        try:
            self._tell()
            self.code = 0
        except Exception as error:  # noqa: BLE001 (shown, and the exit code says so)
            self.console.print(f"[bold red]The demo stopped:[/] {error}")
        if self.code or self.end_afterwards:
            os.kill(os.getpid(), signal.SIGINT)

    def _tell(self) -> None:
        self.console.print(Panel("Commonswatch: the whole story, on this machine, with made-up pictures"))
        self._step("The web server and the worker start", self._wait_for_site)
        self._step("Mira, a photographer, and a moderator sign up", self._sign_up)
        self._step(f"Mira registers {len(hosts.TITLES)} pictures under CC BY-NC", self.cast.register_works)
        self._step("The server fetches and fingerprints them; no picture is kept", self._wait_for_fingerprints)
        self._step("Ada and Bob get one invitation each: Ada says yes, Bob says no", self.cast.answer_invitations)
        self._step("The moderator has an old list of MS-Celeb-1M read: 4 of the pictures are in it", self._read_list)
        self._step("A watcher pairs a browser with an 8-character code", self._pair)
        self._step(
            "The watcher reports a repository that holds copies, and a link to a whole dataset", self._report_face_set
        )
        self._step("A second report, of a mirror, waits in the queue; a third finds nothing", self._report_others)
        self._step("The moderator compares side by side and confirms the first case", self._confirm)
        self._step("Mira and Ada are told, once each; Bob is left in peace", self._wait_for_letters)
        self._step(
            "A README links faces_emore.zip, made from that dataset: it may hold these 4, too",
            self._report_readme,
        )
        self._say_where_to_look()

    def _step(self, words: str, act: Callable[[], None]) -> None:
        self.number += 1
        started = time.monotonic()
        with self.console.status(words):
            act()
        self.console.print(f"[green]✓[/] {self.number:2}. {words} [dim]({time.monotonic() - started:.1f} s)[/]")

    def _until(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(otherwise)
            time.sleep(0.1)

    def _wait_for_site(self) -> None:
        self._until(self._is_up, "The web server did not start.")

    def _is_up(self) -> bool:
        try:
            with urllib.request.urlopen(self.context.settings.site + "/healthz", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def _sign_up(self) -> None:
        self.cast.sign_up(MIRA, "Mira Example")
        self.cast.sign_up(MODERATOR, "Sam Example", Role.MODERATOR, Role.ADMINISTRATOR)

    def _wait_for_fingerprints(self) -> None:
        self._until(lambda: self.cast.fingerprinted() == len(hosts.TITLES), "The pictures were not fingerprinted.")

    def _read_list(self) -> None:
        scan = self.cast.hand_in_list("MsCelebV1-ImageURLs.tsv", hosts.old_list(), "ms-celeb-1m")
        found = len(hosts.LISTED)
        self._until(lambda: self.cast.works_in_list(scan) == found, "The list was not read.")

    def _pair(self) -> None:
        self.watcher.pair(self.cast.pairing_code())

    def _report_face_set(self) -> None:
        media = [hosts.copy_url(0), hosts.copy_url(1), hosts.picture_url(2)]
        self._expect_checked(self.watcher.report(hosts.FACE_SET, media, "Looks like a face data set."))

    def _report_others(self) -> None:
        self._expect_checked(self.watcher.report(hosts.MIRROR, [hosts.picture_url(3), hosts.picture_url(4)]))
        self._expect_checked(self.watcher.report(hosts.EMPTY, [hosts.EMPTY + "/raw/1.png"]))

    def _report_readme(self) -> None:
        self._expect_checked(self.watcher.report(hosts.README, []))

    def _expect_checked(self, receipt: str) -> None:
        outcome = self.watcher.outcome(receipt)
        if outcome != "checked":
            raise RuntimeError(f"A report ended as {outcome}.")

    def _confirm(self) -> None:
        self.cast.confirm_case(hosts.FACE_SET)

    def _wait_for_letters(self) -> None:
        self._until(lambda: self.cast.notifications() == 2, "The people were not notified.")
        self._until(lambda: self.cast.letters_on_their_way() == 0, "The letters were not delivered.")

    def _say_where_to_look(self) -> None:
        """Links stand on lines of their own, outside any frame, so that no terminal cuts them."""
        site, passwords = self.context.settings.site, self.cast.passwords
        self.console.rule("Look around")
        self.console.print(
            f"The site is running and filled: {site}\n\n"
            f"Sign in with a password at {site}{PASSWORD_PAGE}\n"
            f"  as the moderator   {MODERATOR}   {passwords[MODERATOR]}\n"
            f"  as the creator     {MIRA}   {passwords[MIRA]}\n\n"
            f"The queue, with two places still to decide:  {site}/cases\n"
            f"The list that was read, and what is in it:   {site}/scans\n"
            f"The dataset it is of, and its family:        {site}/datasets/ms-celeb-1m\n"
            f"The letters that were sent:                  {site}/outbox\n"
            f"What Ada sees, without an account:           {self.cast.person_page()}\n\n"
            f"Commands ask this site as COMMONSWATCH_HOME={self.context.settings.home} .venv/bin/commonswatch …\n\n"
            "Pictures are shown from their own hosts, which are played on this machine only,\n"
            "so your browser will say that they are missing. Ctrl-C ends the demo.",
            soft_wrap=True,
            markup=False,
        )
