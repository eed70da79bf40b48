"""Somebody with the extension: what they click and read, by the pages' own buttons, in either browser."""

from typing import Any

from tests.extension.browsers import Browser, Tab, ask, eventually, number_of, says
from tests.extension.stage import Stage

HOSTS = ("github", "huggingface", "kaggle", "dropbox", "baidu", "gdrive")

_BADGE_WHEN_READ = """(tabId, url) => new Promise((resolve) => {
    const api = globalThis.browser ?? chrome;
    const look = async () => {
        const { tab, findings } = await api.runtime.sendMessage({ type: "findings.get", tabId });
        if (tab.url !== url || findings?.state !== "ready") return;
        api.storage.onChanged.removeListener(look);
        resolve(await api.action.getBadgeText({ tabId }));
    };
    api.storage.onChanged.addListener(look);
    look();
})"""  # timers of a tab that is not in front are slow, so it waits for what is stored


class Watcher:
    """``own`` is the welcome page, open in a tab."""

    def __init__(self, browser: Browser, stage: Stage) -> None:
        self.browser, self.stage = browser, stage
        self.own: Tab = browser.tab(browser.own("welcome/welcome.html"))

    def switches_on(self, *hosts: str) -> None:
        for host in hosts:
            switch = f"button[data-host='{host}']"
            eventually(lambda shown=switch: self._state_of(shown) is not None)
            if self._state_of(switch) == "false":
                self.own.click(switch)
            eventually(lambda wanted=switch: self._state_of(wanted), "true")

    def uses_the_server_anonymously(self, server: str = "") -> None:
        server = server or self.stage.site
        self.own.fill("#pair-server", server)
        self.own.click("#use-anonymously")
        eventually(lambda: ask(self.own, "settings.get")["settings"]["server"], server)

    def pairs(self, code: str, server: str = "") -> None:
        """Pair by the welcome page's form, done when alerts are expected from that server."""
        self.own.fill("#pair-server", server or self.stage.site)
        self.own.fill("#pair-code", code)
        self.own.click("button#pair")
        eventually(lambda: ask(self.own, "device.state")["paired"])

    def has_the_list(self, works: int, pictures: int = 0) -> None:
        """Wait until a watch list with so many works and pictures is here: the server makes it after its start."""
        eventually(lambda: ask(self.own, "list.update").get("count"), works, within=20)
        eventually(lambda: ask(self.own, "list.update").get("pictures", 0) >= pictures, within=40)

    def opens(self, url: str) -> Tab:
        return self.browser.tab(url)

    def number_of(self, url: str) -> int:
        """The number by which the browser knows the tab at this address."""
        return number_of(self.own, url)

    def badge(self, url: str) -> str:
        return self.browser.badge(self.own, self.number_of(url))

    def unread(self) -> str:
        """The number at the icon where no tab has one of its own."""
        return str(self.own.evaluate("() => (globalThis.browser ?? chrome).action.getBadgeText({})"))

    def findings(self, url: str) -> Any:
        return ask(self.own, "findings.get", tabId=self.number_of(url))

    def has_looked_at(self, url: str) -> None:
        """Wait until the page was read to its end."""
        eventually(lambda: self.findings(url)["state"], "ready")

    def goes_on(self, tab: Tab, number: int, url: str) -> str:
        """Open a page in the tab of that number and wait until it was read; returns its badge."""
        tab.goto(url)
        return str(self.own.evaluate(_BADGE_WHEN_READ, number, url))

    def looks_at_the_popup(self, url: str) -> Tab:
        """The popup as a tab, about the page at this address."""
        return self.browser.tab(self.browser.own(f"popup/popup.html?tab={self.number_of(url)}"))

    def reviews(self, url: str) -> Tab:
        return self.browser.tab(self.browser.own(f"review/review.html?tab={self.number_of(url)}"))

    def sends(self, review: Tab) -> str:
        """Press “Send now” and wait for the receipt."""
        before = {one["id"] for one in self.outbox()}
        review.click("#send-now")
        eventually(lambda: [one["state"] for one in self._others(before)], ["sent"], within=20)
        return str(self._others(before)[0]["receipt"])

    def _others(self, known: set[str]) -> list[dict[str, Any]]:
        return [one for one in self.outbox() if one["id"] not in known]

    def outbox(self) -> list[dict[str, Any]]:
        return list(ask(self.own, "outbox.list")["items"])

    def newest(self) -> dict[str, Any]:
        """The report that was put into the outbox last."""
        return max(self.outbox(), key=lambda one: one["createdAt"], default={})

    def reads(self, tab: Tab, words: str) -> None:
        """Wait until a page says so, in whichever case."""
        eventually(lambda: words.casefold() in says(tab).casefold())

    def _state_of(self, switch: str) -> Any:
        return self.own.evaluate("(selector) => document.querySelector(selector)?.getAttribute('aria-checked')", switch)
