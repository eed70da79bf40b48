"""The content scripts with a background that only writes down what they tell. For tests of what is read on pages.

The scripts are the extension's own, for the hosts and in the order it registers them; the listener stands for the rest.
"""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from tests.extension.browsers import Tab
from tests.extension.firefox import ID

_SOURCES = Path(__file__).parents[2] / "extension" / "src"
_BACKGROUND = """
const api = globalThis.browser ?? chrome;
let told = [];
let most = Infinity;
api.runtime.onConnect.addListener((port) => {
  const one = { name: port.name, url: port.sender.url, tab: port.sender.tab.id, frame: port.sender.frameId, said: [] };
  told.push(one);
  port.onMessage.addListener((message) => {
    one.said.push(message);
    const more = !message.done && one.said.length < most;
    port.postMessage({ more });
    if (!more) port.disconnect();
  });
});
api.runtime.onMessage.addListener((message, sender, answer) => {
  if (message.to) api.tabs.sendMessage(message.to, message.say, { frameId: 0 }).then(answer, () => answer(null));
  else if (message.most) answer((most = message.most));
  else if (message.forget) answer((told = []) && 0);
  else {
    const found = told.filter(({ url }) => url.startsWith(message.start));
    answer(message.brief ? found.map(({ said }) => [said.length, "done" in (said.at(-1) ?? {})]) : found);
  }
  return true;
});
"""
_SAY = "async (message) => (globalThis.browser ?? chrome).runtime.sendMessage(message)"


def collector() -> list[str]:
    """The scripts that are registered for every host, in their order."""
    hosts = (_SOURCES / "background" / "hosts.js").read_text()
    found = re.search(r"COLLECTOR = (\[[^\]]*\])", hosts)
    assert found, "background/hosts.js names no scripts"
    return [f"content/{name}.js" for name in json.loads(found[1])]


def packed_listener() -> bytes:
    """The listener as a zip that both browsers load."""
    hosts = json.loads((_SOURCES / "rules" / "hosts.json").read_text())["hosts"]
    scripts = [(host["matches"], [*host["sites"], *collector()]) for host in hosts]
    manifest = {
        "manifest_version": 3,
        "name": "Listener",
        "version": "1",
        "background": {"service_worker": "background.js", "scripts": ["background.js"]},
        "permissions": ["scripting"],
        "host_permissions": ["https://*/*"],
        "content_scripts": [
            {"matches": matches, "js": files, "all_frames": True, "run_at": "document_end"}
            for matches, files in scripts
        ],
        "browser_specific_settings": {"gecko": {"id": ID}},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("manifest.json", json.dumps(manifest))
        files.writestr("background.js", _BACKGROUND)
        files.writestr("own.html", "<!doctype html><title>Listener</title>")
        for path in sorted({path for _, files in scripts for path in files}):
            files.writestr(path, (_SOURCES / path).read_bytes())
    return packed.getvalue()


def told(own: Tab, start: str) -> list[dict[str, Any]]:
    """What the frames at addresses that start like this have told, a port each."""
    return list(say(own, start=start))


def how_much(own: Tab, start: str) -> list[list[Any]]:
    """Of each of those ports: how many messages came, and whether the last was the end."""
    return list(say(own, start=start, brief=True))


def say(own: Tab, **message: Any) -> Any:
    """Tell the listener, or by ``to`` the content script of a tab, something."""
    return own.evaluate(_SAY, message)


def everything(ports: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The links, images, names or rows of the last port that came to its end."""
    ended = [port for port in ports if port["said"] and "done" in port["said"][-1]]
    return [one for said in ended[-1]["said"] for one in said.get("slice", {}).get(kind, [])] if ended else []


def ending(ports: list[dict[str, Any]]) -> dict[str, Any]:
    """What was said at the end of the last port that came to its end."""
    ended = [port["said"][-1]["done"] for port in ports if port["said"] and "done" in port["said"][-1]]
    return dict(ended[-1]) if ended else {}
