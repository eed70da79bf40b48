/** Who may say what, who is not heard, and what our own pages are told of a tab. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ALSO, PAGE, PHOTO, browse, browserAtGitHub, frame } from "./browsing.mjs";
import { ID, OWN } from "./fake_browser.mjs";

let browser;

beforeEach(async () => {
  browser = await browserAtGitHub();
});

test("what is no candidate is dropped without harm", async () => {
  const odd = [null, 7, "x", {}, { url: 7, place: 1 }, { url: "javascript:alert(1)", place: 1 }, { url: "data:text/html,x", place: 1 }];
  const { answers, findings } = await browse(browser, [
    { links: [...odd, { url: ALSO, place: -1 }, { url: ALSO, place: {} }, { url: `${ALSO}${"x".repeat(5000)}`, place: 1 }], images: odd },
    { names: "x", rows: { length: 9 } },
  ]);
  assert.deepEqual(answers, [{ more: true }, { more: true }, { more: false }]);
  assert.deepEqual(findings.works, []);
});

test("a message that is neither slice nor end closes the port", async () => {
  const port = await frame(browser);
  assert.deepEqual(await port.send({ hello: 1 }), { more: false });
  assert.equal(port.isOpen, false);
});

test("more slices than were asked for close the port", async () => {
  const port = await frame(browser);
  for (let count = 0; count < 10; count++) port.post({ slice: { links: [] } });
  assert.equal(port.isOpen, false);
});

test("who may not speak is not heard: other hosts, private windows, other extensions, other names", async () => {
  const bad = [
    { url: "https://gitlab.com/a/b" },
    { url: "https://github.com.evil.example/a" },
    { tab: { id: 7, url: PAGE, incognito: true } },
    { tab: undefined },
    { id: "another" },
    { url: "chrome://settings" },
    { url: "http://github.com/a/b" },
  ];
  for (const more of bad) {
    const port = await frame(browser, more);
    assert.equal(await port.send({ slice: { links: [{ url: ALSO, text: "", near: "", place: 1 }] } }), null, JSON.stringify(more));
    assert.deepEqual(port.received, []);
  }
  const port = await browser.connect({ url: PAGE, tab: { id: 7, url: PAGE } }, "other");
  assert.equal(port.isOpen, false);
  assert.equal(browser.session["findings/7"], undefined);
});

test("a tab cannot hold more than forty lines", async () => {
  const ports = [];
  for (let count = 0; count < 45; count++) ports.push(await frame(browser, { frameId: count }));
  assert.deepEqual([ports[0].isOpen, ports[39].isOpen, ports[40].isOpen], [true, true, false]);
  ports[0].end();
  assert.equal((await frame(browser, { frameId: 99 })).isOpen, true);
});

test("messages of anybody else get no answer", async () => {
  const message = { type: "settings.get" };
  const others = [
    { id: "another", url: `${OWN}popup/popup.html` },
    { id: ID, url: PAGE, tab: { id: 7, url: PAGE } },
    { id: ID },
    { id: ID, url: `${OWN.slice(0, -2)}x/` },
  ];
  for (const sender of others) assert.equal(await browser.say(message, sender), undefined);
  for (const odd of [null, "x", { type: "toString" }, { type: "settings.get", more: 1 }, { type: "hosts.set", id: 7, on: true }]) {
    assert.equal(await browser.say(odd), undefined);
  }
  assert.ok((await browser.say(message)).settings);
});

test("what was found on the page before is nothing as soon as the tab shows another one", async () => {
  const { state } = await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  assert.equal(state, "ready");
  browser.tabs.set(7, { id: 7, url: "https://github.com/example/other" }); // and the browser has not said so yet
  const { findings, state: now } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.deepEqual([findings, now], [null, "reading"]);
  assert.equal((await browser.say({ type: "pictures.compare", tabId: 7 })).looked, 0);
});

test("a page that went away while it was read says nothing more about its tab", async () => {
  const port = await frame(browser);
  let goOn = () => undefined;
  const isHeld = new Promise((held) => (browser.beforeLookUp = () => (held(), new Promise((resolve) => (goOn = resolve)))));
  port.post({ slice: { links: [{ url: ALSO, text: "", near: "", place: 1 }] } });
  await isHeld;
  port.end();
  const url = "https://github.com/example/other";
  await browse(browser, [], { page: url, title: "" }, { url, tab: { id: 7, url, incognito: false } });
  goOn(); // the page before comes to its end only now
  await browser.settle();
  const { findings, state } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.deepEqual([findings.page, findings.works, state], [url, [], "ready"]);
  assert.deepEqual(Object.keys(browser.session), ["findings/7"]);
});

test("a page that changes its address without a load is left, and its content script asked to look again", async () => {
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  const asked = [];
  browser.frames = (...args) => (asked.push(args), true);
  const url = "https://github.com/example/other";
  browser.tabs.set(7, { id: 7, url });
  await browser.emit("tabs.onUpdated", 7, { url }, { id: 7, url });
  assert.equal(browser.session["findings/7"].left, true);
  assert.deepEqual(asked, [[7, 0, { again: true }]]);
});

test("pictures that were compared belong to their page only", async () => {
  await browse(browser, [{ images: [{ url: "https://a.example/1.jpg", place: 1, w: 640, h: 480 }] }]);
  const url = "https://github.com/example/other";
  browser.frames = async (_tab, _frame, { pixels = [] }) => {
    await browse(browser, [], { page: url, title: "" }, { url, tab: { id: 7, url, incognito: false } });
    return pixels.map((place) => ({ place, width: 1, height: 1, data: "AAAA" }));
  };
  assert.equal((await browser.say({ type: "pictures.compare", tabId: 7 })).matched, 1);
  const { findings } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.deepEqual([findings.page, findings.pictures], [url, []]);
});

test("findings stay when the page is the same, and are put aside when the tab goes on", async () => {
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  await browser.emit("tabs.onUpdated", 7, { status: "loading" }, { id: 7, url: PAGE });
  assert.equal(browser.session["findings/7"].left, undefined);
  await browser.emit("tabs.onUpdated", 7, { status: "loading" }, { id: 7 });
  assert.equal(browser.session["findings/7"].left, true);
  assert.equal((await browser.say({ type: "findings.get", tabId: 7 })).findings, null);
});

test("with nothing to keep, or when the person wants it so, a tab that goes on leaves nothing", async () => {
  await browse(browser, []);
  await browser.emit("tabs.onRemoved", 7);
  assert.equal(browser.session["findings/7"], undefined);
  await browser.say({ type: "settings.set", changes: { keepFindings: false } });
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }], images: [{ url: PHOTO, place: 2, w: 300, h: 300 }] }]);
  await browser.emit("tabs.onRemoved", 7);
  assert.deepEqual(browser.session, {});
});

test("where there is no room any more, pages of the past make some", async () => {
  const images = Array.from({ length: 40 }, (_, at) => ({ url: `https://a.example/${"x".repeat(900)}${at}`, place: at, w: 99, h: 99 }));
  await browse(browser, [{ images, links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  browser.session["findings/5"] = { ...browser.session["findings/7"], left: true };
  browser.session["pictures/5"] = browser.session["pictures/7"];
  browser.quota = JSON.stringify(browser.session).length + 1000;
  const { answers, findings } = await browse(browser, [{ images: images.map((one) => ({ ...one, url: `${one.url}${"y".repeat(90)}` })) }]);
  assert.deepEqual(answers.at(-1), { more: false });
  assert.equal(findings.state, "ready");
  assert.equal(browser.session["findings/5"], undefined);
});

test("a place is marked by the content script of its frame", async () => {
  const asked = [];
  browser.frames = (...args) => (asked.push(args), { found: true });
  assert.deepEqual(await browser.say({ type: "findings.mark", tabId: 7, place: "3:#12" }), { found: true });
  browser.frames = () => undefined;
  assert.deepEqual(await browser.say({ type: "findings.mark", tabId: 7, place: "0:b.2" }), { found: false });
  assert.deepEqual(asked, [[7, 3, { mark: 12 }]]);
});

test("the state of a tab is told: off, other, no page, reading", async () => {
  const at = async (url) => {
    browser.tabs.set(9, { id: 9, url });
    browser.activeTab.add(9);
    return (await browser.say({ type: "findings.get", tabId: 9 })).state;
  };
  assert.equal(await at("https://gitlab.com/a/b"), "off");
  assert.equal(await at("https://unknown.example/"), "other");
  assert.equal(await at("about:blank"), "no-page");
  assert.equal(await at("https://github.com/a/b"), "reading");
  assert.equal((await browser.say({ type: "findings.get", tabId: 404 })).state, "no-page");
});

test("a page of any site is looked at when somebody asks, and only that one", async () => {
  const url = "https://unknown.example/gallery";
  browser.tabs.set(9, { id: 9, url });
  assert.equal((await browser.say({ type: "page.ask", tabId: 9 })).error.code, "no-tab");
  browser.activeTab.add(9);
  assert.deepEqual(await browser.say({ type: "page.ask", tabId: 9 }), { ok: true });
  assert.equal(browser.injected.at(-1).tabId, 9);
  assert.equal(browser.injected.at(-1).files.at(-1), "content/collect.js");
  const port = await browser.connect({ url, tab: { id: 9, url } });
  assert.deepEqual(await port.send({ slice: { images: [{ url: PHOTO, place: 1, w: 99, h: 99 }] } }), { more: true });
  const elsewhere = await browser.connect({ url: "https://other.example/", tab: { id: 9, url } });
  assert.equal(await elsewhere.send({ slice: {} }), null);
  await browser.emit("tabs.onUpdated", 9, { status: "loading" }, { id: 9 });
  assert.equal(browser.session["asked/9"], undefined);
});
