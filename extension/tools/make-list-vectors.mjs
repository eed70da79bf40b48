/** Writes tests/fixtures/vectors/watch-list.json for both languages: `node tools/make-list-vectors.mjs`. */

import { writeFileSync } from "node:fs";

import { manifests } from "./list_vectors/manifests.mjs";
import {
  FIRST,
  KEYS,
  PLACES,
  SECOND,
  STRANGER,
  base64,
  more,
  patched,
  refused,
  rows,
  u32,
} from "./list_vectors/parts.mjs";
import { nearest, picturesFiles, picturesRefused } from "./list_vectors/pictures.mjs";
import * as writer from "./list_writer.mjs";

const VECTORS = new URL("../../tests/fixtures/vectors/watch-list.json", import.meta.url);
const LAST_PREFIX = 2 ** 48 - 1;

function rice() {
  const cases = [
    [0, []],
    [0, [0, 1, 2, 3]],
    [0, [0, 5, 9]],
    [1, [3]],
    [3, [0, 8, 9, 1000]],
    [8, [255, 256, 65535]],
    [24, [1, 2 ** 24, 2 ** 34]],
    [25, [2 ** 25 - 1, 2 ** 33]],
    [47, [0, LAST_PREFIX]],
    [48, [0, 1, LAST_PREFIX]],
  ];
  return cases.map(([k, numbers]) => ({ k, numbers, stream: writer.riceStream(numbers, k).toString("hex") }));
}

function riceRefused() {
  const one = (name, why, k, count, below, stream) => ({ name, k, count, below, stream: stream.toString("hex"), why });
  return [
    one("k over 48", "range", 49, 1, LAST_PREFIX + 1, Buffer.alloc(8)),
    one("a quotient over 2^20", "range", 0, 1, LAST_PREFIX + 1, Buffer.alloc(131_080, 255)),
    one(
      "a number that is too large",
      "range",
      48,
      2,
      LAST_PREFIX + 1,
      writer.riceStream([LAST_PREFIX, LAST_PREFIX + 1], 48),
    ),
    one("a place behind the last", "range", 2, 2, 5, writer.riceStream([1, 5], 2)),
    one("no bits at all", "truncated", 0, 1, 10, Buffer.alloc(0)),
    one("ones without a zero", "truncated", 0, 1, 1000, Buffer.from([255])),
    one("low bits missing", "truncated", 7, 2, 1000, Buffer.from([1, 0])),
    one("filled up with a one", "rest", 1, 1, 10, Buffer.from([0b110])),
  ].map((each) =>
    each.stream.length > 1000 ? { ...each, stream: "", repeated: { byte: 255, bytes: 131_080 } } : each,
  );
}

function keysFiles() {
  const all = writer.prefixes(KEYS);
  const lists = {
    "no keys": [],
    "one key": all.slice(0, 1),
    "all keys": all,
    edges: [0, 1, LAST_PREFIX - 1, LAST_PREFIX],
  };
  const files = Object.entries(lists).map(([name, numbers]) => ({ name, numbers, k: writer.bestK(numbers) }));
  files.push({ name: "close together, k 0", numbers: [0, 1, 2, 7, 12], k: 0 });
  return files.map(({ name, numbers, k }) => {
    const [file, decoded] = [writer.keysFile(numbers, k), writer.decodedKeys(numbers)];
    return { name, k, numbers, file: base64(file), sha256: writer.sha256(file), decoded: decoded.toString("hex") };
  });
}

function keysRefused() {
  const good = writer.keysFile(writer.prefixes(KEYS));
  return [
    refused("truncated", "empty", Buffer.alloc(0)),
    refused("format", "another magic", patched(good, 3, 0x32)),
    refused("truncated", "cut off in its head", good.subarray(0, 8)),
    refused("truncated", "cut off in its stream", good.subarray(0, good.length - 1)),
    refused("rest", "a byte left over", more(good, 0)),
    refused("range", "k 49", patched(good, 4, 49)),
    refused("truncated", "more entries than there are bits for", patched(good, 5, ...u32(5_000_000))),
    refused("size", "more than five million entries", patched(good, 5, ...u32(5_000_001))),
  ];
}

const version = (number, keys, ...pictures) => {
  return { version: number, numbers: writer.prefixes(keys), rows: rows(...pictures), places: PLACES, threshold: 8 };
};
const listsOf = ({ numbers, places, threshold, rows: some }) => {
  return {
    keys: writer.decodedKeys(numbers).toString("hex"),
    pictures: base64(writer.picturesFile(places, threshold, some)),
  };
};

function deltas() {
  const steps = [
    ["nothing changes", version(1, KEYS, 1, 2), version(2, KEYS, 1, 2)],
    ["from an empty list", version(1, []), version(2, KEYS, 1, 2)],
    ["to an empty list", version(7, KEYS, 1, 2), version(8, [])],
    ["only removals", version(1, KEYS, 1, 2, 3), version(2, KEYS.slice(2), 2)],
    ["only additions", version(41, KEYS.slice(0, 2), 1), version(42, KEYS, 1, 4, 5)],
    ["both", version(1, KEYS.slice(0, 3), 1, 2, 3), version(2, KEYS.slice(2), 3, 4)],
  ];
  return steps.map(([name, from, to]) => {
    const file = writer.deltaFile(from, to);
    return {
      name,
      version: from.version,
      from: listsOf(from),
      file: base64(file),
      sha256: writer.sha256(file),
      to: listsOf(to),
    };
  });
}

function deltasRefused() {
  const [from, to] = [version(1, KEYS.slice(0, 3), 1, 2), version(2, KEYS, 2, 3)];
  const good = writer.deltaFile(from, to);
  const again = writer.deltaFile(version(1, []), { ...to, numbers: from.numbers });
  const cases = [
    ["format", "another magic", patched(good, 0, 0x58)],
    ["version", "from another version", patched(good, 4, ...u32(3))],
    ["version", "to a version further on", patched(good, 8, ...u32(3))],
    ["range", "more removed than there are", patched(good, 12, ...u32(4))],
    ["truncated", "cut off", good.subarray(0, good.length - 1)],
    ["rest", "a byte left over", more(good, 0)],
    ["order", "a key added that is there", again],
    ["digest", "another digest", patched(good, good.length - 1, good.at(-1) ^ 1)],
  ];
  const lists = listsOf(from);
  return cases.map(([why, name, file]) => ({ ...refused(why, name, file), version: 1, from: lists }));
}

const secrets = { first: FIRST, second: SECOND, stranger: STRANGER };
const vectors = {
  signing_keys: Object.entries(secrets).map(([name, { named }], index) => ({
    name,
    secret: base64(Buffer.alloc(32, index + 1)),
    ...named,
  })),
  prefixes: KEYS.map((key) => ({ key, prefix: writer.prefixes([key])[0] })),
  rice: rice(),
  rice_refused: riceRefused(),
  keys: keysFiles(),
  keys_refused: keysRefused(),
  pictures: picturesFiles(),
  pictures_refused: picturesRefused(),
  nearest: nearest(),
  deltas: deltas(),
  deltas_refused: deltasRefused(),
  manifests: manifests(),
};
writeFileSync(VECTORS, `${JSON.stringify(vectors, null, 1)}\n`);
