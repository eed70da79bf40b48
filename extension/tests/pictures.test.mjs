/** Comparing the pictures of a page with the list's: from its own pixels, else by one plain request. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PlayedServer, emptied } from "./list_stage.mjs";
import { decoded, fileOf, open, waves } from "./picture_stage.mjs";
import { compare } from "../src/background/pictures.js";
import * as watchList from "../src/background/watch_list.js";
import { pdq } from "../src/shared/pdq.js";
import { Publisher } from "../tools/list_publisher.mjs";

const LISTED = [1, 2, 3].map((number) => waves(number));
const UNLISTED = [11, 12, 13].map((number) => waves(number));
const HOST = "https://pictures.example";
const onPage = (place, name = place) => ({ place: `0:${place}`, url: `${HOST}/${name}`, w: 80, h: 60 });
const pixelsOf = (place, { data, width, height }) => {
  return { place: `0:${place}`, width, height, data: Buffer.from(data).toString("base64") };
};
const noPixels = async (places) => places.map((place) => ({ place, width: 80, height: 60, data: null }));
const allowed = async (url) => url.startsWith(HOST);

/** A web of files by their addresses; notes what is asked for. */
class PlayedWeb {
  constructor(files) {
    Object.assign(this, { files, asked: [], now: 0, most: 0 });
    this.get = this.get.bind(this);
  }

  async get(url, options) {
    this.asked.push({ url, options });
    this.most = Math.max(this.most, ++this.now);
    await new Promise((resolve) => setImmediate(resolve));
    this.now--;
    const file = this.files[new URL(url).pathname.slice(1)];
    if (!file) return new Response("gone", { status: 404 });
    return Object.defineProperty(new Response(file.bytes ?? file), "url", { value: file.url ?? url });
  }
}

beforeEach(async () => {
  await emptied();
  const publisher = new Publisher().publish(
    ["a:1"],
    await Promise.all(LISTED.map(async (picture) => Buffer.from((await pdq(picture)).hash))),
  );
  await watchList.update({ force: true, now: publisher.now, server: new PlayedServer(publisher) });
});

test("pixels of the page itself are taken, and nothing is asked for", async () => {
  const web = new PlayedWeb({});
  const page = async () => [pixelsOf("a", LISTED[0]), pixelsOf("b", UNLISTED[0])];
  const answer = await compare([onPage("a"), onPage("b")], page, { allowed, get: web.get });
  assert.deepEqual([answer.looked, answer.unreadable, answer.capped], [2, 0, false]);
  const { hash, quality } = await pdq(LISTED[0]);
  const expected = { place: "0:a", url: `${HOST}/a`, pdq: Buffer.from(hash).toString("hex"), quality, distance: 0 };
  assert.deepEqual(answer.matched, [expected]);
  assert.deepEqual(web.asked, []);
});

test("what the page may not read is asked for once, without cookies and referrer", async () => {
  const web = new PlayedWeb({ a: fileOf(LISTED[1]), b: fileOf(UNLISTED[1]) });
  const answer = await compare([onPage("a"), onPage("b"), onPage("c", "a")], noPixels, { allowed, get: web.get });
  assert.deepEqual([answer.looked, answer.matched.length], [2, 1]);
  assert.deepEqual(
    web.asked.map(({ url }) => url),
    [`${HOST}/a`, `${HOST}/b`],
  );
  for (const { options } of web.asked) {
    assert.deepEqual([options.credentials, options.referrerPolicy], ["omit", "no-referrer"]);
    assert.ok(options.signal instanceof AbortSignal);
  }
  assert.equal(open.bitmaps, 0, "every decoded picture was closed");
});

test("in whatever way the browser gives the pixels away, the hash is the same", async () => {
  const web = new PlayedWeb({ a: fileOf(LISTED[1]) });
  const hashes = new Set();
  for (const format of ["RGBA", "RGBX", "BGRA", "BGRX", "I420", null]) {
    decoded.format = format;
    const { matched } = await compare([onPage("a")], noPixels, { allowed, get: web.get });
    hashes.add(matched[0].pdq);
    assert.equal(matched[0].distance, 0, String(format));
  }
  Object.assign(decoded, { format: "none that a frame could have", isExact: true });
  hashes.add((await compare([onPage("a")], noPixels, { allowed, get: web.get })).matched[0].pdq);
  Object.assign(decoded, { format: "BGRA", isExact: false });
  assert.equal(hashes.size, 1);
  assert.equal(open.bitmaps, 0);
});

test("a host that is not switched on is never asked, nor believed when it answers instead", async () => {
  const elsewhere = { place: "0:x", url: "https://other.example/x", w: 80, h: 60 };
  const web = new PlayedWeb({ y: { bytes: fileOf(LISTED[0]), url: "https://other.example/y" } });
  const answer = await compare([elsewhere, onPage("y")], noPixels, { allowed, get: web.get });
  assert.deepEqual(
    web.asked.map(({ url }) => url),
    [`${HOST}/y`],
  );
  assert.deepEqual([answer.looked, answer.unreadable, answer.matched], [0, 2, []]);
});

test("pictures that are gone, damaged, too large or no pictures are unreadable, one by one", async () => {
  const huge = fileOf({ data: new Uint8Array(8), width: 40_000, height: 40_000 });
  const long = Buffer.concat([fileOf(LISTED[0]), Buffer.alloc(10 * 2 ** 20)]);
  const web = new PlayedWeb({
    cut: fileOf(LISTED[0]).subarray(0, 400),
    page: Buffer.from("<html>"),
    huge,
    long,
    good: fileOf(LISTED[2]),
  });
  const names = ["gone", "cut", "page", "huge", "long", "good"];
  const answer = await compare(
    names.map((name) => onPage(name)),
    noPixels,
    { allowed, get: web.get },
  );
  assert.deepEqual([answer.looked, answer.unreadable], [1, 5]);
  assert.deepEqual(
    answer.matched.map(({ url }) => url),
    [`${HOST}/good`],
  );
});

test("pixels that are not what they say are not used", async () => {
  const good = pixelsOf("a", LISTED[0]);
  const odd = [{ data: "!" }, { data: "AAAA" }, { width: 0 }, { width: 1e9 }, { height: 1.5 }, { data: 7 }];
  for (const other of odd) {
    const answer = await compare([onPage("a")], async () => [{ ...good, ...other }], {
      allowed,
      get: new PlayedWeb({}).get,
    });
    assert.deepEqual([answer.looked, answer.unreadable], [0, 1], JSON.stringify(other).slice(0, 40));
  }
  const silent = async () => Promise.reject(new Error("the tab is gone"));
  assert.equal((await compare([onPage("a")], silent, { allowed, get: new PlayedWeb({}).get })).unreadable, 1);
});

test("a picture with little to see is near to nothing", async () => {
  const plain = { data: new Uint8ClampedArray(80 * 60 * 4).fill(255), width: 80, height: 60 };
  const publisher = new Publisher().publish(["a:1"], [Buffer.from((await pdq(plain)).hash)]);
  await watchList.forget();
  await watchList.update({ force: true, now: publisher.now, server: new PlayedServer(publisher) });
  const answer = await compare([onPage("a")], async () => [pixelsOf("a", plain)], {
    allowed,
    get: new PlayedWeb({}).get,
  });
  assert.deepEqual([answer.looked, answer.matched], [1, []]);
});

test("sixty pictures at most, four at a time", async () => {
  const web = new PlayedWeb(
    Object.fromEntries(Array.from({ length: 80 }, (_, number) => [number, fileOf(waves(number, 20, 20))])),
  );
  const shown = Array.from({ length: 80 }, (_, number) => onPage(number));
  const answer = await compare(shown, noPixels, { allowed, get: web.get });
  assert.deepEqual([answer.looked, answer.capped, web.asked.length], [60, true, 60]);
  assert.ok(web.most <= 4);
});

test("no more bytes than agreed are asked for in all", async () => {
  const large = (number) => fileOf(waves(number, 1600, 1600)); // ten megabytes
  const web = new PlayedWeb(Object.fromEntries(Array.from({ length: 12 }, (_, number) => [number, large(number)])));
  const answer = await compare(
    Array.from({ length: 12 }, (_, number) => onPage(number)),
    noPixels,
    { allowed, get: web.get },
  );
  assert.ok(web.asked.length <= 8, String(web.asked.length));
  assert.equal(answer.looked + answer.unreadable, 12);
});

test("without a list nothing is looked at, nor asked for", async () => {
  await watchList.forget();
  const web = new PlayedWeb({ a: fileOf(LISTED[0]) });
  const answer = await compare([onPage("a")], noPixels, { allowed, get: web.get });
  assert.deepEqual(answer, { looked: 0, matched: [], unreadable: 0, capped: false });
  assert.deepEqual(web.asked, []);
});

test("by itself it asks only hosts that are switched on and granted", async (t) => {
  const granted = [];
  globalThis.chrome.permissions = { contains: async ({ origins }) => granted.includes(origins[0]) };
  globalThis.chrome.runtime = { getURL: (path) => `chrome-extension://own/${path}` };
  const hosts = [{ id: "played", name: "Played", matches: [`${HOST}/*`], sites: [] }];
  const web = new PlayedWeb({ a: fileOf(LISTED[0]) });
  t.mock.method(globalThis, "fetch", async function (url, options) {
    assert.ok(this === undefined || this === globalThis, "browsers refuse fetch as a method of something else");
    return String(url).startsWith("chrome-extension:") ? Response.json({ hosts }) : web.get(url, options);
  });
  const looked = async () => (await compare([onPage("a")], noPixels)).looked;
  assert.equal(await looked(), 0, "not switched on");
  const { change } = await import("../src/shared/storage.js");
  await change("settings", (settings) => ({ ...settings, hosts: { played: true } }));
  assert.equal(await looked(), 0, "not granted");
  granted.push(`${HOST}/*`);
  assert.equal(await looked(), 1);
  assert.equal(web.asked.length, 1);
});
