"""The packed extension with clocks around it: nothing of it is changed, times can be asked for."""

import io
import json
import zipfile

from commonswatch.web.packed_extension import pack

_BACKGROUND = """
const api = globalThis.browser ?? chrome;
const times = { began: performance.now(), answers: [] };
const { onConnect } = api.runtime;
const add = onConnect.addListener.bind(onConnect);
const timed = (port) => {
  let at = 0;
  const { name, sender, onDisconnect } = port;
  const postMessage = (message) => {
    times.answers.push(performance.now() - at);
    port.postMessage(message);
  };
  const hear = (fn) => (message) => ((at = performance.now()), fn(message));
  const onMessage = { addListener: (fn) => port.onMessage.addListener(hear(fn)) };
  return { name, sender, onDisconnect, onMessage, postMessage, disconnect: () => port.disconnect() };
};
onConnect.addListener = (fn) => add((port) => fn(timed(port)));
api.runtime.onMessage.addListener((message, sender, answer) => {
  if (message.times) answer(times);
  if (message.forget) times.answers = [];
  return false;
});
"""
_PAGE = """
{
  const api = globalThis.browser ?? chrome;
  const connect = (options) => {
    const began = performance.now();
    const port = api.runtime.connect(options);
    const said = [];
    port.onMessage.addListener(() => {
      said.push(performance.now() - began);
      document.documentElement.dataset.answered = said.join(" ");
    });
    return port;
  };
  const { onMessage } = api.runtime;
  const runtime = {
    onMessage,
    connect,
    get id() { return api.runtime.id; },
    get lastError() { return api.runtime.lastError; },
  };
  Object.defineProperty(globalThis, "browser", { value: { runtime }, configurable: true });
}
"""


def clocked(browser: str) -> bytes:
    """The zip for a browser. ``{times: true}`` sent to the background tells of its answers; a page has them, too."""
    packed = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(pack("firefox" if browser == "firefox" else "chrome").data))
    with source, zipfile.ZipFile(packed, "w") as files:
        for name in source.namelist():
            files.writestr(name, _with_clock(name, source.read(name)))
        files.writestr("background/clock.js", _BACKGROUND)
        files.writestr("background/clocked.js", 'import "./clock.js";\nimport "./index.js";\n')
    return packed.getvalue()


def _with_clock(name: str, raw: bytes) -> bytes:
    if name == "content/collect.js":
        return _PAGE.encode() + raw
    if name != "manifest.json":
        return raw
    manifest = json.loads(raw)
    for key in ("service_worker", "scripts"):
        if key in manifest["background"]:
            path = "background/clocked.js"
            manifest["background"][key] = [path] if key == "scripts" else path
    return json.dumps(manifest).encode()
