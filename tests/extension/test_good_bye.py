"""Nothing stays: neither after “Delete everything”, by its own button, nor after the extension was taken out."""

from pathlib import Path

import pytest

from tests.extension import pages
from tests.extension.browsers import BROWSERS, Browser, browser_with_extension, eventually, says
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_KEPT = """async () => {
    const { storage, alarms, scripting, permissions, notifications, action } = globalThis.browser ?? chrome;
    return {
        local: await storage.local.get(null),
        session: await storage.session.get(null),
        databases: (await indexedDB.databases()).map((one) => one.name),
        web: [localStorage.length, sessionStorage.length, (await caches.keys()).length, document.cookie.length],
        alarms: (await alarms.getAll()).length,
        scripts: (await scripting.getRegisteredContentScripts()).map((one) => one.id),
        places: (await permissions.getAll()).origins.filter((one) => !GRANTED.includes(one)),
        notifications: Object.keys(await notifications.getAll()),
        badge: await action.getBadgeText({}),
    };
}"""
_NOTHING = {"local": {}, "session": {}, "databases": [], "web": [0, 0, 0, 0], "alarms": 0} | {
    "scripts": [],
    "places": [],
    "notifications": [],
    "badge": "",
}


def _used(browser: Browser, stage: Stage) -> Watcher:
    """Everything was used a little."""
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.pairs(stage.pairing_code())
    watcher.has_the_list(works=3)
    watcher.opens(pages.README)
    watcher.has_looked_at(pages.README)
    review = watcher.reviews(pages.README)
    watcher.reads(review, "pan.baidu.com")
    review.click("#send-later")
    eventually(lambda: watcher.newest().get("state"), "waiting")
    return watcher


def _kept(watcher: Watcher) -> object:
    granted = list(pages.PLACES) if watcher.browser.name == "chromium" else []  # by the manifest: nobody can take them
    return watcher.own.evaluate(_KEPT.replace("GRANTED", str(granted)))


def test_deleting_everything_leaves_nothing(browser: Browser, stage: Stage) -> None:
    watcher = _used(browser, stage)
    kept = _kept(watcher)
    assert isinstance(kept, dict)
    assert all(kept[one] for one in ("local", "session", "databases", "alarms", "scripts")), "there was something"
    options = browser.tab(browser.own("options/options.html"))
    options.click("#delete-all")
    options.click("#confirm-yes")
    watcher.reads(options, "everything was deleted")
    eventually(lambda: _kept(watcher), _NOTHING)
    assert "Harbour" not in says(options)


@pytest.mark.parametrize("name", BROWSERS)
def test_taking_the_extension_out_leaves_nothing_on_the_disk(name: str, stage: Stage, tmp_path: Path) -> None:
    with browser_with_extension(name, stage.web, tmp_path) as browser:
        _used(browser, stage)
        assert browser.traces(), "there was something"
        browser.takes_the_extension_out()
        eventually(browser.traces, [])
