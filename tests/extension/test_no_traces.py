"""A page that looks for the extension with all it has sees what it sees where the extension does not run."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.extension.browsers import BROWSERS, number_of
from tests.extension.listener import everything, say
from tests.extension.listening import OFF, ON, Listening, listening

pytestmark = pytest.mark.browser

SPY = """
  const seen = { called: {}, events: [], changes: 0, console: 0, read: 0, timers: [] };
  const count = (name) => { seen.called[name] = (seen.called[name] ?? 0) + 1; };
  const spied = { Node, Element, Document, CharacterData, HTMLElement, HTMLAnchorElement, HTMLImageElement, EventTarget,
    MutationObserver, Performance, Range, HTMLTextAreaElement, HTMLCanvasElement, URL, RegExp, Text };
  const timers = () => [setTimeout(() => 0, 0), requestAnimationFrame(() => 0), requestIdleCallback(() => 0)];
  window.globals = Object.getOwnPropertyNames(window).length;
  new MutationObserver((records) => { seen.changes += records.length; }).observe(document, {
    subtree: true, childList: true, attributes: true, characterData: true });
  for (const name of ["error", "unhandledrejection", "securitypolicyviolation", "message", "scroll",
    "selectionchange", "storage", "toggle", "animationstart", "transitionstart", "rejectionhandled"])
    addEventListener(name, () => seen.events.push(name), true);
  for (const name of ["log", "warn", "error", "info", "debug"]) console[name] = () => { seen.console++; };
  const link = document.querySelector("a");
  for (const name of ["href", "textContent", "nodeName", "firstChild", "nextSibling", "getAttribute", "toString"])
    Object.defineProperty(link, name, { get() { seen.read++; return undefined; } });
  for (const [owner, { prototype }] of Object.entries(spied))
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const { get, value, configurable } = Object.getOwnPropertyDescriptor(prototype, name);
    if (!configurable || name === "constructor" || !(get || typeof value === "function")) continue;
    const real = get ?? value;
    const fake = function (...all) {
      if (window.isArmed) count(owner + "." + name);
      return Reflect.apply(real, this, all);
    };
    Object.defineProperty(prototype, name, get ? { get: fake } : { value: fake });
  }
  Object.defineProperty(Object.prototype, "then", { configurable: true, get() { if (window.isArmed) seen.read++; } });
  seen.timers = timers();
  window.isArmed = true;
  window.look = () => {
    window.isArmed = false;
    delete Object.prototype.then;
    const now = timers();
    return JSON.stringify({
      called: seen.called, changes: seen.changes, console: seen.console, read: seen.read,
      events: seen.events, timers: now.map((one, at) => one - seen.timers[at]),
      page: document.documentElement.outerHTML.replaceAll(location.host, "HOST"),
      globals: Object.getOwnPropertyNames(window).length - window.globals,
      entries: ["resource", "mark", "measure", "longtask"].map((one) => performance.getEntriesByType(one).length),
      sheets: [document.styleSheets.length, document.adoptedStyleSheets.length, document.getAnimations().length],
      stored: [localStorage.length, sessionStorage.length, document.cookie],
      chosen: String(getSelection()), active: document.activeElement.nodeName,
      scripts: document.scripts.length, defined: [...(CSS.highlights ?? [])].length,
    });
  };
"""
ICON = '<link rel="icon" href="data:,">'  # else the browser asks for one by itself
PAGE = f"""<!doctype html><html lang="en"><head><title>Spy</title>{ICON}</head><body>
<form><input name="firstChild"><input name="nodeName"><input id="attributes"><a href="/one">one</a></form>
<img name="documentElement"><img name="title"><a id="commonswatch" href="/x">x</a>
<a id="commonswatchSite" href="/y">y</a><a id="scheduler" href="/z">z</a>
<p id="browser">53000000001_0123456789_b.jpg</p>
{"".join(f"<p><a href=/photo/{number}>photo {number}</a>" for number in range(200))}
<script>{SPY}</script></body></html>"""


@pytest.fixture(scope="module", params=BROWSERS)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(request.param, tmp_path_factory.mktemp("traces")) as listener:
        yield listener


def test_a_page_that_is_read_sees_nothing_of_it(here: Listening) -> None:
    url = here.add("/spy", PAGE)
    asked = len(here.web.asked)
    alone = here.open(OFF + "/spy")
    time.sleep(1)
    without = json.loads(alone.evaluate("() => look()"))
    tab, ports = here.read(url)
    links = [link["url"] for link in everything(ports, "links")]
    assert f"{ON}/one" in links
    assert len(links) == 204, "the whole page was read in spite of its names"
    assert json.loads(tab.evaluate("() => look()")) == without
    assert without["called"] == {}, "the spy counts itself"
    hosts = {ON.removeprefix("https://"), OFF.removeprefix("https://")}
    assert {path for host, path in here.web.asked[asked:] if host in hosts} <= {"/spy", "/favicon.ico"}
    for one in (tab, alone):
        one.close()


def test_after_a_place_was_marked_the_page_is_as_before(here: Listening) -> None:
    url = here.add("/marked", f"<!doctype html><html><head>{ICON}</head><body><p><a href=/one>one</a></body></html>")
    tab, ports = here.read(url)
    before = tab.evaluate("() => document.documentElement.outerHTML")
    place = everything(ports, "links")[0]["place"]
    assert say(here.own, to=number_of(here.own, url), say={"mark": place}) == {"found": True}
    assert tab.evaluate("() => document.documentElement.outerHTML") == before
    assert tab.evaluate("() => performance.getEntriesByType('resource').length") == 0
    tab.close()
