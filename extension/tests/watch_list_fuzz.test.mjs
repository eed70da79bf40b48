/** Whatever is flipped, cut off or added in whatever the server sends: it is refused, and the list at hand stays. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PlayedServer, emptied, shown } from "./list_stage.mjs";
import * as watchList from "../src/background/watch_list.js";
import { applyDelta } from "../src/shared/list/delta.js";
import { readKeys, readPictures, readRules } from "../src/shared/list/files.js";
import { Refused } from "../src/shared/list/refused.js";
import { load } from "../src/shared/list/store.js";
import { Publisher } from "../tools/list_publisher.mjs";
import { decodedKeys, sha256 } from "../tools/list_writer.mjs";

const TRIES = 60; // of each kind for each file
const OWN = ["flickr:photo:1", "flickr:photo:2"];
const NEXT = [...OWN.slice(1), ...Array.from({ length: 50 }, (_, number) => `flickr:photo:1${number}`)];
const hashes = (from, to) =>
  Array.from({ length: to - from }, (_, number) => Buffer.from(sha256(`${from + number}`), "hex"));

let seed = 20261123;
/** A whole number below another, the same ones in each run. */
function below(most) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * most);
}

const KINDS = {
  flipped: (bytes) => {
    const copy = Buffer.from(bytes);
    copy[below(copy.length)] ^= 1 << below(8);
    return copy;
  },
  truncated: (bytes) => Buffer.from(bytes).subarray(0, below(bytes.length)),
  appended: (bytes) => Buffer.concat([bytes, Buffer.from(Array.from({ length: 1 + below(8) }, () => below(256)))]),
};

/** Every kind of spoilt copy of a file. */
function* spoilt(file) {
  for (const [kind, spoil] of Object.entries(KINDS)) {
    for (let number = 0; number < TRIES; number++) yield { kind, bytes: spoil(file) };
  }
}

let publisher;
let server;

beforeEach(async () => {
  await emptied();
  publisher = new Publisher().publish(OWN, hashes(0, 3));
  server = new PlayedServer(publisher);
  await update();
  publisher.publish(NEXT, hashes(2, 60), {
    rules: { format: 1, media_hosts: {}, sharing_hosts: {}, datasets: {}, licences: {}, links: {} },
  });
});

const update = () => watchList.update({ force: true, now: publisher.now, server });

async function staysRefused(what, whys) {
  await update();
  assert.equal(shown().state, "refused", what);
  assert.ok(whys.includes(shown().why), `${what}: ${shown().why}`);
  assert.equal(shown().version, 1, what);
  assert.equal(JSON.parse((await load("about")).manifest).version, 1, what);
  assert.deepEqual(await watchList.lookUp(["flickr:photo:1", "flickr:photo:17"]), [true, false], what);
}

for (const name of ["keys", "pictures", "rules"]) {
  test(`${name}: spoilt anywhere`, async () => {
    const { sha256: named } = publisher.manifest[name];
    if (name !== "rules") publisher.files.delete(publisher.steps[0].sha256); // so that the whole file is needed
    for (const { kind, bytes } of spoilt(publisher.files.get(named))) {
      server.spoilt.set(named, bytes);
      await staysRefused(kind, ["size", "digest"]);
    }
  });
}

test("delta: spoilt anywhere, it is not used; the whole files are, unless they are spoilt, too", async () => {
  const [{ sha256: delta }, { keys }] = [publisher.steps[0], publisher.manifest];
  for (const { kind, bytes } of spoilt(publisher.files.get(delta))) {
    server.spoilt.set(delta, bytes);
    server.spoilt.set(keys.sha256, bytes);
    await staysRefused(kind, ["size", "digest"]);
    assert.ok(server.fetched().includes(delta), "it was tried");
  }
  server.spoilt.delete(keys.sha256);
  await update();
  assert.equal(shown().version, 2);
});

test("manifest: spoilt anywhere in its text or its signature", async () => {
  const { manifest, signatures } = publisher.envelope;
  for (const { kind, bytes } of spoilt(Buffer.from(manifest))) {
    server.envelope = { manifest: bytes.toString("utf8"), signatures };
    await staysRefused(kind, ["signature"]);
  }
  for (const { kind, bytes } of spoilt(Buffer.from(signatures[0].signature, "base64"))) {
    server.envelope = { manifest, signatures: [{ key: signatures[0].key, signature: bytes.toString("base64") }] };
    await staysRefused(kind, ["signature"]);
  }
});

test("readers alone, without a digest before them: refused or read, never another error, and never slow", async () => {
  const { keys, pictures } = publisher.manifest;
  const [keysFile, picturesFile] = [keys, pictures].map((file) => publisher.files.get(file.sha256));
  const deltaFile = publisher.files.get(publisher.steps[0].sha256);
  const readers = [
    [keysFile, readKeys],
    [picturesFile, readPictures],
    [Buffer.from('{"format":1}'), readRules],
  ];
  for (const [file, read] of readers) {
    for (const { bytes } of spoilt(file)) {
      try {
        read(new Uint8Array(bytes));
      } catch (error) {
        assert.ok(error instanceof Refused, String(error));
      }
    }
  }
  const own = new Publisher().publish(OWN, hashes(0, 3));
  const lists = { keys: decodedKeys(own.lists.numbers), pictures: own.files.get(own.manifest.pictures.sha256) };
  for (const { kind, bytes } of spoilt(deltaFile)) {
    await assert.rejects(applyDelta(new Uint8Array(bytes), 1, lists), Refused, kind);
  }
});
