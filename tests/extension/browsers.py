"""Both browsers under the same words, loaded with what the site hands out. Which of them speaks is nobody's business.

A browser: ``tab(url)``, ``find(start)``, ``own(path)``, ``badge(own, tab)``, ``stop_background()``, ``is_awake()``,
``restart()``, ``close()``. A tab: ``goto``, ``evaluate``, ``click``, ``fill``, ``press``, ``resize``, ``screenshot``.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from commonswatch.web.packed_extension import pack
from playwright.sync_api import Error, Playwright, sync_playwright

from tests.extension.chromium import Chromium, ChromiumTab, executable
from tests.extension.fake_web import FakeWeb
from tests.extension.firefox import Firefox, FirefoxTab
from tests.extension.marionette import FirefoxError, installed
from tests.extension.pages import PLACES

Browser = Chromium | Firefox
Tab = ChromiumTab | FirefoxTab
BROWSERS = ("chromium", "firefox")


@contextmanager
def browser_with_extension(name: str, web: FakeWeb, folder: Path, places: Sequence[str] = PLACES) -> Iterator[Browser]:
    """A browser that just installed the extension. Without one: a failure in CI, a skip elsewhere."""
    packed = folder / f"{name}.zip"
    packed.write_bytes(pack("firefox" if name == "firefox" else "chrome").data)
    if name == "firefox":
        _needs(installed() is not None, "Firefox")
        with closing(Firefox(web, packed)) as firefox:
            yield firefox
        return
    with running_playwright() as playwright:
        _needs(executable(playwright) is not None, "Chromium")
        with closing(Chromium(playwright, web, packed, places)) as chromium:
            yield chromium


_shared: list[Playwright] = []


@contextmanager
def running_playwright() -> Iterator[Playwright]:
    """Playwright, shared by all who need it at the same time: a second one in a process would not start."""
    if _shared:
        yield _shared[0]
        return
    with sync_playwright() as started:
        _shared.append(started)
        try:
            yield started
        finally:
            _shared.clear()


def _needs(is_there: bool, name: str) -> None:
    if not is_there and not os.environ.get("CI"):
        pytest.skip(f"no {name} here: sh tests/browser/install.sh")
    assert is_there, f"{name} is missing: sh tests/browser/install.sh"


def eventually(value: Callable[[], Any], expected: Any = True, within: float = 15.0) -> None:
    """Wait until it is what is expected; a page on its way elsewhere is no error yet."""
    deadline = time.monotonic() + within
    while True:
        try:
            got = value()
        except (FirefoxError, Error) as error:
            got = error
        if got == expected:
            return
        assert time.monotonic() < deadline, f"{got!r} instead of {expected!r}"
        time.sleep(0.05)


def ask(own: Tab, type_: str, **fields: Any) -> Any:
    """Send a message to the background, as the extension's own pages do."""
    send = "(message) => (globalThis.browser ?? chrome).runtime.sendMessage(message)"
    return own.evaluate(send, {"type": type_, **fields})


def number_of(own: Tab, url: str) -> int:
    """The number of the newest tab at this address, by the browser's count."""
    found = own.evaluate("async () => (await (globalThis.browser ?? chrome).tabs.query({})).map((t) => [t.id, t.url])")
    return int([number for number, address in found if address == url][-1])


def says(tab: Tab) -> str:
    """What a page says to somebody who reads it."""
    return str(tab.evaluate("() => document.body.innerText"))
