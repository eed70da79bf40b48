/** From a page to findings and the badge: what is found, where, and that nothing leaves and nothing is told. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser, ID, OWN } from "./fake_browser.mjs";

const PAGE = "https://github.com/example/faces/blob/main/README.md?utm_source=x#data";
const PHOTO = "https://live.staticflickr.com/65535/53381630964_0123456789_b.jpg";
const ALSO = "https://www.flickr.com/photos/someone/53381630965/";

let browser;

beforeEach(async () => {
  browser = new FakeBrowser();
  browser.listed = new Set(["flickr:photo:53381630964", "flickr:photo:53381630965"]);
  await switchOn("github");
});

async function switchOn(id) {
  const { hosts } = await browser.say({ type: "hosts.list" });
  await browser.grant(hosts.find((host) => host.id === id).origins);
  return browser.say({ type: "hosts.set", id, on: true });
}

function frame(more = {}) {
  const tab = { id: 7, url: PAGE, incognito: false };
  browser.tabs.set(7, { id: 7, url: more.tab?.url ?? PAGE });
  return browser.connect({ url: PAGE, tab, ...more });
}

async function browse(slices, done = { page: PAGE, title: "faces" }, more = {}) {
  const port = await frame(more);
  const answers = [];
  for (const slice of slices) answers.push(await port.send({ slice }));
  answers.push(await port.send({ done }));
  await browser.settle();
  return { port, answers, ...(await browser.say({ type: "findings.get", tabId: 7 })) };
}

test("registered works are found by link, picture, file name and row, each once, each with its place", async () => {
  const { findings, state } = await browse([
    { links: [{ url: ALSO, text: "a photo", near: "", place: 1 }], images: [{ url: PHOTO, place: 2, w: 300, h: 200 }] },
    { names: [{ text: "53381630964_0123456789_b.jpg", place: 3 }], rows: [{ text: `1\t${PHOTO}\tsomeone`, place: 4 }] },
  ]);
  assert.equal(state, "ready");
  assert.deepEqual(
    findings.works.map(({ key, how, place, url, text }) => ({ key, how, place, url, text })),
    [
      { key: "flickr:photo:53381630965", how: "key", place: "0:#1", url: ALSO, text: "a photo" },
      { key: "flickr:photo:53381630964", how: "key", place: "0:#2", url: PHOTO, text: PHOTO },
    ],
  );
  assert.deepEqual(findings.counts, { candidates: 4, matched: 2 });
  assert.equal(browser.badges.get(7), "2");
  assert.equal(findings.page, "https://github.com/example/faces/blob/main/README.md");
});

test("the page learns nothing: only whether to go on", async () => {
  const { port } = await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  assert.deepEqual(port.received, [{ more: true }, { more: false }]);
  assert.equal(port.isOpen, false);
});

test("nothing leaves, whether something was found or not", async () => {
  await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  await browse([{ links: [{ url: "https://www.flickr.com/photos/x/1234567890/", text: "", near: "", place: 1 }] }]);
  assert.deepEqual(browser.requests, []);
});

test("links to copies are read from the words of the page, their access codes kept apart", async () => {
  const share = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK";
  const text = `# MS-Celeb-1M\n\nThe dataset: [Baidu](${share}) 提取码: ab12\n`;
  const links = [{ url: share, text: "Baidu", near: "The dataset", place: "a.1" }];
  const { findings } = await browse([{ links }], { page: PAGE, title: "", text, mediaType: "text/markdown" });
  const [copy] = findings.copies;
  assert.equal(copy.dataset, "ms-celeb-1m");
  assert.equal(copy.role, "data");
  assert.equal(copy.url, share);
  assert.equal(copy.place, "0:a.1");
  assert.equal(copy.from, "baidu");
  assert.equal(copy.hasCode, true);
  assert.equal(copy.unlisted, true);
  assert.match(copy.reason, /ms-celeb-1m/i);
  assert.equal(copy.name, "MS-Celeb-1M");
  assert.ok(!JSON.stringify(findings).includes("ab12"));
  assert.deepEqual(Object.values(browser.session["codes/7"]), ["ab12"]);
  assert.equal(browser.badges.get(7), "1");
});

test("without a text, the words near links are read", async () => {
  const url = "https://drive.google.com/file/d/1Example001AbCdEfGhIjKlMnOpQr/view";
  const { findings } = await browse([{ links: [{ url, text: "download", near: "Images of the VGGFace2 dataset:", place: 5 }] }]);
  assert.deepEqual(findings.copies.map(({ dataset, role, place }) => [dataset, role, place]), [["vggface2", "data", "0:#5"]]);
});

test("a long page is read in pieces that keep their heading", async () => {
  const filler = Array.from({ length: 400 }, (_, at) => `Paragraph ${at} says nothing about anything at all, really.`).join("\n\n");
  const url = "https://drive.google.com/file/d/1Example001AbCdEfGhIjKlMnOpQr/view";
  const text = `# About\n\n${filler}\n\n# VGGFace2 dataset\n\n[images](${url})\n\n${filler}`;
  const { findings } = await browse([], { page: PAGE, title: "", text, mediaType: "text/markdown" });
  assert.deepEqual(findings.copies.map(({ dataset }) => dataset), ["vggface2"]);
});

test("files of a dataset that lie at a place make it one of its copies", async () => {
  const folder = "https://github.com/example/faces/tree/main/data";
  const { findings } = await browse([{ names: [{ text: "FaceImageCroppedWithAlignment.tsv", place: 9 }] }], { page: folder }, {
    url: folder,
    tab: { id: 7, url: folder },
  });
  assert.equal(findings.copies[0]?.dataset, "ms-celeb-1m");
  assert.equal(findings.copies[0].url, folder);
});

test("frames are put together; a new page in the top frame starts anew", async () => {
  await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  const { findings } = await browse([{ images: [{ url: PHOTO, place: 1, w: 1, h: 1 }] }], {}, { frameId: 3, url: `${PAGE}&inner` });
  assert.deepEqual(findings.works.map(({ place }) => place), ["0:#1", "3:#1"]);
  assert.equal(findings.page, "https://github.com/example/faces/blob/main/README.md");
  const other = await browse([], { page: "https://github.com/example/other", title: "" });
  assert.deepEqual(other.findings.works, []);
  assert.equal(browser.badges.get(7), "");
});

test("a page that changes its own address says so, but never another site's", async () => {
  const { findings } = await browse([], { page: "https://bank.example/account", title: "" });
  assert.equal(findings.page, "https://github.com/example/faces/blob/main/README.md");
});

test("the cap ends the collection and says so", async () => {
  const port = await frame();
  const links = Array.from({ length: 2000 }, (_, at) => ({ url: `https://a.example/${at}`, text: "", near: "", place: at }));
  let answer;
  for (let slices = 0; slices < 100; slices++) answer = await port.send({ slice: { links } });
  assert.deepEqual(answer, { more: false });
  await browser.settle();
  const { findings } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.equal(findings.capped, true);
  assert.equal(findings.counts.candidates, 200_000);
});

test("what is no candidate is dropped without harm", async () => {
  const odd = [null, 7, "x", {}, { url: 7, place: 1 }, { url: "javascript:alert(1)", place: 1 }, { url: "data:text/html,x", place: 1 }];
  const { answers, findings } = await browse([
    { links: [...odd, { url: ALSO, place: -1 }, { url: ALSO, place: {} }, { url: `${ALSO}${"x".repeat(5000)}`, place: 1 }], images: odd },
    { names: "x", rows: { length: 9 } },
  ]);
  assert.deepEqual(answers, [{ more: true }, { more: true }, { more: false }]);
  assert.deepEqual(findings.works, []);
});

test("a slice over the limit is cut, and that is said", async () => {
  const links = Array.from({ length: 2100 }, (_, at) => ({ url: `https://a.example/${at}`, text: "", near: "", place: at }));
  const { findings } = await browse([{ links }]);
  assert.equal(findings.capped, true);
});

test("a message that is neither slice nor end closes the port", async () => {
  const port = await frame();
  assert.deepEqual(await port.send({ hello: 1 }), { more: false });
  assert.equal(port.isOpen, false);
});

test("more slices than were asked for close the port", async () => {
  const port = await frame();
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
    const port = await frame(more);
    assert.equal(await port.send({ slice: { links: [{ url: ALSO, text: "", near: "", place: 1 }] } }), null, JSON.stringify(more));
    assert.deepEqual(port.received, []);
  }
  const port = await browser.connect({ url: PAGE, tab: { id: 7, url: PAGE } }, "other");
  assert.equal(port.isOpen, false);
  assert.equal(browser.session["findings/7"], undefined);
});

test("a tab cannot hold more than forty lines", async () => {
  const ports = [];
  for (let count = 0; count < 45; count++) ports.push(await frame({ frameId: count }));
  assert.deepEqual([ports[0].isOpen, ports[39].isOpen, ports[40].isOpen], [true, true, false]);
  ports[0].end();
  assert.equal((await frame({ frameId: 99 })).isOpen, true);
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

test("findings stay when the page is the same, and are put aside when the tab goes on", async () => {
  await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  await browser.emit("tabs.onUpdated", 7, { status: "loading" }, { id: 7, url: PAGE });
  assert.equal(browser.session["findings/7"].left, undefined);
  await browser.emit("tabs.onUpdated", 7, { status: "loading" }, { id: 7 });
  assert.equal(browser.session["findings/7"].left, true);
  assert.equal((await browser.say({ type: "findings.get", tabId: 7 })).findings, null);
});

test("with nothing to keep, or when the person wants it so, a tab that goes on leaves nothing", async () => {
  await browse([]);
  await browser.emit("tabs.onRemoved", 7);
  assert.equal(browser.session["findings/7"], undefined);
  await browser.say({ type: "settings.set", changes: { keepFindings: false } });
  await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }], images: [{ url: PHOTO, place: 2, w: 300, h: 300 }] }]);
  await browser.emit("tabs.onRemoved", 7);
  assert.deepEqual(browser.session, {});
});

test("a place is marked by the content script of its frame", async () => {
  const asked = [];
  browser.frames = (...args) => (asked.push(args), { found: true });
  assert.deepEqual(await browser.say({ type: "findings.mark", tabId: 7, place: "3:#12" }), { found: true });
  browser.frames = () => undefined;
  assert.deepEqual(await browser.say({ type: "findings.mark", tabId: 7, place: "0:b.2" }), { found: false });
  assert.deepEqual(asked, [[7, 3, { mark: 12 }]]);
});

test("pictures are compared on request only, with the pixels their frames give", async () => {
  await browse([{ images: [{ url: "https://a.example/1.jpg", place: 1, w: 640, h: 480 }, { url: "https://a.example/2.jpg", place: 2, w: 640, h: 480 }, { url: "https://a.example/3.jpg", place: 3, w: 10, h: 480 }] }]);
  browser.frames = (_tab, _frame, { pixels }) => pixels.map((place) => ({ place, width: 1, height: 1, data: place === 1 ? "AAAA" : null }));
  const answer = await browser.say({ type: "pictures.compare", tabId: 7 });
  assert.deepEqual(answer, { looked: 2, unreadable: 1, capped: false, matched: 1 });
  const { findings } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.deepEqual(findings.pictures.map(({ place, distance }) => [place, distance]), [["0:#1", 4]]);
  assert.equal(browser.badges.get(7), "1");
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

test("rules that came with the list are used; those that cannot be read are not", async () => {
  browser.stopWorker();
  browser.listRules = { media_hosts: { families: "nonsense" } };
  const { findings } = await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  assert.equal(findings.works.length, 1);
});

test("the background never works longer than a moment without a break", async () => {
  await browse([{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]); // compiled by now
  const port = await frame();
  const rows = Array.from({ length: 2000 }, (_, at) => ({ text: `${at},https://live.staticflickr.com/1/5338163${1000 + at}_0123456789_b.jpg,a b c d`, place: at }));
  const stretches = [];
  for (let slices = 0; slices < 5; slices++) {
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    await port.send({ slice: { rows } });
    clearInterval(watch);
    stretches.push(longest);
  }
  stretches.sort((one, other) => one - other);
  assert.ok(stretches[2] < 50, `${stretches} ms`); // others use this machine, too
});
