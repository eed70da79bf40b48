/** Reading a page in pieces, and only those that may matter, finds what reading all of it finds. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";

const PAGES = new URL("../../tests/fixtures/pages/", import.meta.url);
const AT = "https://github.com/example/page";

new FakeBrowser();
const { readPage } = await import("../src/background/copies.js?worker=9001");
const { rulebooks } = await import("../src/background/rulebooks.js?worker=9001");
const { plainAddress } = await import("../src/background/addresses.js?worker=9001");

test("no link to a copy on any page of the vectors is missed, and none is made up", async () => {
  const rules = await rulebooks();
  let count = 0;
  for (const file of readdirSync(PAGES)) {
    const text = readFileSync(new URL(file, PAGES), "utf8");
    const links = rules.readLinks(text, AT, "");
    const wanted = links.filter(({ role, dataset, url }) => dataset && ["data", "features", "list"].includes(role) && plainAddress(url, rules));
    const shown = () => ({ place: 0, text: "" });
    const { copies } = await readPage(text, { page: AT, mediaType: "", frame: 0, shown });
    const plain = wanted.map(({ url, dataset, role }) => `${plainAddress(url, rules).url} ${dataset} ${role}`);
    assert.deepEqual(copies.map(({ url, dataset, role }) => `${url} ${dataset} ${role}`), plain, file);
    count += wanted.length;
  }
  assert.ok(count > 100, String(count));
});

test("a page of two thousand links is read in less than 50 ms of the background's time", async () => {
  const rules = await rulebooks();
  const links = Array.from({ length: 2000 }, (_, at) => `<p><a href="https://live.staticflickr.com/65535/53381${10000 + at}_0123456789_b.jpg">${at}</a></p>`);
  const text = `<h1>VGGFace2 dataset</h1>\n${links.join("\n")}`;
  const spent = [];
  for (let times = 0; times < 5; times++) {
    const start = process.cpuUsage();
    await readPage(text, { page: AT, mediaType: "text/html", frame: 0, shown: () => ({ place: 0, text: "" }) });
    const { user, system } = process.cpuUsage(start);
    spent.push((user + system) / 1000);
  }
  assert.ok(rules && Math.min(...spent) < 50, `${spent} ms`);
});
