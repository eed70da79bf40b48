"""``python -m benchmarks.extension.reading [chromium|firefox]``: what reading a page costs its main thread.

For pages with 2,000 links in a list and in a table: all reading together and its longest task, all messages together
and the longest, in milliseconds; the best and the middle of ten loads each. The content scripts run as they are
registered; only a clock is put around them.
"""

import argparse
import io
import statistics
import tempfile
import zipfile
from pathlib import Path

from tests.extension.browsers import BROWSERS
from tests.extension.listener import everything, packed_listener
from tests.extension.listening import ON, Listening, listening

LOADS = 10
LINKS = 2_000
_CLOCK = """
{
  const times = { steps: [], messages: [] };
  const timed = (list, fn) => {
    const at = performance.now();
    const got = fn();
    list.push(performance.now() - at);
    return got;
  };
  const { prototype } = globalThis.commonswatch.Reading;
  const step = prototype.step;
  prototype.step = function (until) { timed(times.steps, () => step.call(this, until)); };
  const api = globalThis.browser ?? chrome;
  const connect = (options) => {
    const port = timed(times.messages, () => api.runtime.connect(options));
    const { onMessage, onDisconnect } = port;
    const postMessage = (message) => {
      timed(times.messages, () => port.postMessage(message));
      if (message.done) api.runtime.connect({ name: "times" }).postMessage(times);
    };
    return { onMessage, onDisconnect, disconnect: () => port.disconnect(), postMessage };
  };
  const runtime = { id: api.runtime.id, onMessage: api.runtime.onMessage, connect };
  Object.defineProperty(globalThis, "browser", { value: { runtime }, configurable: true });
}
"""


def pages() -> dict[str, str]:
    """The pages by name."""
    item = '<li>No. {0}: <a href="https://www.flickr.com/photos/example/5300000{0:04}/">harbour {0}</a></li>\n'
    row = '<tr><td>{0}</td><td><a href="/photo/{0}"><b>harbour</b> {0}</a></td><td>CC BY 4.0</td></tr>\n'
    items, rows = ("".join(one.format(number) for number in range(LINKS)) for one in (item, row))
    top = "<!doctype html><title>Harbours</title><body><h1>Harbours</h1>"
    return {"list": f"{top}<ul>{items}</ul>", "table": f"{top}<table>{rows}</table>"}


def main() -> None:
    """Print a table for each browser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("browsers", nargs="*", default=BROWSERS)
    print(f"{'':18}{'read':>14}{'longest':>14}{'messages':>14}{'longest':>14}   best / middle of {LOADS}, ms")
    for name in parser.parse_args().browsers:
        with tempfile.TemporaryDirectory() as folder, listening(name, Path(folder), _with_clock()) as here:
            for page, html in pages().items():
                _print(f"{name} {page}", [_measure(here, page, html, number) for number in range(LOADS)])


def _measure(here: Listening, page: str, html: str, number: int) -> dict[str, list[float]]:
    path = f"/{page}{number}"
    here.add(path, html)
    tab = here.open(ON + path)
    ports = here.wait_for(ON + path, lambda ports: any(port["name"] == "times" and port["said"] for port in ports))
    tab.close()
    assert len(everything(ports, "links")) == LINKS
    return dict(ports[-1]["said"][0])


def _print(title: str, all_times: list[dict[str, list[float]]]) -> None:
    columns = [[fold(times[kind]) for times in all_times] for kind in ("steps", "messages") for fold in (sum, max)]
    print(f"{title:18}" + "".join(f"{min(one):7.1f} /{statistics.median(one):5.1f}" for one in columns))


def _with_clock() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed_listener())) as given, zipfile.ZipFile(packed, "w") as files:
        for name in given.namelist():
            clock = _CLOCK if name == "content/collect.js" else ""
            files.writestr(name, clock.encode() + given.read(name))
    return packed.getvalue()


if __name__ == "__main__":
    main()
