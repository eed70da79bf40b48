"""The extension's own pages with something on them: nothing axe-core objects to, light or dark; 320 px are enough."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.extension import pages
from tests.extension.browsers import Browser, browser_with_extension, eventually
from tests.extension.chromium import Chromium, ChromiumTab
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_AXE = Axe()
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_TWICE = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at);
}"""


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    with browser_with_extension("chromium", stage.web, stage.folder) as browser:
        yield browser


def test_every_page_is_accessible_and_fits(browser: Chromium, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.pairs(stage.pairing_code())
    watcher.has_the_list(works=3)
    watcher.opens(pages.README)
    watcher.has_looked_at(pages.README)
    number, problems = watcher.number_of(pages.README), []
    own = (f"popup/popup.html?tab={number}", f"panel/panel.html?tab={number}", "panel/panel.html#outbox")
    own += (
        "panel/panel.html#alerts",
        f"review/review.html?tab={number}",
        "options/options.html",
        "welcome/welcome.html",
    )
    for path in own:
        tab = browser.tab(browser.own(path))
        eventually(lambda tab=tab: tab.evaluate("() => document.querySelector('main').getAttribute('aria-busy')"), None)
        problems += [f"{path}: {problem}" for problem in _problems(tab)]
        tab.close()
    assert problems == []


def _problems(tab: ChromiumTab) -> list[str]:
    found = [f"id twice: {one}" for one in tab.evaluate(_TWICE)]
    for width, scheme in ((1280, "light"), (320, "dark"), (320, "light")):
        tab.resize(width, 800)
        tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if tab.evaluate(_OVERFLOW) > 0:
            found.append(f"too wide for {width} px")
        violations = _AXE.run(tab.page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [f"{scheme}: {one['id']}: {node['html'][:150]}" for one in violations for node in one["nodes"]]
    return found
