/**
 * Reports exactly as the extension sends them, kept as files that the server's tests send to the real API.
 *
 * A file that differs fails; write them anew with `PAYLOADS=write node --test tests/payloads.test.mjs`.
 */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER, found } from "./played_server.mjs";

const FOLDER = new URL("../../tests/fixtures/payloads/", import.meta.url);
const SHARE = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK";
const DRIVE = "https://drive.google.com/file/d/1Example001AbCdEfGhIjKlMnOpQr/view?usp=sharing";
const HASH = "0123456789abcdef0123456789abcdef01234567";
const README = `# MS-Celeb-1M

The dataset: [Baidu](${SHARE}) 提取码: ab12, [Drive](${DRIVE}).

## VGGFace2

The dataset as a [torrent](magnet:?xt=urn:btih:${HASH}&dn=vggface2_train.tar.gz).
`;

const first = new FakeBrowser();
const { bodyOf } = await import("../src/shared/api.js");

let browser = first;
let server;
const made = new Set();

beforeEach(async () => {
  browser = new FakeBrowser();
  server = new PlayedServer(browser);
  await browser.say({ type: "settings.set", changes: { server: SERVER } });
});

/** Send a draft and compare the very bytes that went out with the file. */
async function sent(name, { report }, changes = {}, more = {}) {
  const answer = await browser.say({ type: "report.send", draft: { ...report, ...changes }, when: "now", ...more });
  assert.ok(answer.id, JSON.stringify(answer));
  await browser.settle();
  const { body } = [...server.taken.values()].at(-1);
  assert.equal(body, bodyOf({ ...report, ...changes }), "sent word for word as it was shown");
  made.add(`${name}.json`);
  const file = new URL(`${name}.json`, FOLDER);
  if (process.env.PAYLOADS === "write") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, `${body}\n`);
  }
  assert.equal(`${body}\n`, readFileSync(file, "utf8"), `${name}.json differs: PAYLOADS=write writes it anew`);
  return JSON.parse(body);
}

const draft = (more = {}) => browser.say({ type: "report.draft", tabId: 7, ...more });

async function pointAt(click) {
  await browser.emit("contextMenus.onClicked", click, { id: 7 });
  return new URL(browser.opened.at(-1)).searchParams.get("hand");
}

test("works by address and by file name", async () => {
  await found(browser, { works: ["53381630964", "53381630965"] });
  browser.listed.add("flickr:photo:53381630966");
  const url = "https://github.com/example/faces";
  const port = await browser.connect({ url, frameId: 2, tab: { id: 7, url } });
  await port.send({ slice: { names: [{ text: "53381630966_0123456789_b.jpg", place: 1 }] } });
  await port.send({ done: {} });
  const { media } = await sent("works", await draft());
  assert.deepEqual(media.at(-1), { name: "53381630966_0123456789_b.jpg", key: "flickr:photo:53381630966" });
});

test("copies of several datasets, without their access codes", async () => {
  const links = [{ url: SHARE, text: "Baidu (ab12)", near: "", place: "1.1" }, { url: DRIVE, text: "Drive", near: "", place: "1.2" }];
  await found(browser, { works: [], text: README, links });
  const { links: told, dataset } = await sent("copies", await draft());
  assert.deepEqual(told.map(({ text }) => text), ["Baidu (…)", "Drive", undefined]);
  assert.equal(dataset, undefined);
});

test("a copy with its access code, because somebody kept it, and a note", async () => {
  await found(browser, { works: ["53381630964"], text: README.split("##")[0] });
  const report = await draft({ keep: ["/links/0"] });
  const { links } = await sent("access-code", report, { note: "The code stands beside the link.\nSeen today. 中文" });
  assert.equal(links[0].url, `${SHARE}?pwd=ab12`);
});

test("a picture that looks like a registered work", async () => {
  await found(browser, { works: [], text: "" });
  const url = "https://github.com/example/faces";
  const port = await browser.connect({ url, tab: { id: 7, url } });
  await port.send({ slice: { images: [{ url: "https://pictures.example/face.jpg?X-Amz-Signature=secret", place: 1, w: 300, h: 300 }] } });
  await port.send({ done: { page: url } });
  browser.frames = (_tab, _frame, { pixels }) => pixels.map((place) => ({ place, width: 1, height: 1, data: "AAAA" }));
  await browser.say({ type: "pictures.compare", tabId: 7 });
  const { media } = await sent("pictures", await draft());
  assert.deepEqual(media, [{ url: "https://pictures.example/face.jpg", pdq: "ab".repeat(32), quality: 90 }]);
});

test("what somebody pointed at: a picture, a link, a page", async () => {
  const pageUrl = "https://blog.example/post?utm_source=feed#comments";
  const picture = await pointAt({ menuItemId: "picture", pageUrl, srcUrl: "https://live.staticflickr.com/65535/53381630964_0123456789_b.jpg" });
  await sent("hand-picture", await draft({ hand: picture }), {}, { hand: picture });
  const link = await pointAt({ menuItemId: "link", pageUrl, linkUrl: DRIVE, linkText: "All the faces" });
  await sent("hand-link", await draft({ hand: link }), {}, { hand: link });
  const page = await pointAt({ menuItemId: "page", pageUrl });
  await sent("hand-page", await draft({ hand: page }), { note: "A gallery of faces." }, { hand: page });
});

test("parts taken out", async () => {
  await found(browser, { works: ["53381630964"], text: README.split("##")[0] });
  const report = await draft();
  const links = report.report.links.map(({ url }) => ({ url }));
  await sent("parts-taken-out", report, { observed_at: undefined, dataset: undefined, media: [], links });
});

test("as much as a report takes", async () => {
  await found(browser, { works: Array.from({ length: 520 }, (_, at) => String(53381630000 + at)) });
  const report = await draft();
  const { media } = await sent("largest", report, { note: "x".repeat(2000) });
  assert.equal(media.length, 500);
});

after(() => assert.deepEqual(readdirSync(FOLDER).sort(), [...made].sort(), "a file nobody makes"));
