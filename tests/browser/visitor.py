"""One person's browser: a real Chromium window with its own cookies, which writes down whatever it complains of."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, Request

_INSTALLED = Path("/usr/bin/chromium")
_REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    console.error("content policy:", event.violatedDirective, event.blockedURI))"""
_REFUSED = re.compile(r"the server responded with a status of (\d+)")


@contextmanager
def chromium(playwright: Playwright, played: Mapping[str, tuple[str, int]]) -> Iterator[Browser]:
    """A Chromium that finds ``played`` hosts on this machine and no other host at all."""
    here = ", ".join(f"MAP {name} {address}:{port}" for name, (address, port) in played.items())
    arguments = [
        "--disable-background-networking",
        "--host-resolver-rules=" + ", ".join(filter(None, (here, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"))),
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    browser = _launch(playwright, arguments)
    try:
        yield browser
    finally:
        browser.close()


def _launch(playwright: Playwright, arguments: list[str]) -> Browser:
    path = _INSTALLED if _INSTALLED.exists() else None
    try:
        return playwright.chromium.launch(executable_path=path, args=arguments)
    except Error:
        if os.environ.get("CI"):
            raise
        pytest.skip("no Chromium here: sh tests/browser/install.sh")


class Visitor:
    """Somebody in front of the site. ``page`` is what they look at; ``site`` where it lives."""

    def __init__(self, browser: Browser, site: str, **options: object) -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(
            base_url=site, ignore_https_errors=True, locale="en-GB", **options  # type: ignore[arg-type]
        )  # fmt: skip
        self.context.set_default_timeout(15_000)
        if options.get("java_script_enabled", True):
            self.context.add_init_script(_REPORT_VIOLATIONS)
        self.requested: list[Request] = []
        self.complaints: list[str] = []
        self.refused: set[int] = set()
        self.context.on("request", lambda request: self.requested.append(request))  # noqa: PLW0108 (no builtins here)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def open(self, address: str) -> Page:
        """Open a page by path or link."""
        self.page.goto(address)
        return self.page

    def press(self, button: str, *, exact: bool = False) -> None:
        """Press a button and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=exact).first.click()

    def sees(self, words: str) -> bool:
        """Whether the page says so, in whichever case."""
        return words.casefold() in self.page.locator("main").inner_text().casefold()

    def foreign_hosts(self) -> set[str]:
        """Hosts other than the site's that this browser asked for anything."""
        own = urlsplit(self.site).netloc
        web = [request for request in self.requested if request.url.startswith(("http:", "https:"))]
        return {urlsplit(request.url).netloc for request in web} - {own}

    def foreign_kinds(self) -> set[str]:
        """What kinds of things this browser asked other hosts for: ``image``, ``script``, …"""
        return {request.resource_type for request in self.requested if not request.url.startswith(self.site)}

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings are complaints; that a page answered with an error status is only noted."""
        if message.type not in ("error", "warning"):
            return
        refused = _REFUSED.search(message.text)
        if refused and message.location.get("url", "").startswith(self.site):
            self.refused.add(int(refused[1]))
        else:
            self.complaints.append(f"{message.text} at {message.location.get('url', '')}")
