/** The watch list of a browser: how it comes, what replaces it, and what never does. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PlayedServer, emptied, shown } from "./list_stage.mjs";
import * as watchList from "../src/background/watch_list.js";
import { load } from "../src/shared/list/store.js";
import { Publisher } from "../tools/list_publisher.mjs";
import { sha256, signedManifest, signingKey } from "../tools/list_writer.mjs";

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const MANY = Array.from({ length: 300 }, (_, number) => `flickr:photo:${number}`);
const PICTURES = Array.from({ length: 40 }, (_, number) => Buffer.from(sha256(`picture ${number}`), "hex"));
const OTHER_KEY = signingKey(Buffer.alloc(32, 9));

let publisher;
let server;

beforeEach(async () => {
  await emptied();
  publisher = new Publisher().publish(MANY, PICTURES);
  server = new PlayedServer(publisher);
});

const update = (options = {}) => watchList.update({ force: true, now: publisher.now, server, ...options });
const has = async (...keys) => watchList.lookUp(keys);
const files = () =>
  [publisher.manifest.keys, publisher.manifest.pictures, publisher.manifest.rules].map((file) => file.sha256);

async function refusedFor(why, options) {
  await update(options);
  assert.equal(shown().state, "refused");
  assert.equal(shown().why, why);
}

test("without a list nothing is found, and the state says so", async () => {
  assert.deepEqual(await has("flickr:photo:1", "flickr:photo:2"), [false, false]);
  assert.equal((await watchList.status()).state, "none");
  assert.equal(await watchList.pictures(), null);
  assert.equal(await watchList.rules(), null);
});

test("the first list is trusted on first use, and its keys are found", async () => {
  await update();
  assert.deepEqual(await has("flickr:photo:7", "flickr:photo:x", "flickr:photo:299"), [true, false, true]);
  const { version, state, count, pictures, publicKey, why } = await watchList.status(publisher.now);
  assert.deepEqual(
    { version, state, count, pictures, why },
    { version: 1, state: "fresh", count: 300, pictures: 40, why: undefined },
  );
  assert.equal(publicKey, publisher.keys[0].named.public);
  assert.deepEqual(server.asked, ["", "/key", ...files()]);
  assert.equal((await watchList.pictures()).rows.length, 40 * 12);
  assert.deepEqual(Object.keys(await watchList.rules()).sort(), [
    "datasets",
    "licences",
    "links",
    "media_hosts",
    "sharing_hosts",
  ]);
});

test("nobody is asked when something is looked up", async () => {
  await update();
  server.fetched();
  await has(...MANY);
  assert.deepEqual(server.asked, []);
});

test("nothing is fetched again when nothing has changed", async () => {
  await update();
  server.fetched();
  await update();
  assert.deepEqual(server.asked, [""]);
  assert.equal(shown().state, "fresh");
});

test("the same text with another ETag is the same list", async () => {
  await update();
  server.fetched();
  publisher.version = "again";
  await update();
  assert.deepEqual(server.fetched(), []);
  assert.equal(shown().state, "fresh");
});

test("steps are taken where they are smaller than the files", async () => {
  await update();
  publisher.publish([...MANY.slice(10), "flickr:photo:new"], PICTURES.slice(1));
  publisher.publish([...MANY.slice(10), "flickr:photo:new", "flickr:photo:newer"], PICTURES);
  server.fetched();
  await update();
  assert.deepEqual(
    server.fetched(),
    publisher.steps.map((step) => step.sha256),
  );
  assert.deepEqual(await has(MANY[3], MANY[10], "flickr:photo:new", "flickr:photo:newer"), [false, true, true, true]);
  assert.equal((await watchList.pictures()).rows.length, 40 * 12);
});

test("the whole files are taken where a step is missing, larger, or leads elsewhere", async () => {
  await update();
  publisher.publish([...MANY, "a:1"], PICTURES, { changes: { deltas: [] } });
  server.fetched();
  await update();
  assert.deepEqual(server.fetched(), files().slice(0, 2));
  publisher.publish(["b:1"], []); // everything removed: the step is longer than what is left
  await update();
  assert.deepEqual(server.fetched(), files().slice(0, 2));
  publisher.publish(MANY, []).publish([...MANY, "c:1"], []);
  server.spoilt.set(publisher.steps.at(-1).sha256, Buffer.from("spoilt"));
  await update();
  assert.deepEqual(await has("c:1", "b:1"), [true, false]);
  assert.deepEqual(server.fetched().slice(-2), files().slice(0, 2));
});

test("a list that was damaged in the browser is fetched anew", async () => {
  await update();
  const { replace } = await import("../src/shared/list/store.js");
  await replace({ keys: new ArrayBuffer(300 * 6) });
  publisher.publish([...MANY, "a:1"], PICTURES);
  await update();
  assert.deepEqual(await has("flickr:photo:7", "a:1"), [true, true]);
});

test("an older list, or another of the same version, is refused", async () => {
  const first = publisher.envelope;
  publisher.publish([...MANY, "a:1"]);
  await update();
  server.envelope = first;
  publisher.version = "one";
  await refusedFor("version");
  server.envelope = new Publisher().publish(["x:1"]).publish(["x:2"]).envelope;
  await refusedFor("version");
  assert.deepEqual(await has("a:1", "x:2"), [true, false]);
});

test("the server changes its key by naming both for a while", async () => {
  const [old] = publisher.keys;
  await update();
  publisher.keys = [old, OTHER_KEY];
  publisher.publish([...MANY, "a:1"]);
  await update();
  publisher.keys = [OTHER_KEY];
  publisher.publish([...MANY, "a:2"]);
  await update();
  assert.deepEqual(await has("a:2"), [true]);
  assert.equal(shown().publicKey, OTHER_KEY.named.public);
  publisher.keys = [old];
  publisher.publish([...MANY, "a:3"]);
  await refusedFor("signature");
  assert.deepEqual(await has("a:2", "a:3"), [true, false]);
});

test("a key that came with pairing is trusted, whatever the server says of itself", async () => {
  await watchList.trust(OTHER_KEY.named.public);
  await refusedFor("signature");
  assert.equal(server.asked.includes("/key"), false);
  await watchList.trust(publisher.keys[0].named.public);
  await update();
  assert.equal(shown().state, "fresh");
  await watchList.trust(publisher.keys[0].named.public);
  assert.equal(shown().version, 1);
});

test("pairing with a server of another key leaves nothing of the list", async () => {
  await update();
  await watchList.trust(OTHER_KEY.named.public);
  assert.deepEqual(await has("flickr:photo:7"), [false]);
  assert.deepEqual([shown().state, shown().publicKey], ["none", OTHER_KEY.named.public]);
  await assert.rejects(watchList.trust("no key"), { why: "signature" });
});

test("a server that names no proper key is refused", async () => {
  publisher.keys = [{ named: { key: "0".repeat(16), public: OTHER_KEY.named.public } }];
  await refusedFor("signature");
});

test("where the browser cannot check signatures, nothing is used", async (t) => {
  t.mock.method(crypto.subtle, "importKey", async () => Promise.reject(new DOMException("no", "NotSupportedError")));
  await refusedFor("unsupported");
  assert.deepEqual(server.asked, []);
});

test("an answer that is no manifest is refused", async () => {
  await update();
  publisher.version = "odd";
  for (const envelope of [null, 7, [], {}, { manifest: 3, signatures: [] }, { manifest: "{}", signatures: "none" }]) {
    server.envelope = envelope;
    server.ask = async () => ({ status: 200, headers: new Headers(), body: envelope });
    await refusedFor("signature");
  }
  for (const text of ["", "null", "[]", "{", '{"format":1}']) {
    server.ask = async () => ({ status: 200, headers: new Headers(), body: signedManifest(text, publisher.keys) });
    await refusedFor("format");
  }
  assert.deepEqual(await has("flickr:photo:7"), [true]);
});

test("a server that is down is a problem, not a refusal; the list stays", async () => {
  await update();
  server.offline = true;
  const next = await update({ now: publisher.now + 8 * DAY });
  assert.deepEqual([shown().state, shown().problem, shown().why], ["stale", "offline", undefined]);
  assert.equal(shown().fetchedAt, publisher.now);
  assert.ok(next >= publisher.now + 8 * DAY + HOUR && next <= publisher.now + 8 * DAY + 2 * HOUR);
  server.offline = false;
  publisher.publish(MANY);
  await update();
  assert.deepEqual([shown().state, shown().problem], ["fresh", undefined]);
});

test("a fault of the browser is a problem, too", async () => {
  server.askBytes = async () => {
    throw new TypeError("something else");
  };
  await update();
  assert.equal(shown().problem, "unknown");
});

test("a list made more than seven days ago is called stale, and still matches", async () => {
  await update();
  assert.equal((await watchList.status(publisher.now + 6 * DAY)).state, "fresh");
  assert.equal((await watchList.status(publisher.now + 7 * DAY + 1)).state, "stale");
  assert.deepEqual(await has("flickr:photo:7"), [true]);
});

test("it asks at some moment within the hour after the server has more, and not before", async () => {
  const { now } = publisher;
  const next = await update();
  assert.ok(next >= now + HOUR && next <= now + 2 * HOUR, "after next_update, which is in an hour");
  server.asked = [];
  assert.equal(await update({ force: false, now: next - 1 }), next);
  assert.deepEqual(server.asked, []);
  await update({ force: false, now: next });
  assert.deepEqual(server.asked, [""]);
  publisher.publish(MANY, [], { changes: { next_update: "2036-01-01T00:00:00Z" } });
  const later = await update();
  assert.ok(later >= publisher.now + 23 * HOUR && later <= publisher.now + DAY, "at the latest after a day");
  server.asked = [];
  await update({ force: false, now: now - 30 * DAY });
  assert.deepEqual(server.asked, [""], "when the clock was set back");
});

test("two who want an update share one", async () => {
  const [one, other] = await Promise.all([update(), update()]);
  assert.equal(one, other);
  assert.equal(server.asked.filter((path) => path === "").length, 1);
});

test("rules that are newer than this client are left out; it goes on with those it has", async () => {
  await update();
  const before = await watchList.rules();
  publisher.publish(MANY, PICTURES, { rules: { format: 2, wholly: "other" } });
  await update();
  assert.deepEqual(await watchList.rules(), before);
  assert.equal(shown().version, 2);
  server.fetched();
  publisher.publish([...MANY, "a:1"], PICTURES, { rules: { format: 2, wholly: "other" } });
  await update();
  assert.equal(
    server.fetched().includes(publisher.manifest.rules.sha256),
    false,
    "the same rules are not fetched again",
  );
});

test("an update that was under way does not bring back what is forgotten", async () => {
  const { askBytes } = server;
  let arrived;
  const asked = new Promise((resolve) => (arrived = resolve));
  let go;
  server.askBytes = async (...given) => {
    arrived();
    await new Promise((resolve) => (go = resolve));
    server.askBytes = askBytes;
    return askBytes(...given);
  };
  const late = update({ server: { ask: server.ask, askBytes: (...given) => server.askBytes(...given) } });
  await asked;
  await watchList.forget();
  const before = { ...shown() };
  go();
  await late;
  assert.equal(await load("about"), undefined);
  assert.deepEqual(shown(), before);
  await update();
  assert.equal(shown().state, "fresh");
});

test("nothing is left when it is to be forgotten", async () => {
  await update();
  await watchList.forget();
  assert.deepEqual(await has("flickr:photo:7"), [false]);
  assert.equal(await load("about"), undefined);
  assert.equal(shown().publicKey, "");
});
