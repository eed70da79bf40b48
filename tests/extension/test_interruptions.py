"""What comes in between: the background is stopped, the browser closed, the server away, the device ended."""

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, ask, eventually
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_LEFT = """async () => {
    const { storage, alarms } = globalThis.browser ?? chrome;
    const databases = (await indexedDB.databases()).map((one) => one.name);
    return [await storage.local.get(null), await storage.session.get(null), databases, (await alarms.getAll()).length];
}"""


def test_the_background_may_be_stopped_at_any_step(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3)
    browser.stop_background()
    assert not browser.is_awake()
    watcher.opens(pages.README)
    browser.stop_background()
    watcher.has_looked_at(pages.README)
    browser.stop_background()
    review = watcher.reviews(pages.README)
    watcher.reads(review, "pan.baidu.com")
    browser.stop_background()
    review.click("#send-later")
    eventually(lambda: watcher.newest().get("state"), "waiting")
    browser.stop_background()
    ask(watcher.own, "outbox.retry", id=watcher.newest()["id"])
    eventually(lambda: watcher.newest()["state"], "sent", within=20)


def test_a_report_that_waits_outlives_the_browser_and_is_sent_once(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.uses_the_server_anonymously()
    watcher.opens(pages.ISSUE)
    watcher.has_looked_at(pages.ISSUE)
    review = watcher.reviews(pages.ISSUE)
    review.click("#send-later")
    eventually(lambda: watcher.newest().get("state"), "waiting")
    waiting = watcher.newest()["id"]
    browser.restart()
    again = Watcher(browser, stage)
    assert [one["state"] for one in again.outbox() if one["id"] == waiting] == ["waiting"]
    before = stage.requests().count("POST /api/v1/reports")
    ask(again.own, "outbox.retry", id=waiting)
    eventually(lambda: {one["id"]: one["state"] for one in again.outbox()}[waiting], "sent", within=20)
    assert stage.requests().count("POST /api/v1/reports") == before + 1
    assert ask(again.own, "settings.get")["settings"]["hosts"]["github"], "what was switched on stays so"


def test_deleting_everything_leaves_nothing(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.uses_the_server_anonymously()
    watcher.opens(pages.README)
    watcher.has_looked_at(pages.README)
    assert ask(watcher.own, "data.delete").get("error") is None
    local, session, databases, alarms = watcher.own.evaluate(_LEFT)
    assert (local, session, databases, alarms) == ({}, {}, [], 0)
