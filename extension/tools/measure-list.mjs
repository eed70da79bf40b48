/** How long the watch list takes in Node: `node tools/measure-list.mjs [ENTRIES]`. In browsers: benchmarks/extension. */

import { randomBytes } from "node:crypto";
import process from "node:process";

import { applyDelta } from "../src/shared/list/delta.js";
import { digest } from "../src/shared/list/digests.js";
import { openPictures, readKeys, readPictures } from "../src/shared/list/files.js";
import { nearest } from "../src/shared/list/nearest.js";
import { pdq } from "../src/shared/pdq.js";
import { hasPrefix, prefixesOf } from "../src/shared/prefixes.js";
import { PLACES, THRESHOLD } from "./list_publisher.mjs";
import { decodedKeys, deltaFile, keysFile, pictureRows, picturesFile } from "./list_writer.mjs";

const TRIES = 5; // the best counts
const LOOKED_UP = 2000;
const entries = Number(process.argv[2] ?? 1_000_000);

const numbers = Array.from(Float64Array.from({ length: entries }, () => randomBytes(6).readUIntBE(0, 6)).sort());
const hashes = Array.from({ length: entries }, () => randomBytes(32));
const from = { version: 1, numbers, rows: pictureRows(PLACES, hashes), places: PLACES, threshold: THRESHOLD };
const to = {
  ...from,
  version: 2,
  numbers: numbers.filter((_, at) => at % 1000),
  rows: from.rows.filter((_, at) => at % 1000),
};
const files = {
  keys: keysFile(numbers),
  pictures: picturesFile(PLACES, THRESHOLD, from.rows),
  delta: deltaFile(from, to),
};
const lists = { keys: new Uint8Array(decodedKeys(numbers)), pictures: new Uint8Array(files.pictures) };
const keys = Array.from({ length: LOOKED_UP }, (_, number) => `flickr:photo:${number}`);
const picture = { data: new Uint8Array(randomBytes(1024 * 768 * 4)), width: 1024, height: 768 };

async function milliseconds(work) {
  let best = Infinity;
  for (let number = 0; number < TRIES; number++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return Math.round(best * 10) / 10;
}

const measured = {
  entries,
  bytes: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, file.length])),
  "decode keys": await milliseconds(() => readKeys(files.keys)),
  "check pictures": await milliseconds(() => readPictures(files.pictures)),
  "digest of pictures": await milliseconds(() => digest(files.pictures)),
  "a delta of a thousandth": await milliseconds(() => applyDelta(new Uint8Array(files.delta), 1, lists)),
  "digest 2,000 keys": await milliseconds(() => prefixesOf(keys)),
  "look up 2,000 keys": await milliseconds(async () =>
    (await prefixesOf(keys)).map((one) => hasPrefix(lists.keys, one)),
  ),
  "nearest of all pictures": await milliseconds(() => nearest(openPictures(lists.pictures), hashes[0])),
  "pdq of 1024 x 768": await milliseconds(() => pdq(picture)),
};
console.log(JSON.stringify(measured, null, 1));
