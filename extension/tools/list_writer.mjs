/** Writes the files of the watch list (docs/watch-list.md), for tests and measurements only. */

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";

import { PREFIX_BYTES } from "../src/shared/prefixes.js";

const MOST_LOW_BITS = 48;
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // in front of an Ed25519 key's secret bytes

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Differences of ascending numbers, in bits, filled up to a whole byte. */
export function riceStream(numbers, k) {
  const bits = new BitWriter();
  let before = -1;
  for (const number of numbers) {
    const difference = number - before - 1;
    for (let ones = Math.floor(difference / 2 ** k); ones > 0; ones--) bits.put(1);
    bits.put(0);
    for (let bit = 0; bit < k; bit++) bits.put(Math.floor(difference / 2 ** bit) % 2);
    before = number;
  }
  return bits.bytes();
}

class BitWriter {
  constructor() {
    this.written = Buffer.alloc(1024);
    this.at = 0;
  }

  put(bit) {
    if (this.at >> 3 === this.written.length) this.written = Buffer.concat([this.written, Buffer.alloc(this.at >> 3)]);
    this.written[this.at >> 3] |= bit << (this.at & 7);
    this.at++;
  }

  bytes() {
    return this.written.subarray(0, Math.ceil(this.at / 8));
  }
}

/** The parameter with the shortest stream. */
export function bestK(numbers) {
  const mean = numbers.length ? (numbers.at(-1) + 1) / numbers.length : 1;
  const guess = Math.max(0, Math.floor(Math.log2(mean)));
  const near = [guess - 1, guess, guess + 1].filter((k) => k >= 0 && k <= MOST_LOW_BITS);
  return near.reduce((best, k) => (streamBits(numbers, k) < streamBits(numbers, best) ? k : best));
}

function streamBits(numbers, k) {
  let [bits, before] = [0, -1];
  for (const number of numbers) {
    bits += Math.floor((number - before - 1) / 2 ** k) + 1 + k;
    before = number;
  }
  return bits;
}

/** The prefixes of work keys, sorted, each once. */
export function prefixes(keys) {
  const all = keys.map((key) => createHash("sha256").update(`v1|${key}`).digest().readUIntBE(0, PREFIX_BYTES));
  return Array.from(Float64Array.from(new Set(all)).sort());
}

export function decodedKeys(numbers) {
  const decoded = Buffer.alloc(numbers.length * PREFIX_BYTES);
  numbers.forEach((number, index) => decoded.writeUIntBE(number, index * PREFIX_BYTES, PREFIX_BYTES));
  return decoded;
}

export function keysFile(numbers, k = bestK(numbers)) {
  return Buffer.concat([Buffer.from("CWK1"), u8(k), u32(numbers.length), riceStream(numbers, k)]);
}

/** Rows are buffers of whole PDQ hashes; what is shipped of them is cut out, sorted, each once. */
export function pictureRows(places, hashes) {
  const rows = hashes.map((hash) => {
    const row = Buffer.alloc(places.length / 8);
    places.forEach((place, bit) => (row[bit >> 3] |= ((hash[place >> 3] >> (7 - (place & 7))) & 1) << (7 - (bit & 7))));
    return row;
  });
  rows.sort(Buffer.compare);
  return rows.filter((row, index) => index === 0 || !row.equals(rows[index - 1]));
}

export function picturesFile(places, threshold, rows) {
  const head = [Buffer.from("CWP1"), u16(places.length), u16(threshold), u32(rows.length), Buffer.from(places)];
  return Buffer.concat([...head, ...rows]);
}

/** From lists {version, numbers, rows, places, threshold} to the next ones. */
export function deltaFile(from, to) {
  return Buffer.concat([
    ...[Buffer.from("CWD1"), u32(from.version), u32(to.version)],
    ...keysPart(from.numbers, to.numbers),
    ...picturesPart(from.rows, to.rows),
    ...[decodedKeys(to.numbers), picturesFile(to.places, to.threshold, to.rows)].map((list) =>
      Buffer.from(sha256(list), "hex"),
    ),
  ]);
}

function keysPart(from, to) {
  const [before, after] = [new Set(from), new Set(to)];
  const added = to.filter((number) => !before.has(number));
  const k = bestK(added);
  return [...removedPart(from.map((number) => after.has(number))), u32(added.length), u8(k), riceStream(added, k)];
}

function picturesPart(from, to) {
  const named = (row) => row.toString("hex");
  const [before, after] = [new Set(from.map(named)), new Set(to.map(named))];
  const added = to.filter((row) => !before.has(named(row)));
  return [...removedPart(from.map((row) => after.has(named(row)))), u32(added.length), ...added];
}

function removedPart(kept) {
  const places = kept.flatMap((is, place) => (is ? [] : [place]));
  const k = bestK(places);
  return [u32(places.length), u8(k), riceStream(places, k)];
}

/** An Ed25519 key of its 32 secret bytes. */
export function signingKey(secret) {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: "der", type: "pkcs8" });
  const bytes = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { key, named: { key: sha256(bytes).slice(0, 16), public: bytes.toString("base64") } };
}

/** What `GET /api/v1/watch-list` answers. */
export function signedManifest(text, keys) {
  const signed = Buffer.from(`commonswatch watch list 1\n${text}`);
  const signatures = keys.map(({ key, named }) => ({
    key: named.key,
    signature: sign(null, signed, key).toString("base64"),
  }));
  return { manifest: text, signatures };
}

export const fileEntry = (file) => ({ sha256: sha256(file), bytes: file.length });

function u8(value) {
  return Buffer.from([value]);
}

function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
