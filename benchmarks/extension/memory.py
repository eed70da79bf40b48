"""How much memory the background holds: its own words, objects and buffers, by the browser's own count, in MB."""

import json
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error

from tests.extension.browsers import Browser
from tests.extension.chromium import Chromium
from tests.extension.firefox import UUID, Firefox

_MB = 1e6
_FIREFOX = """
const [page] = arguments;
const reporters = Cc["@mozilla.org/memory-reporter-manager;1"].getService(Ci.nsIMemoryReporterManager);
let bytes = 0;
const add = (process, path, kind, units, amount) => {
  if (units === 0 && kind !== 2 && path.startsWith("explicit/window-objects/") && path.includes(page)) bytes += amount;
};
return new Promise((resolve) => reporters.getReports(add, null, () => resolve(bytes), null, false));
"""


def held(browser: Browser) -> float:
    """What the background holds now, before anything is cleared away; 0 while it does not run."""
    return (_in_chromium(browser) if isinstance(browser, Chromium) else _in_firefox(browser)) / _MB


def _in_firefox(browser: Firefox) -> float:
    page = f"{UUID}\\_generated_background_page.html"
    return float(browser._firefox.privileged(_FIREFOX, page))  # noqa: SLF001


def _in_chromium(browser: Chromium) -> float:
    """A worker's heap and the buffers outside of it."""
    session = browser._devtools()  # noqa: SLF001
    for target in browser._workers():  # noqa: SLF001
        with suppress(Error):
            return _heap(session, target["targetId"])
    return 0.0


def _heap(session: Any, target: str) -> float:
    answers: list[Any] = []
    session.on("Target.receivedMessageFromTarget", lambda event: answers.append(json.loads(event["message"])))
    attached = session.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]
    asked = json.dumps({"id": 1, "method": "Runtime.getHeapUsage"})
    session.send("Target.sendMessageToTarget", {"sessionId": attached, "message": asked})
    for _ in range(100):
        if any("id" in one for one in answers):
            break
        session.send("Target.getTargets")
    session.send("Target.detachFromTarget", {"sessionId": attached})
    told = next(one for one in answers if "id" in one)["result"]
    return float(told["usedSize"] + told.get("embedderHeapUsedSize", 0) + told.get("backingStorageSize", 0))
