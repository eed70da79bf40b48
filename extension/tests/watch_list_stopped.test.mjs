/** A worker is stopped in the middle of an update: there is the old list or the new one, and never a mixture. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PlayedServer, emptied, shown, startedWorker } from "./list_stage.mjs";
import * as watchList from "../src/background/watch_list.js";
import { load } from "../src/shared/list/store.js";
import { Publisher } from "../tools/list_publisher.mjs";

const MANY = Array.from({ length: 300 }, (_, number) => `flickr:photo:${number}`);

let publisher;
let server;

beforeEach(async () => {
  await emptied();
  publisher = new Publisher().publish(MANY);
  server = new PlayedServer(publisher);
});

const update = () => watchList.update({ force: true, now: publisher.now, server });

test("a worker that is stopped while it writes leaves the old list", async (t) => {
  await update();
  publisher.publish(["a:1"]);
  const put = IDBObjectStore.prototype.put;
  let puts = 0;
  t.mock.method(IDBObjectStore.prototype, "put", function (...given) {
    if (++puts === 3) throw new DOMException("stopped", "AbortError");
    return put.apply(this, given);
  });
  await update();
  assert.equal(puts, 3);
  const worker = await startedWorker();
  assert.deepEqual(await worker.lookUp(["flickr:photo:7", "a:1"]), [true, false]);
  assert.equal(JSON.parse((await load("about")).manifest).version, 1);
  t.mock.restoreAll();
  await worker.update({ force: true, now: publisher.now, server });
  assert.deepEqual(await worker.lookUp(["flickr:photo:7", "a:1"]), [false, true]);
});

test("a worker that is stopped before it says so has the new list all the same", async (t) => {
  await update();
  const before = { ...shown() };
  publisher.publish([...MANY, "a:1"]);
  t.mock.method(globalThis.chrome.storage.local, "set", async () => {}); // stopped before
  await update();
  t.mock.restoreAll();
  assert.deepEqual(shown(), before);
  const next = await startedWorker();
  assert.deepEqual(await next.lookUp(["a:1"]), [true]);
});

test("a look-up that the browser fails does not spoil the next one", async (t) => {
  await update();
  const worker = await startedWorker();
  t.mock.method(indexedDB, "open", () => {
    throw new DOMException("busy", "UnknownError");
  });
  await assert.rejects(worker.lookUp([MANY[0]]), { message: "busy" });
  t.mock.restoreAll();
  assert.deepEqual(await worker.lookUp([MANY[0]]), [true]);
});
