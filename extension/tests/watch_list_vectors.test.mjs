/** The watch list as docs/watch-list.md has it: the vectors that the server's tests read, too. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { signer } from "../src/shared/keys.js";
import { applyDelta } from "../src/shared/list/delta.js";
import { digest, hex } from "../src/shared/list/digests.js";
import { readKeys, readPictures } from "../src/shared/list/files.js";
import { needSuccessor, readManifest } from "../src/shared/list/manifest.js";
import { nearest } from "../src/shared/list/nearest.js";
import { need } from "../src/shared/list/refused.js";
import { hasPrefix, prefixesOf } from "../src/shared/prefixes.js";
import { readAscending } from "../src/shared/rice.js";
import * as writer from "../tools/list_writer.mjs";

const vectors = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/vectors/watch-list.json", import.meta.url), "utf8"),
);
const file = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
const lists = ({ keys, pictures }) => ({ keys: bytes(keys), pictures: file(pictures) });

test("a work key has the prefix of its vector", async () => {
  const { prefixes } = vectors;
  assert.deepEqual(
    await prefixesOf(prefixes.map(({ key }) => key)),
    prefixes.map(({ prefix }) => prefix),
  );
});

test("a stream has the numbers of its vector, and both sides write the same one", () => {
  for (const { k, numbers, stream } of vectors.rice) {
    const read = [];
    const end = readAscending(bytes(stream), 0, { k, count: numbers.length, below: 2 ** 48 }, (number) =>
      read.push(number),
    );
    assert.deepEqual(read, numbers);
    assert.equal(end, stream.length / 2);
    assert.equal(writer.riceStream(numbers, k).toString("hex"), stream);
  }
});

test("a bad stream is refused for the reason of its vector", () => {
  for (const { name, k, count, below, stream, repeated, why } of vectors.rice_refused) {
    const given = repeated ? new Uint8Array(repeated.bytes).fill(repeated.byte) : bytes(stream);
    assert.throws(() => readAscending(given, 0, { k, count, below }, () => {}), { why }, name);
  }
});

test("keys are decoded as in their vector, and each is found", async () => {
  for (const { name, numbers, file: base64, sha256, decoded } of vectors.keys) {
    const list = readKeys(file(base64));
    assert.equal(hex(list), decoded, name);
    assert.equal(await digest(file(base64)), sha256, name);
    for (const number of numbers) assert.ok(hasPrefix(list, number), name);
    assert.ok(!hasPrefix(list, 3), name);
  }
});

test("bad keys are refused for the reason of their vector", () => {
  for (const { name, file: base64, why } of vectors.keys_refused)
    assert.throws(() => readKeys(file(base64)), { why }, name);
});

test("pictures have the bits, the threshold and the rows of their vector", async () => {
  for (const { name, places, threshold, hashes, file: base64, sha256 } of vectors.pictures) {
    const pictures = readPictures(file(base64));
    assert.deepEqual([...pictures.places], places, name);
    assert.equal(pictures.threshold, threshold, name);
    assert.equal(await digest(file(base64)), sha256, name);
    for (const hash of hashes) assert.equal(nearest(pictures, bytes(hash)), 0, name);
  }
});

test("bad pictures are refused for the reason of their vector", () => {
  for (const { name, file: base64, why } of vectors.pictures_refused) {
    assert.throws(() => readPictures(file(base64)), { why }, name);
  }
});

test("the nearest picture is as far as in its vector", () => {
  const pictures = readPictures(file(vectors.nearest.file));
  for (const { hash, distance } of vectors.nearest.cases) assert.equal(nearest(pictures, bytes(hash)), distance, hash);
});

test("a delta leads to the lists of its vector and leaves the old ones as they were", async () => {
  for (const { name, version, from, file: base64, to } of vectors.deltas) {
    const before = lists(from);
    assert.deepEqual(await applyDelta(file(base64), version, before), lists(to), name);
    assert.deepEqual(before, lists(from), name);
  }
});

test("a bad delta is refused for the reason of its vector", async () => {
  for (const { name, version, from, file: base64, why } of vectors.deltas_refused) {
    await assert.rejects(applyDelta(file(base64), version, lists(from)), { why }, name);
  }
});

test("a manifest is accepted, or refused for the reason of its vector", async () => {
  for (const { name, why, envelope, trusted, own, now } of vectors.manifests) {
    const accepted = async () => {
      const by = await signer(envelope.manifest, envelope.signatures, trusted);
      need(by, "signature");
      await needSuccessor(await readManifest(envelope.manifest), envelope.manifest, own, Date.parse(now));
    };
    if (why) await assert.rejects(accepted(), { why }, name);
    else await assert.doesNotReject(accepted(), name);
  }
});

test("the same secret signs the same text with the same signature in every language", () => {
  const [first] = vectors.manifests;
  const key = writer.signingKey(Buffer.from(vectors.signing_keys[0].secret, "base64"));
  assert.deepEqual(key.named, first.trusted[0]);
  assert.deepEqual(writer.signedManifest(first.envelope.manifest, [key]), first.envelope);
});
