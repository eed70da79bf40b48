"""``python -m benchmarks.extension.matching [chromium|firefox]``: what comparing costs in the background.

The real extension gets a list of a million keys and as many pictures from a played server. Then: pages of 2,000 links,
from each message to its answer, all together; a stopped background, from the page's first word to the first and last
answer; what the background holds at rest, and at most while the whole list or a delta comes. A line of JSON for each
figure: the best and the middle of ten, in milliseconds that pass and MB.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from playwright.sync_api import sync_playwright

from benchmarks.extension.clocks import clocked
from benchmarks.extension.lists import HOST, LISTED, MILLION, PlayedList
from benchmarks.extension.memory import held
from benchmarks.extension.reading import pages
from tests.extension.browsers import BROWSERS, Browser, Tab, ask, eventually
from tests.extension.chromium import Chromium
from tests.extension.fake_web import FakeWeb, folder
from tests.extension.firefox import Firefox
from tests.extension.pages import PLACES, routes
from tests.extension.watcher import Watcher
from tests.played_hosts import Answer, Route

TRIES = 10
ON = "https://gitlab.com"
_SMALL = f"<!doctype html><title>Few</title><body><h1>Few</h1><a href={LISTED}>harbour</a>"
_SAY = "(message) => (globalThis.browser ?? chrome).runtime.sendMessage(message)"
_UPDATE = "() => { (globalThis.browser ?? chrome).runtime.sendMessage({ type: 'list.update' }); }"
_ANSWERED = "() => document.documentElement.dataset.answered ?? ''"
_ADD = """(number) => {
    document.documentElement.dataset.answered = "";
    const link = Object.assign(document.createElement("a"), { href: `/another/${number}`, textContent: "another" });
    document.body.append(link);
}"""
BARS = {"links": 50.0, "stopped": 100.0, "memory": 60.0}


class Measured:
    """A browser with the clocked extension, switched on at one host, and its list."""

    def __init__(self, browser: Browser, served: PlayedList, found: dict[str, bytes]) -> None:
        self.browser, self._served, self._pages = browser, served, found
        self._watcher = Watcher(browser, cast("Any", SimpleNamespace(site=f"https://{HOST}")))
        self.own: Tab = self._watcher.own

    def take_the_list(self) -> float:
        self._watcher.switches_on("gitlab")
        self._watcher.uses_the_server_anonymously()
        return self._after_update(1)

    def take_a_delta(self) -> float:
        self._served.version = 2
        return self._after_update(2)

    def _after_update(self, version: int) -> float:
        """The most that is held from the first request to the new list in its place, looked at all the time."""
        self.own.evaluate(_UPDATE)
        deadline, most = time.monotonic() + 60, 0.0
        while ask(self.own, "list.status").get("version") != version:
            assert time.monotonic() < deadline, "no list came"
            most = max(most, held(self.browser))
        return max(most, held(self.browser))

    def links(self, name: str, html: str) -> list[float]:
        """The milliseconds of each answer for a page."""
        self._pages[f"/{name}"] = html.encode()
        ask(self.own, "list.status")
        self.own.evaluate(_SAY, {"forget": True})
        tab = self._watcher.opens(f"{ON}/{name}")
        eventually(lambda: self._watcher.findings(f"{ON}/{name}")["state"], "ready")
        time.sleep(0.1)
        answers = self.own.evaluate(_SAY, {"times": True})["answers"]
        tab.close()
        return [float(one) for one in answers]

    def stopped(self, number: int) -> tuple[float, float]:
        """From the first word of a page to the first and to the last answer, with the background stopped before."""
        url = f"{ON}/few{number}"
        self._pages[f"/few{number}"] = _SMALL.encode()
        tab = self._watcher.opens(url)
        eventually(lambda: self._watcher.findings(url)["state"], "ready")
        self.browser.stop_background()
        assert not self.browser.is_awake()
        tab.evaluate(_ADD, number)
        eventually(lambda: len(str(tab.evaluate(_ANSWERED)).split()), 2)
        first, last = (float(one) for one in str(tab.evaluate(_ANSWERED)).split())
        tab.close()
        return first, last


@contextmanager
def _measured(name: str, served: PlayedList) -> Iterator[Measured]:
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as at:
        packed = Path(at) / "clocked.zip"
        packed.write_bytes(clocked(name))
        hosts = {HOST: served, "gitlab.com": _live(found)}
        with FakeWeb({**routes(), **hosts}) as web:
            if name == "firefox":
                firefox = Firefox(web, packed)
                try:
                    yield Measured(firefox, served, found)
                finally:
                    firefox.close()
                return
            with sync_playwright() as playwright:
                chromium = Chromium(playwright, web, packed, PLACES)
                try:
                    yield Measured(chromium, served, found)
                finally:
                    chromium.close()


def _live(found: Mapping[str, bytes]) -> Route:
    """A host with pages that are added while it runs."""

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        return folder(found)(path, headers)

    return answer


def main() -> None:
    """Print a line of JSON for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("browsers", nargs="*", default=BROWSERS)
    parser.add_argument("--entries", type=int, default=MILLION)
    asked = parser.parse_args()
    served = PlayedList(asked.entries)
    for name in asked.browsers:
        served.version = 1
        with _measured(name, served) as here:
            for figure in _figures(here):
                print(json.dumps({"browser": name, **figure}), flush=True)


def _figures(here: Measured) -> Iterator[dict[str, Any]]:
    yield _figure("held at most while the whole list comes", "MB", [here.take_the_list()], BARS["memory"])
    for name, html in pages().items():
        times = _tried(lambda number, name=name, html=html: here.links(f"{name}{number}", html))
        yield _figure(f"2,000 links in a {name}", "ms", [sum(one) for one in times], BARS["links"])
    yield _figure("held at rest", "MB", [held(here.browser)], BARS["memory"])
    times = _tried(here.stopped)
    yield _figure("stopped, to the first answer", "ms", [one[0] for one in times], BARS["stopped"])
    yield _figure("stopped, to the last answer", "ms", [one[1] for one in times], BARS["stopped"])
    yield _figure("held at most while a delta comes", "MB", [here.take_a_delta()], BARS["memory"])


def _tried(work: Callable[[int], Any]) -> list[Any]:
    return [work(number) for number in range(TRIES)]


def _figure(name: str, unit: str, values: list[float], bar: float) -> dict[str, Any]:
    best = min(values)
    return {
        "name": name,
        "best": round(best, 1),
        "middle": round(statistics.median(values), 1),
        "unit": unit,
        "bar": bar,
        "holds": best < bar,
    }


if __name__ == "__main__":
    main()
