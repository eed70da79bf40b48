"""Alerts and what stands in their way: told once, quiet, read; a server that is away, a device ended, an old list."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.extension import pages
from tests.extension.browsers import Browser, ask, eventually, says
from tests.extension.door import Door
from tests.extension.stage import MIRA, Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_TAKE_AWAY = """(id) => (globalThis.browser ?? chrome).notifications.clear(id)"""
_MAKE_OLD = """async (made_at) => {
    const { local } = (globalThis.browser ?? chrome).storage;
    const { list } = await local.get("list");
    await local.set({ list: { ...list, made_at } });
}"""


@pytest.fixture(scope="module")
def door(stage: Stage) -> Iterator[Door]:
    with Door(stage.site) as door:
        yield door


@pytest.fixture
def watcher(browser: Browser, stage: Stage, door: Door) -> Iterator[Watcher]:
    """Somebody who is paired, through the door, and has read everything."""
    door.is_shut, door.alerts = False, []
    watcher = Watcher(browser, stage)
    browser.plays_notifications()
    if not ask(watcher.own, "device.state")["paired"]:
        watcher.pairs(stage.pairing_code(), door.url)
    yield watcher
    door.is_shut = False
    ask(watcher.own, "settings.set", changes={"quiet": None})
    ask(watcher.own, "alerts.read", ids=[one["id"] for one in ask(watcher.own, "alerts.list")["items"]])
    for shown in browser.notifications(watcher.own):
        watcher.own.evaluate(_TAKE_AWAY, shown)
    watcher.own.close()


def test_an_alert_is_told_once_and_a_click_on_it_shows_the_list(browser: Browser, door: Door, watcher: Watcher) -> None:
    one, other = door.tells("github.com", "kaggle.com")
    assert ask(watcher.own, "alerts.check")["unread"] == 2
    eventually(lambda: browser.notifications(watcher.own), {f"alert-{one}", f"alert-{other}"})
    watcher.own.evaluate(_TAKE_AWAY, f"alert-{one}")
    ask(watcher.own, "alerts.check")
    browser.stop_background()
    ask(watcher.own, "alerts.check")
    assert browser.notifications(watcher.own) == {f"alert-{other}"}, "told once"
    browser.clicks_notification(watcher.own, f"alert-{other}")
    eventually(lambda: browser.find(browser.own("panel/panel.html#alerts")) is not None)
    panel = browser.find(browser.own("panel/panel.html#alerts"))
    assert panel
    watcher.reads(panel, f"kaggle.com/example-lab/faces-{other}")
    link = "(end) => document.querySelector(`a[href$='${end}']`).href"
    assert panel.evaluate(link, f"faces-{one}") == f"https://github.com/example-lab/faces-{one}"
    panel.close()


def test_in_quiet_hours_nothing_pops_up_but_the_number_stands_at_the_icon(
    browser: Browser, door: Door, watcher: Watcher
) -> None:
    now = datetime.now().astimezone()
    quiet = {"from": f"{now - timedelta(hours=1):%H:%M}", "to": f"{now + timedelta(hours=1):%H:%M}"}
    ask(watcher.own, "settings.set", changes={"quiet": quiet})
    (new,) = door.tells("github.com")
    assert ask(watcher.own, "alerts.check")["unread"] == 1
    assert browser.notifications(watcher.own) == set()
    assert watcher.unread() == "1"
    ask(watcher.own, "settings.set", changes={"quiet": None})
    ask(watcher.own, "alerts.check")
    eventually(lambda: browser.notifications(watcher.own), {f"alert-{new}"})


def test_what_was_read_is_read_after_the_background_was_stopped(browser: Browser, door: Door, watcher: Watcher) -> None:
    one, other = door.tells("github.com", "kaggle.com")
    ask(watcher.own, "alerts.check")
    panel = browser.tab(browser.own("panel/panel.html#alerts"))
    panel.click(f"button[data-key=read-{one}]")
    eventually(watcher.unread, "1")
    browser.stop_background()
    states = {alert["id"]: alert["read"] for alert in ask(watcher.own, "alerts.list")["items"]}
    assert (states[one], states[other]) == (True, False)
    panel.click("button[data-key=read-all]")
    eventually(watcher.unread, "")
    assert ask(watcher.own, "alerts.check")["unread"] == 0
    panel.close()


def test_a_device_that_was_ended_on_the_site_is_told_and_its_reports_wait(
    browser: Browser, stage: Stage, door: Door, watcher: Watcher
) -> None:
    stage.ends_devices(MIRA)
    ask(watcher.own, "alerts.check")
    popup = browser.tab(browser.own("popup/popup.html"))
    watcher.reads(popup, "no longer accepts this browser")
    door.asked.clear()
    ask(watcher.own, "report.send", draft={"version": 1, "page": "https://blog.example/ended", "note": "x"}, when="now")
    eventually(lambda: watcher.newest().get("problem"), {"code": "revoked", "words": ""})
    assert door.asked == []
    watcher.own.goto(browser.own("welcome/welcome.html"))
    watcher.pairs(stage.pairing_code(), door.url)
    eventually(lambda: watcher.newest()["state"], "sent", within=20)
    eventually(lambda: "no longer accepts" not in says(popup))
    popup.close()


def test_a_server_that_is_away_is_told_and_what_waits_is_sent_when_it_is_back(
    browser: Browser, door: Door, watcher: Watcher
) -> None:
    door.is_shut = True
    ask(watcher.own, "alerts.check")
    ask(watcher.own, "report.send", draft={"version": 1, "page": "https://blog.example/away", "note": "x"}, when="now")
    eventually(lambda: (watcher.newest().get("problem") or {}).get("code"), "offline")
    popup = browser.tab(browser.own("popup/popup.html"))
    watcher.reads(popup, "cannot be reached")
    door.is_shut = False
    popup.click("button[data-key=line-offline]")
    ask(watcher.own, "alerts.check")
    ask(watcher.own, "outbox.retry", id=watcher.newest()["id"])
    eventually(lambda: watcher.newest()["state"], "sent", within=20)
    eventually(lambda: "cannot be reached" not in says(popup))
    popup.close()


def test_an_old_list_is_called_old_and_still_matches(browser: Browser, watcher: Watcher) -> None:
    watcher.switches_on("github")
    watcher.has_the_list(works=3)
    watcher.own.evaluate(_MAKE_OLD, "2026-01-01T00:00:00Z")
    popup = browser.tab(browser.own("popup/popup.html"))
    watcher.reads(popup, "the watch list is old")
    page = watcher.opens(pages.README)
    watcher.has_looked_at(pages.README)
    assert watcher.findings(pages.README)["findings"]["works"]
    for tab in (popup, page):
        tab.close()
