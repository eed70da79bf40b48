"""The extension in a real Chromium, driven by Playwright. The same words as in ``firefox.py``: see ``browsers.py``."""

import hashlib
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Error, Page, Playwright

from tests.extension.fake_web import FakeWeb
from tests.extension.stranger import packed_stranger

_INSTALLED = Path("/usr/bin/chromium")
_WAITS = 15_000  # milliseconds
_POINTED = """(selector) => {
    const element = document.querySelector(selector);
    const link = element.closest("a");
    const picture = element.currentSrc && { mediaType: "image", srcUrl: element.currentSrc };
    return { ...picture, ...(link && { linkUrl: link.href }) };
}"""
_DISPATCH = """async ([event, said, url]) => {
    const [tab] = url ? (await chrome.tabs.query({})).filter((one) => one.url === url) : [];
    const [place, name] = event.split(".");
    chrome[place][name].dispatch(said, ...(tab ? [tab] : []));
}"""


def executable(playwright: Playwright) -> Path | None:
    """Where Chromium is: the system's, or the one Playwright brought."""
    brought = Path(playwright.chromium.executable_path)
    return next((path for path in (_INSTALLED, brought) if path.exists()), None)


class ChromiumTab:
    """A tab: a page of the web, or one of the extension's own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(_WAITS)

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function in the page; a promise is waited for."""
        late = f"new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), {_WAITS}))"
        return self.page.evaluate(f"(all) => Promise.race([({function})(...all), {late}])", list(arguments))

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def fill(self, selector: str, text: str) -> None:
        self.page.locator(selector).first.fill(text)

    def press(self, *keys: str) -> None:
        """Press keys by name: ``Tab``, ``Enter``."""
        for key in keys:
            self.page.keyboard.press(key)

    def in_front(self) -> None:
        self.page.bring_to_front()

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def screenshot(self) -> bytes:
        return self.page.screenshot()

    def close(self) -> None:
        self.page.close()


class Chromium:
    """A Chromium with the extension, on a profile of its own, that finds every host at the fake web."""

    name = "chromium"

    def __init__(self, playwright: Playwright, web: FakeWeb, packed: Path, places: Sequence[str] = ()) -> None:
        """``places`` were granted before: Chromium's own question cannot be answered from here."""
        self._playwright, self._web = playwright, web
        self._folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        self._unpacked = _unpack(packed, Path(self._folder.name) / "extension", places)
        self._stranger = Path(self._folder.name) / "stranger"
        zipfile.ZipFile(io.BytesIO(packed_stranger())).extractall(self._stranger)
        self._start()

    def _start(self) -> None:
        found = f"MAP *:443 127.0.0.1:{self._web.port}, MAP * 127.0.0.1:{self._web.trap_port}, EXCLUDE 127.0.0.1"
        self._context = self._playwright.chromium.launch_persistent_context(
            Path(self._folder.name) / "profile",
            executable_path=executable(self._playwright),
            headless=True,
            args=[
                f"--disable-extensions-except={self._unpacked},{self._stranger}",
                f"--load-extension={self._unpacked},{self._stranger}",
                f"--host-resolver-rules={found}",
                "--ignore-certificate-errors",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
        )
        try:
            self._find_worker()
        except BaseException:
            self.close()
            raise

    def _find_worker(self) -> None:
        workers = self._context.service_workers
        worker = workers[0] if workers else self._context.wait_for_event("serviceworker", timeout=_WAITS)
        self.base = "/".join(worker.url.split("/")[:3]) + "/"

    def own(self, path: str) -> str:
        """The address of a page of the extension."""
        return self.base + path

    def tab(self, url: str = "about:blank") -> ChromiumTab:
        """A new tab in front."""
        tab = ChromiumTab(self._context.new_page())
        tab.goto(url)
        return tab

    def find(self, start: str) -> ChromiumTab | None:
        """The open tab whose address starts like this."""
        self._context.cookies()  # Playwright notices new tabs only while it is asked for something
        return next((ChromiumTab(page) for page in self._context.pages if page.url.startswith(start)), None)

    def badge(self, own: ChromiumTab, tab: int) -> str:
        """The badge of a tab, asked for in an own page."""
        return str(own.evaluate("(tabId) => chrome.action.getBadgeText({ tabId })", tab))

    def plays_notifications(self) -> None:
        """Chromium keeps its own account of what is shown, with a screen or without."""

    def notifications(self, own: ChromiumTab) -> set[str]:
        """Those that are shown now, by name."""
        return set(own.evaluate("async () => Object.keys(await chrome.notifications.getAll())"))

    def clicks_notification(self, own: ChromiumTab, shown: str) -> None:
        """Chromium's windows without a screen show none: the background is told what the browser would tell it."""
        self._tell("notifications.onClicked", own, shown)

    def chooses(self, own: ChromiumTab, tab: ChromiumTab, selector: str, entry: str) -> None:
        """From the context menu of an element. Chromium's own menu cannot be opened from here: as above."""
        pointed = tab.evaluate(_POINTED, selector) | {"menuItemId": entry, "pageUrl": tab.page.url, "editable": False}
        self._tell("contextMenus.onClicked", own, pointed, tab.page.url)

    def clicks_the_icon(self, tab: ChromiumTab) -> None:
        """All places were granted before; a click would add nothing."""

    def _tell(self, event: str, own: ChromiumTab, *said: Any) -> None:
        own.evaluate("() => chrome.runtime.sendMessage({ type: 'settings.get' })")  # so that it runs
        self._context.cookies()
        self._context.service_workers[-1].evaluate(_DISPATCH, [event, *said])

    def stranger(self) -> ChromiumTab:
        """A page of another extension, whose name Chromium makes from where it lies."""
        path = hashlib.sha256(str(self._stranger).encode()).hexdigest()[:32]
        name = path.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))
        return self.tab(f"chrome-extension://{name}/own.html")

    def shows(self, tab: ChromiumTab, width: int, scheme: Literal["light", "dark"]) -> None:
        """So wide, in these colours, and nothing moves."""
        tab.resize(width, 800)
        tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def traces(self) -> list[str]:
        """Files in the profile under the name of the extension."""
        return files_named(Path(self._folder.name) / "profile", self.base.split("/")[2])

    def takes_the_extension_out(self) -> None:
        """As its entry in the menu does."""
        own = self.tab(self.own("welcome/welcome.html"))
        with suppress(Error):  # its own page is gone before it can answer
            own.page.evaluate("() => void chrome.management.uninstallSelf()")

    def is_awake(self) -> bool:
        """Whether the background runs."""
        return bool(self._workers())

    def stop_background(self) -> None:
        """Stop the worker, as the browser does whenever it likes; an open page may start it again at once."""
        for target in self._workers():
            self._devtools().send("Target.closeTarget", {"targetId": target["targetId"]})
        deadline = time.monotonic() + 1
        while self._workers() and time.monotonic() < deadline:
            time.sleep(0.02)

    def restart(self) -> None:
        """Close the browser and start it again with the same profile."""
        self._context.close()
        self._start()

    def close(self) -> None:
        self._context.close()
        self._folder.cleanup()

    def _devtools(self) -> Any:
        assert self._context.browser
        return self._context.browser.new_browser_cdp_session()

    def _workers(self) -> list[dict[str, str]]:
        targets = self._devtools().send("Target.getTargets")["targetInfos"]
        return [one for one in targets if one["type"] == "service_worker" and one["url"].startswith(self.base)]


def files_named(folder: Path, name: str) -> list[str]:
    """Files whose path in a folder has a name in it."""
    walked = os.walk(folder)  # which does not mind what goes meanwhile
    paths = [str((Path(at) / file).relative_to(folder)) for at, _, files in walked for file in files]
    return [path for path in paths if name in path]


def _unpack(packed: Path, folder: Path, places: Sequence[str]) -> Path:
    """The files as they are handed out; only the manifest says which places were granted."""
    zipfile.ZipFile(packed).extractall(folder)
    if places:
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(manifest | {"host_permissions": list(places)}))
    return folder
