/** Settings, addresses of servers, quiet hours, the seam to the browser: small rules by themselves. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { covers } from "./fake_parts.mjs";

const browser = new FakeBrowser();
const seam = await import("../src/shared/browser.js");
const { quietUntil, serverOf } = await import("../src/shared/settings.js");
const { bodyOf } = await import("../src/shared/api.js");
const { fits } = await import("../src/background/hosts.js");

test("a server is an origin with HTTPS, or this machine", () => {
  const servers = {
    "watch.example": "https://watch.example",
    " https://Watch.Example/path?x#y ": "https://watch.example",
    "https://watch.example:8443": "https://watch.example:8443",
    "http://localhost:8000/": "http://localhost:8000",
    "http://127.0.0.1:8000": "http://127.0.0.1:8000",
    "http://watch.example": null,
    "https://ada:secret@watch.example": null,
    "ftp://watch.example": null,
    "https://intranet": null,
    "javascript:alert(1)": null,
    "": null,
  };
  for (const [text, expected] of Object.entries(servers)) assert.equal(serverOf(text), expected, text);
});

test("quiet hours may go over midnight", () => {
  const at = (hours, minutes = 0, day = 23) => new Date(2026, 10, day, hours, minutes).getTime();
  const night = { from: "22:00", to: "07:30" };
  assert.equal(quietUntil(night, at(23)), at(7, 30, 24));
  assert.equal(quietUntil(night, at(3)), at(7, 30));
  assert.equal(quietUntil(night, at(7, 30)), null);
  assert.equal(quietUntil(night, at(12)), null);
  assert.equal(quietUntil({ from: "13:00", to: "14:00" }, at(13, 30)), at(14));
  assert.equal(quietUntil({ from: "13:00", to: "14:00" }, at(14)), null);
  assert.equal(quietUntil({ from: "13:00", to: "13:00" }, at(13)), null);
  assert.equal(quietUntil(null, at(13)), null);
});

test("what is sent has a fixed order and nothing empty, however it was stored", () => {
  const report = { page: "https://a.example/", version: 1, note: "", media: [], links: [{ role: "data", dataset: "lfw", url: "https://b.example/" }] };
  const text = bodyOf(report);
  assert.deepEqual(Object.keys(JSON.parse(text)), ["version", "page", "links"]);
  assert.deepEqual(Object.keys(JSON.parse(text).links[0]), ["url", "dataset", "role"]);
  assert.equal(bodyOf(JSON.parse(text)), text);
});

test("match patterns cover what browsers let them cover", () => {
  const cases = [
    ["https://github.com/*", "https://github.com/a", true],
    ["https://github.com/*", "http://github.com/a", false],
    ["https://github.com/*", "https://gist.github.com/a", false],
    ["https://github.com/*", "https://github.com.evil.example/", false],
    ["https://*.github.io/*", "https://a.b.github.io/x", true],
    ["https://*.github.io/*", "https://github.io/", true],
    ["https://*.github.io/*", "https://evilgithub.io/", false],
    ["https://github.com/*", "no address", false],
    ["ftp://github.com/*", "ftp://github.com/", false],
  ];
  for (const [pattern, url, expected] of cases) assert.equal(fits(pattern, url), expected, `${pattern} ${url}`);
  const ofTheWeb = cases.filter(([, url]) => url.startsWith("http"));
  for (const [pattern, url, expected] of ofTheWeb) assert.equal(covers(pattern, url), expected, `${pattern} ${url}`);
});

test("the seam asks the browser for tabs, pages and panels", async () => {
  browser.tabs.set(1, { id: 1, url: "https://a.example/", active: true, windowId: 5 });
  assert.deepEqual(await seam.currentTab(), { id: 1, url: "", windowId: 5 });
  browser.tabs.clear();
  assert.equal(await seam.currentTab(), null);
  await seam.openPage("options/options.html");
  browser.tabs.set(2, { id: 2, url: seam.ownUrl("options/options.html") });
  await seam.openPage("options/options.html");
  assert.equal(browser.opened.length, 1);
  assert.equal(browser.tabs.get(2).active, true);
  await seam.openTab("https://a.example/");
  assert.equal(browser.opened[1], "https://a.example/");
  const shown = [];
  browser.api.sidePanel = { open: async (where) => shown.push(where) };
  await seam.openPanel(5);
  delete browser.api.sidePanel;
  browser.api.sidebarAction = { open: async () => shown.push("sidebar") };
  await seam.openPanel(5);
  assert.deepEqual(shown, [{ windowId: 5 }, "sidebar"]);
  assert.equal(seam.version(), "0.1.0");
});

test("where the browser wants to be asked before data is sent, it is", async () => {
  assert.equal(await seam.askToSend(), true);
  browser.api.runtime.getBrowserInfo = () => ({});
  browser.api.permissions.request = async (wanted) => Object.keys(wanted)[0] === "data_collection" && false;
  assert.equal(await seam.askToSend(), false);
});

test("pages hear of changes in storage and of another tab", () => {
  const heard = [];
  const listening = {};
  const event = (name) => ({ addListener: (fn) => (listening[name] = fn) });
  browser.api.storage.onChanged = event("storage");
  browser.api.tabs.onActivated = event("activated");
  browser.api.tabs.onUpdated = event("updated");
  seam.onChanged((keys) => heard.push(keys));
  seam.onTab(() => heard.push("tab"));
  listening.storage({ outbox: {} });
  listening.activated();
  listening.updated(1, { status: "loading" });
  listening.updated(1, { status: "complete" });
  assert.deepEqual(heard, [["outbox"], "tab", "tab"]);
});
