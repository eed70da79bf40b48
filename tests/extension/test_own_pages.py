"""The extension's own pages, with something on them: nothing axe-core objects to, light or dark; 320 px, keys alone."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python import base as axe
from playwright.sync_api import Error

from tests.extension import pages
from tests.extension.browsers import Browser, Tab, ask, eventually
from tests.extension.marionette import FirefoxError
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

OWN = (
    "popup/popup.html?tab={}",
    "panel/panel.html?tab={}",
    "panel/panel.html#outbox",
    "panel/panel.html#alerts",
    "review/review.html?tab={}",
    "options/options.html",
    "welcome/welcome.html",
)
_AXE = axe.AXE_FILE_PATH.read_text()
_VIOLATIONS = """async () => {
    AXE
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 150)}`));
}""".replace("AXE", _AXE, 1)
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LOOKS = "() => [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"
_TWICE = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at);
}"""
_SETTLED = """async () => {
    const before = document.body.innerHTML;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return document.body.innerHTML === before;
}"""
_REACHABLE = """() => {
    const all = "a[href], button, input, select, textarea, summary, [tabindex]";
    const isReachable = (one) => one.tabIndex >= 0 && one.checkVisibility() && !one.disabled;
    const each = [...document.querySelectorAll(all)].filter(isReachable);
    for (const [at, one] of each.entries()) one.dataset.wanted = at;
    document.addEventListener("focusin", ({ target }) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(target);
        target.dataset.seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 ? "yes" : "without a frame";
    });
    for (const one of each) delete one.dataset.seen;
    const start = document.createElement("span"); // where the keys begin, whatever had the focus before
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    return each.length;
}"""
_MORE = 12  # a time is one control with several stops, a list that scrolls is one, too
_MISSED = """() => [...document.querySelectorAll("[data-wanted]")]
    .filter((one) => one.dataset.seen !== "yes")
    .map((one) => `${one.outerHTML.slice(0, 120)}: ${one.dataset.seen ?? "not reached"}`)"""


@pytest.fixture(scope="module")
def own(browser: Browser, stage: Stage) -> Watcher:
    """Somebody on whose pages there is something to see."""
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.pairs(stage.pairing_code())
    watcher.has_the_list(works=3)
    watcher.opens(pages.README)
    watcher.has_looked_at(pages.README)
    ask(watcher.own, "report.send", draft={"version": 1, "page": "https://blog.example/x", "note": "x"}, when="later")
    return watcher


def _each(watcher: Watcher) -> Iterator[tuple[str, Tab]]:
    number = watcher.number_of(pages.README)
    for path in OWN:
        tab = watcher.browser.tab(watcher.browser.own(path.format(number)))
        eventually(lambda tab=tab: tab.evaluate("() => document.querySelector('main').getAttribute('aria-busy')"), None)
        yield path, tab
        tab.close()


def test_every_page_is_accessible_and_fits(browser: Browser, own: Watcher) -> None:
    problems = []
    for path, tab in _each(own):
        problems += [f"{path}: id twice: {one}" for one in tab.evaluate(_TWICE)]
        for width, scheme in ((1280, "light"), (320, "dark"), (320, "light")):
            browser.shows(tab, width, scheme)
            eventually(lambda tab=tab: tab.evaluate(_LOOKS), [width, scheme == "dark"])
            if tab.evaluate(_OVERFLOW) > 0:
                problems.append(f"{path}: too wide for {width} px")
            problems += [f"{path}: {scheme}: {one}" for one in tab.evaluate(_VIOLATIONS)]
    browser.shows(own.own, 1280, "light")
    assert problems == []


def test_every_control_is_reached_by_the_tab_key_and_seen_to_be(own: Watcher) -> None:
    missed = []
    for path, tab in _each(own):
        passed_over = _missed(tab) and _missed(tab)  # a page that is put together anew meanwhile moves the focus once
        missed += [f"{path}: {one}" for one in passed_over]
    assert missed == []


def _missed(tab: Tab) -> list[str]:
    """The controls that one round of the Tab key does not reach, from the start of the page."""
    eventually(lambda: tab.evaluate(_SETTLED))
    tab.in_front()
    tab.press(*["Tab"] * (tab.evaluate(_REACHABLE) + _MORE))
    return list(tab.evaluate(_MISSED))


def test_keys_do_what_clicks_do(browser: Browser, own: Watcher) -> None:
    options = browser.tab(browser.own("options/options.html"))
    _focused(options, "button[data-host=kaggle]").press("Space")
    switched: Any = "() => document.querySelector('button[data-host=kaggle]').getAttribute('aria-checked')"
    eventually(lambda: options.evaluate(switched), "true")
    _focused(options, "#delete-all").press("Enter")
    eventually(lambda: options.evaluate("() => document.querySelector('dialog')?.open"))
    options.press("Escape")
    eventually(
        lambda: options.evaluate("() => [document.querySelector('dialog'), document.activeElement.id]"),
        [None, "delete-all"],
    )
    assert ask(own.own, "device.state")["paired"], "nothing was deleted"
    panel = browser.tab(browser.own("panel/panel.html"))
    _focused(panel, "#tab-page").press("ArrowRight")
    eventually(lambda: panel.evaluate("() => document.activeElement.id"), "tab-outbox")
    popup = own.looks_at_the_popup(pages.README)
    with suppress(FirefoxError, Error):  # the popup closes itself by it
        _focused(popup, "#review").press("Enter")
    eventually(lambda: browser.find(browser.own("review/review.html")) is not None)


def _focused(tab: Tab, selector: str) -> Tab:
    tab.in_front()
    eventually(
        lambda: tab.evaluate(
            "(at) => document.querySelector(at)?.focus() ?? document.activeElement?.matches(at)", selector
        )
    )
    return tab
