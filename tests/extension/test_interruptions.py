"""What comes in between: the background is stopped, the browser closed, the server away, the device ended."""

from collections.abc import Iterator

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, ask, eventually
from tests.extension.door import Door, Held
from tests.extension.pictures import pictures
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_SAY = "(message) => void (globalThis.browser ?? chrome).runtime.sendMessage(message).catch(() => null)"
_LATER = """async (milliseconds) => {
    const { local } = (globalThis.browser ?? chrome).storage;
    const { queue = {} } = await local.get("queue");
    const sooner = Object.entries(queue).map(([name, at]) => [name, at - milliseconds]);
    await local.set({ queue: Object.fromEntries(sooner) });
}"""
_UNTIL_A_PART_WAS_TOLD = """(tabId) => new Promise((resolve) => {
    const { storage } = globalThis.browser ?? chrome;
    const key = `findings/${tabId}`;
    const look = async () => {
        if (!(await storage.session.get(key))[key]?.counts.candidates) return;
        storage.onChanged.removeListener(look);
        resolve();
    };
    storage.onChanged.addListener(look);
    look();
})"""
_A_WHILE = 5 * 60_000  # milliseconds, after which whatever was begun and not ended is begun again


@pytest.fixture(scope="module")
def door(stage: Stage) -> Iterator[Door]:
    with Door(stage.site) as door:
        yield door


def _stopped_in_the_middle(watcher: Watcher, held: Held) -> None:
    """The server has answered, the background is stopped before it hears of it, and some minutes pass."""
    assert held.arrived.wait(20)
    watcher.browser.stop_background()
    held.release()
    watcher.own.evaluate(_LATER, _A_WHILE)
    watcher.browser.stop_background()
    ask(watcher.own, "settings.get")  # it starts again, and looks what is due


def test_reading_a_page_is_stopped_in_its_middle_and_read_again(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3)
    page = watcher.opens(pages.LARGE)
    watcher.own.evaluate(_UNTIL_A_PART_WAS_TOLD, watcher.number_of(pages.LARGE))
    browser.stop_background()
    assert watcher.findings(pages.LARGE)["state"] == "reading", "it was not over"
    eventually(lambda: watcher.findings(pages.LARGE)["state"], "ready", within=60)
    found = watcher.findings(pages.LARGE)["findings"]
    assert [work["key"] for work in found["works"]] == ["flickr:photo:53000000001"]
    assert found["counts"]["candidates"] == pages.MANY
    assert watcher.badge(pages.LARGE) == "1"
    for tab in (page, watcher.own):
        tab.close()


def test_a_report_is_stopped_while_it_is_sent_and_taken_once(browser: Browser, stage: Stage, door: Door) -> None:
    watcher = Watcher(browser, stage)
    watcher.uses_the_server_anonymously(door.url)
    posts, held = door.count("POST /api/v1/reports"), door.hold("/api/v1/reports")
    page = f"https://blog.example/stopped-in-{browser.name}"
    watcher.own.evaluate(_SAY, {"type": "report.send", "draft": {"version": 1, "page": page}, "when": "now"})
    _stopped_in_the_middle(watcher, held)
    eventually(lambda: {one["page"]: one["state"] for one in watcher.outbox()}[page], "sent", within=20)
    assert door.count("POST /api/v1/reports") == posts + 2
    (receipt,) = [one["receipt"] for one in watcher.outbox() if one["page"] == page]
    assert receipt == held.answer["receipt"], "the server knew it by its key and took it once"
    watcher.own.close()


def test_alerts_are_stopped_on_their_way_and_told_once(browser: Browser, stage: Stage, door: Door) -> None:
    watcher = Watcher(browser, stage)
    browser.plays_notifications()
    watcher.pairs(stage.pairing_code(), door.url)
    ask(watcher.own, "alerts.check")
    (new,) = door.tells("github.com")
    held = door.hold("/api/v1/alerts")
    watcher.own.evaluate(_SAY, {"type": "alerts.check"})
    _stopped_in_the_middle(watcher, held)
    eventually(lambda: browser.notifications(watcher.own), {f"alert-{new}"}, within=20)
    ask(watcher.own, "alerts.check")
    assert [one["id"] for one in ask(watcher.own, "alerts.list")["items"]].count(new) == 1
    door.alerts = []
    ask(watcher.own, "device.forget")
    watcher.own.close()


def test_a_list_is_stopped_on_its_way_and_comes_whole(browser: Browser, stage: Stage, door: Door) -> None:
    watcher = Watcher(browser, stage)
    watcher.uses_the_server_anonymously(stage.site)
    watcher.has_the_list(works=3)
    held = door.hold("/api/v1/watch-list/files")
    watcher.own.evaluate(_SAY, {"type": "settings.set", "changes": {"server": door.url}})
    assert held.arrived.wait(20)
    browser.stop_background()
    held.release()
    assert ask(watcher.own, "list.status")["state"] == "none"
    watcher.has_the_list(works=3)
    assert ask(watcher.own, "list.status")["state"] == "fresh"
    watcher.own.close()


def test_comparing_pictures_is_stopped_in_its_middle_and_can_be_asked_for_again(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    watcher.uses_the_server_anonymously()
    watcher.has_the_list(works=3, pictures=3)
    page = watcher.opens(pages.PICTURES)
    watcher.has_looked_at(pages.PICTURES)
    asked, number = len(stage.web.asked), watcher.number_of(pages.PICTURES)
    watcher.own.evaluate(_SAY, {"type": "pictures.compare", "tabId": number})
    eventually(lambda: pages.FAR.split("/")[2] in [host for host, _ in stage.web.asked[asked:]])
    browser.stop_background()
    assert ask(watcher.own, "pictures.compare", tabId=number)["matched"] == 2 * len(pictures())
    assert len(watcher.findings(pages.PICTURES)["findings"]["pictures"]) == 2 * len(pictures())
    for tab in (page, watcher.own):
        tab.close()


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
