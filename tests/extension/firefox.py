"""The extension in a real Firefox, driven by Marionette. The same words as in ``chromium.py``: see ``browsers.py``."""

import base64
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.extension import stranger
from tests.extension.chromium import files_named
from tests.extension.fake_web import FakeWeb
from tests.extension.marionette import FirefoxError, Marionette

ID = "commonswatch@commonswatch.example"
UUID = "0b9a2f6e-1111-4222-8333-444455556666"
_WAITS = 15.0
_STATE = "return WebExtensionPolicy.getByID(arguments[0]).extension.backgroundState"
_PLAY_NOTIFICATIONS = """
    const played = (window.played = new Map());
    const service = {
        QueryInterface: ChromeUtils.generateQI(["nsIAlertsService"]),
        showAlert({ name }, listener) {
            played.set(name, listener);
            listener.observe(null, "alertshow", name);
        },
        closeAlert: (name) => void played.delete(name),
    };
    const factory = {
        QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
        createInstance: (iid) => service.QueryInterface(iid),
    };
    const place = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
    place.registerFactory(Services.uuid.generateUUID(), "", "@mozilla.org/alerts-service;1", factory);"""
_SHOW = """
    const [width, scheme] = arguments;
    gBrowser.selectedBrowser.style.setProperty("max-width", `${width}px`);
    Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", scheme);
    Services.prefs.setIntPref("ui.prefersReducedMotion", 1);"""
_CLICK_ICON = """return (async (id) => {
    const { extension } = WebExtensionPolicy.getByID(id);
    await extension.apiManager.global.browserActionFor(extension).triggerAction(window);
})(arguments[0])"""
_CHOOSE = """return (async (id) => {
    const menu = document.getElementById("contentAreaContextMenu");
    if (menu.state !== "open") await new Promise((done) => menu.addEventListener("popupshown", done, { once: true }));
    const entry = document.getElementById(id);
    const seen = [...menu.querySelectorAll("[id*=commonswatch]")].map((one) => one.id);
    if (!entry) throw new Error(`no ${id} among ${seen}`);
    entry.doCommand();
    menu.hidePopup();
})(arguments[0])"""
_STOP = "return WebExtensionPolicy.getByID(arguments[0]).extension.terminateBackground().then(() => null)"


class FirefoxTab:
    """A tab: a page of the web, or one of the extension's own."""

    def __init__(self, firefox: Marionette, handle: str) -> None:
        self._firefox, self.handle = firefox, handle

    def goto(self, url: str) -> None:
        self._ask("WebDriver:Navigate", url=url)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function in the page; a promise is waited for."""
        body = f"return ({function})(...arguments)"
        return self._ask("WebDriver:ExecuteScript", in_front=False, script=body, args=list(arguments))

    def click(self, selector: str) -> None:
        """Click it, as it stands there now: pages of ours put themselves together anew when something changes."""
        try:
            self._ask("WebDriver:ElementClick", id=self._element(selector))
        except FirefoxError as error:
            if not str(error).startswith("stale element"):
                raise
            self.click(selector)

    def fill(self, selector: str, text: str) -> None:
        element = self._element(selector)
        self._ask("WebDriver:ElementClear", id=element)
        self._ask("WebDriver:ElementSendKeys", id=element, text=text)

    def points_at(self, selector: str) -> None:
        """Click an element with the other button of the mouse."""
        element = {"element-6066-11e4-a52e-4f735466cecf": self._element(selector)}
        moved = {"type": "pointerMove", "x": 0, "y": 0, "origin": element}
        steps = [moved, {"type": "pointerDown", "button": 2}, {"type": "pointerUp", "button": 2}]
        self._ask("WebDriver:PerformActions", actions=[{"type": "pointer", "id": "mouse", "actions": steps}])

    def press(self, *keys: str) -> None:
        """Press keys by name: ``Tab``, ``Enter``."""
        codes = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " ", "ArrowRight": "\ue014"}
        for key in (codes.get(name, name) for name in keys):
            pressed = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
            self._ask("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": pressed}])

    def in_front(self) -> None:
        self._ask("WebDriver:GetCurrentURL")

    def resize(self, width: int, height: int) -> None:
        self._ask("WebDriver:SetWindowRect", width=width, height=height)

    def screenshot(self) -> bytes:
        return base64.b64decode(self._ask("WebDriver:TakeScreenshot", full=True, hash=False))

    def close(self) -> None:
        left = self._ask("WebDriver:CloseWindow")
        self._firefox.ask("WebDriver:SwitchToWindow", handle=left[0], focus=True)

    def _element(self, selector: str) -> str:
        """Wait until it is there and shown."""
        deadline = time.monotonic() + _WAITS
        while True:
            try:
                found = self._ask("WebDriver:FindElement", using="css selector", value=selector)
                element = str(next(iter(found.values())))
                if self._ask("WebDriver:IsElementDisplayed", id=element):
                    return element
            except FirefoxError:
                pass
            assert time.monotonic() < deadline, f"there is no {selector}"
            time.sleep(0.05)

    def _ask(self, command: str, *, in_front: bool = True, **parameters: Any) -> Any:
        """Timers of a tab that is not in front are slow; so whoever only asks leaves the tabs as they are."""
        self._firefox.ask("WebDriver:SwitchToWindow", handle=self.handle, focus=in_front)
        return self._firefox.ask(command, **parameters)


class Firefox:
    """A Firefox with the extension, on a profile of its own, that finds every host at the fake web."""

    name = "firefox"
    base = f"moz-extension://{UUID}/"

    def __init__(self, web: FakeWeb, packed: Path) -> None:
        self._web = web
        self._folder = tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        self._start()
        try:
            self._firefox.ask("Addon:Install", path=str(packed), temporary=False)
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self._firefox = Marionette(
            Path(self._folder.name),
            {
                "network.dns.forceResolve": "127.0.0.1",
                "network.socket.forcePort": f"443={self._web.port};80={self._web.trap_port}",
                "extensions.webextensions.uuids": json.dumps({ID: UUID, stranger.ID: stranger.UUID}),
                "extensions.webextOptionalPermissionPrompts": False,  # a click on a switch is answered with yes
                "xpinstall.signatures.required": False,  # only a store can sign
            },
        )

    def own(self, path: str) -> str:
        """The address of a page of the extension."""
        return self.base + path

    def tab(self, url: str = "about:blank") -> FirefoxTab:
        """A new tab in front."""
        opened = self._firefox.ask("WebDriver:NewWindow", type="tab", focus=True)
        tab = FirefoxTab(self._firefox, opened["handle"])
        tab.goto(url)
        return tab

    def find(self, start: str) -> FirefoxTab | None:
        """The open tab whose address starts like this."""
        for handle in self._firefox.ask("WebDriver:GetWindowHandles"):
            self._firefox.ask("WebDriver:SwitchToWindow", handle=handle, focus=False)
            if self._firefox.ask("WebDriver:GetCurrentURL").startswith(start):
                return FirefoxTab(self._firefox, handle)
        return None

    def badge(self, own: FirefoxTab, tab: int) -> str:
        """The badge of a tab."""
        return str(own.evaluate("(tabId) => browser.action.getBadgeText({ tabId })", tab))

    def clicks_the_icon(self, tab: FirefoxTab) -> None:
        """The icon in the browser's bar: the popup opens, and the tab may be looked at by that."""
        tab.in_front()
        self._firefox.privileged(_CLICK_ICON, ID)

    def plays_notifications(self) -> None:
        """A machine without a screen shows none and says that they were closed; from now on they stay."""
        self._firefox.privileged(_PLAY_NOTIFICATIONS)

    def notifications(self, own: FirefoxTab) -> set[str]:
        """Those that are shown now, by name."""
        return set(self._firefox.privileged("return [...window.played.keys()]"))

    def clicks_notification(self, own: FirefoxTab, shown: str) -> None:
        """What the system says of a click."""
        self._firefox.privileged(
            "window.played.get(arguments[0]).observe(null, 'alertclickcallback', arguments[0])", shown
        )

    def chooses(self, own: FirefoxTab, tab: FirefoxTab, selector: str, entry: str) -> None:
        """From the context menu of an element, as the browser shows it."""
        tab.points_at(selector)
        self._firefox.privileged(_CHOOSE, f"{ID.replace('@', '_').replace('.', '_')}-menuitem-_{entry}")

    def stranger(self) -> FirefoxTab:
        """A page of another extension."""
        packed = Path(self._folder.name) / "stranger.zip"
        packed.write_bytes(stranger.packed_stranger())
        self._firefox.ask("Addon:Install", path=str(packed), temporary=True)
        return self.tab(f"moz-extension://{stranger.UUID}/own.html")

    def shows(self, tab: FirefoxTab, width: int, scheme: str) -> None:
        """So wide, in these colours, and nothing moves. No window is as narrow as a panel; a page in it is."""
        tab.in_front()
        self._firefox.privileged(_SHOW, width, ["dark", "light"].index(scheme))

    def traces(self) -> list[str]:
        """Files in the profile under the name of the extension, or that of its origin."""
        return [path for name in (UUID, ID) for path in files_named(Path(self._folder.name), name)]

    def takes_the_extension_out(self) -> None:
        """As its entry in the menu does."""
        self._firefox.ask("Addon:Uninstall", id=ID)

    def is_awake(self) -> bool:
        """Whether the background runs."""
        return self._firefox.privileged(_STATE, ID) == "running"

    def stop_background(self) -> None:
        """Stop the event page, as the browser does whenever it likes."""
        self._firefox.privileged(_STOP, ID)

    def restart(self) -> None:
        """Close the browser and start it again with the same profile."""
        self._firefox.close()
        self._start()

    def close(self) -> None:
        self._firefox.close()
        self._folder.cleanup()
