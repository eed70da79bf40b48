/** From a page to findings and the badge: what is found, where, and that nothing leaves and nothing is told. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ALSO, PAGE, PHOTO, browse, browserAtGitHub, frame } from "./browsing.mjs";

let browser;

beforeEach(async () => {
  browser = await browserAtGitHub();
});

test("registered works are found by link, picture, file name and row, each once, each with its place", async () => {
  const { findings, state } = await browse(browser, [
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
  const { port } = await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  assert.deepEqual(port.received, [{ more: true }, { more: false }]);
  assert.equal(port.isOpen, false);
});

test("nothing leaves, whether something was found or not", async () => {
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  await browse(browser, [{ links: [{ url: "https://www.flickr.com/photos/x/1234567890/", text: "", near: "", place: 1 }] }]);
  assert.deepEqual(browser.requests, []);
});

test("links to copies are read from the words of the page, their access codes kept apart", async () => {
  const share = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK";
  const text = `# MS-Celeb-1M\n\nThe dataset: [Baidu](${share}) 提取码: ab12\n`;
  const links = [{ url: share, text: "Baidu", near: "The dataset", place: "a.1" }];
  const { findings } = await browse(browser, [{ links }], { page: PAGE, title: "", text, mediaType: "text/markdown" });
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
  const { findings } = await browse(browser, [{ links: [{ url, text: "download", near: "Images of the VGGFace2 dataset:", place: 5 }] }]);
  assert.deepEqual(findings.copies.map(({ dataset, role, place }) => [dataset, role, place]), [["vggface2", "data", "0:#5"]]);
});

test("a long page is read in pieces that keep their heading", async () => {
  const filler = Array.from({ length: 400 }, (_, at) => `Paragraph ${at} says nothing about anything at all, really.`).join("\n\n");
  const url = "https://drive.google.com/file/d/1Example001AbCdEfGhIjKlMnOpQr/view";
  const text = `# About\n\n${filler}\n\n# VGGFace2 dataset\n\n[images](${url})\n\n${filler}`;
  const { findings } = await browse(browser, [], { page: PAGE, title: "", text, mediaType: "text/markdown" });
  assert.deepEqual(findings.copies.map(({ dataset }) => dataset), ["vggface2"]);
});

test("files of a dataset that lie at a place make it one of its copies", async () => {
  const folder = "https://github.com/example/faces/tree/main/data";
  const { findings } = await browse(browser, [{ names: [{ text: "FaceImageCroppedWithAlignment.tsv", place: 9 }] }], { page: folder }, {
    url: folder,
    tab: { id: 7, url: folder },
  });
  assert.equal(findings.copies[0]?.dataset, "ms-celeb-1m");
  assert.equal(findings.copies[0].url, folder);
});

test("frames are put together; a new page in the top frame starts anew", async () => {
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  const { findings } = await browse(browser, [{ images: [{ url: PHOTO, place: 1, w: 1, h: 1 }] }], {}, { frameId: 3, url: `${PAGE}&inner` });
  assert.deepEqual(findings.works.map(({ place }) => place), ["0:#1", "3:#1"]);
  assert.equal(findings.page, "https://github.com/example/faces/blob/main/README.md");
  const url = "https://github.com/example/other";
  const other = await browse(browser, [], { page: url, title: "" }, { tab: { id: 7, url, incognito: false } });
  assert.deepEqual(other.findings.works, []);
  assert.equal(browser.badges.get(7), "");
});

test("a page that is read again shows what it showed, until it is read to the end", async () => {
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  const port = await frame(browser);
  await port.send({ slice: {} });
  assert.equal((await browser.say({ type: "findings.get", tabId: 7 })).findings.counts.candidates, 1);
  await port.send({ slice: { images: [{ url: PHOTO, place: 1, w: 1, h: 1 }] } });
  assert.equal(browser.badges.get(7), "2");
  await port.send({ done: { page: PAGE } });
  const { findings } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.deepEqual(findings.works.map(({ url }) => url), [PHOTO]);
  assert.equal(browser.badges.get(7), "1");
});

test("a page that changes its own address says so, but never another site's", async () => {
  const { findings } = await browse(browser, [], { page: "https://bank.example/account", title: "" });
  assert.equal(findings.page, "https://github.com/example/faces/blob/main/README.md");
});

test("the cap ends the collection and says so", async () => {
  const port = await frame(browser);
  const links = Array.from({ length: 2000 }, (_, at) => ({ url: `https://a.example/${at}`, text: "", near: "", place: at }));
  let answer;
  for (let slices = 0; slices < 100; slices++) answer = await port.send({ slice: { links } });
  assert.deepEqual(answer, { more: false });
  await browser.settle();
  const { findings } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.equal(findings.capped, true);
  assert.equal(findings.state, "ready");
  assert.equal(findings.counts.candidates, 200_000);
});

test("a slice over the limit is cut, and that is said", async () => {
  const links = Array.from({ length: 2100 }, (_, at) => ({ url: `https://a.example/${at}`, text: "", near: "", place: at }));
  const { findings } = await browse(browser, [{ links }]);
  assert.equal(findings.capped, true);
});

test("pictures are compared on request only, with the pixels their frames give", async () => {
  await browse(browser, [{ images: [{ url: "https://a.example/1.jpg", place: 1, w: 640, h: 480 }, { url: "https://a.example/2.jpg", place: 2, w: 640, h: 480 }, { url: "https://a.example/3.jpg", place: 3, w: 10, h: 480 }] }]);
  browser.frames = (_tab, _frame, { pixels }) => pixels.map((place) => ({ place, width: 1, height: 1, data: place === 1 ? "AAAA" : null }));
  const answer = await browser.say({ type: "pictures.compare", tabId: 7 });
  assert.deepEqual(answer, { looked: 2, unreadable: 1, capped: false, matched: 1 });
  const { findings } = await browser.say({ type: "findings.get", tabId: 7 });
  assert.deepEqual(findings.pictures.map(({ place, distance }) => [place, distance]), [["0:#1", 4]]);
  assert.equal(browser.badges.get(7), "1");
});

test("rules that came with the list are used; those that cannot be read are not", async () => {
  browser.stopWorker();
  browser.listRules = { media_hosts: { families: "nonsense" } };
  const { findings } = await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]);
  assert.equal(findings.works.length, 1);
});

test("the background never works longer than a moment without a break", async () => {
  await browse(browser, [{ links: [{ url: ALSO, text: "", near: "", place: 1 }] }]); // compiled by now
  const port = await frame(browser);
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
