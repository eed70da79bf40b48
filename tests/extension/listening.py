"""A browser with the listener in it, and pages at a host that is on (``gitlab.com``) and at one that is not."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.extension.browsers import Browser, Tab, running_playwright
from tests.extension.chromium import Chromium
from tests.extension.fake_web import FakeWeb, folder
from tests.extension.firefox import Firefox
from tests.extension.listener import ending, how_much, packed_listener, say, told
from tests.extension.pages import routes
from tests.played_hosts import Answer, Route

ON = "https://gitlab.com"
OFF = "https://nobody.example"
_WITHIN = 90.0


class Listening:
    """``pages`` can be added by address; ``read(url)`` opens one and waits until it was told to its end."""

    def __init__(self, browser: Browser, web: FakeWeb, pages: dict[str, bytes]) -> None:
        self.browser, self.web, self.pages = browser, web, pages
        self.own: Tab = browser.tab(browser.own("own.html"))

    def add(self, path: str, page: str) -> str:
        """A page at this path of all three hosts; its address at the first."""
        self.pages[path] = page.encode()
        return ON + path

    def open(self, url: str) -> Tab:
        return self.browser.tab(url)

    def told(self, start: str) -> list[dict[str, Any]]:
        """What was told of addresses that start like this, a port each."""
        return told(self.own, start)

    def read(self, url: str, ports: int = 1) -> tuple[Tab, list[dict[str, Any]]]:
        """The tab at this address, and what its content script told, so many times."""
        self.forget()
        tab = self.open(url)
        return tab, self.wait_for(url, lambda said: len([port for port in said if ending([port])]) >= ports)

    def wait_for(self, url: str, is_enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What was told, as soon as a page was told to its end and it is enough."""
        deadline, before = time.monotonic() + _WITHIN, None
        while True:
            now = how_much(self.own, url)
            if now != before and any(is_end for _, is_end in now) and is_enough(said := self.told(url)):
                return said
            assert time.monotonic() < deadline, f"{url}: {now} only"
            before = now
            time.sleep(0.1)

    def forget(self) -> None:
        say(self.own, forget=True)


@contextmanager
def listening(name: str, at: Path, listener: bytes | None = None) -> Iterator[Listening]:
    """The listener, or one like it, in this browser."""
    packed = at / "listener.zip"
    packed.write_bytes(listener or packed_listener())
    pages: dict[str, bytes] = {}
    hosts = {host: _live(pages) for host in ("gitlab.com", "nobody.example", "example-lab.gitlab.io")}
    with FakeWeb({**routes(), **hosts}) as web:
        if name == "firefox":
            firefox = Firefox(web, packed)
            try:
                yield Listening(firefox, web, pages)
            finally:
                firefox.close()
            return
        with running_playwright() as playwright:
            chromium = Chromium(playwright, web, packed)
            try:
                yield Listening(chromium, web, pages)
            finally:
                chromium.close()


def _live(pages: Mapping[str, bytes]) -> Route:
    """A host with pages that are added while it runs; the pages have scripts of their own."""

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        return folder(pages)(path, headers)

    return answer
