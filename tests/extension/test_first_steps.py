"""The first minutes: installed, nothing is granted and nothing leaves; then a host is switched on."""

from pathlib import Path

import pytest

from tests.extension import pages
from tests.extension.browsers import BROWSERS, Browser, ask, browser_with_extension, eventually, says
from tests.extension.firefox import ID
from tests.extension.stage import Stage
from tests.extension.watcher import Watcher

pytestmark = pytest.mark.browser

_GRANTED = "async () => (await (globalThis.browser ?? chrome).permissions.getAll()).origins"
_TRIES = """async (ours, message) => {
    const { runtime } = globalThis.browser ?? chrome;
    const sent = await runtime.sendMessage(ours, message).catch(() => "not heard");
    const heard = await new Promise((resolve) => {
        const port = runtime.connect(ours, { name: "collect" });
        port.onMessage.addListener(resolve);
        port.onDisconnect.addListener(() => resolve(void runtime.lastError ?? "not heard"));
        port.postMessage({ slice: { links: [] } });
    });
    return [sent, heard];
}"""
_SCRIPTS = "async () => (await (globalThis.browser ?? chrome).scripting.getRegisteredContentScripts()).map((s) => s.id)"


@pytest.mark.parametrize("name", BROWSERS)
def test_an_installation_asks_for_no_place_and_explains_itself(name: str, stage: Stage, tmp_path: Path) -> None:
    with browser_with_extension(name, stage.web, tmp_path, places=()) as browser:
        eventually(lambda: browser.find(browser.own("welcome/")) is not None)
        welcome = browser.find(browser.own("welcome/"))
        assert welcome
        eventually(lambda: "GitHub" in says(welcome))
        assert "never" in says(welcome)
        assert welcome.evaluate(_GRANTED) == []
        assert welcome.evaluate(_SCRIPTS) == []


def test_a_host_that_is_switched_on_gets_the_script_and_its_pages_a_number(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.switches_on("github")
    assert watcher.own.evaluate(_SCRIPTS) == ["collect-github"]
    watcher.opens(pages.README)
    eventually(lambda: watcher.badge(pages.README) not in ("", "0"))
    found = watcher.findings(pages.README)["findings"]
    assert [copy["dataset"] for copy in found["copies"]] == ["ms-celeb-1m"]


def test_a_host_that_is_not_switched_on_is_left_alone(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    watcher.opens(pages.DROPBOX)
    watcher.opens(pages.README)
    watcher.switches_on("github")
    eventually(lambda: watcher.badge(pages.README) not in ("", "0"))
    scripts = watcher.own.evaluate(_SCRIPTS)
    assert "collect-dropbox" not in scripts
    hosts = {host["id"]: host["on"] for host in ask(watcher.own, "hosts.list")["hosts"]}
    assert not hosts["dropbox"]


def test_another_extension_is_not_heard(browser: Browser, stage: Stage) -> None:
    watcher = Watcher(browser, stage)
    assert ask(watcher.own, "settings.get")["settings"]
    stranger = browser.stranger()
    name = browser.base.split("/")[2] if browser.name == "chromium" else ID
    for ours in (name, browser.base.split("/")[2]):
        assert stranger.evaluate(_TRIES, ours, {"type": "settings.get"}) == ["not heard", "not heard"]
    stranger.close()
