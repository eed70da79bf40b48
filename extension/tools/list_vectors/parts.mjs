/** What the vectors of the watch list are made of. */

import { pictureRows, sha256, signingKey } from "../list_writer.mjs";

export const KEYS = [
  "flickr:photo:53381630964",
  "wikimedia:commons:Example.jpg",
  "url:example.org/a.jpg",
  "flickr:photo:1",
  "ä:é:漢字 𝒳",
];
export const PLACES = Array.from({ length: 32 }, (_, bit) => 255 - 8 * bit);
export const [FIRST, SECOND, STRANGER] = [1, 2, 3].map((byte) => signingKey(Buffer.alloc(32, byte)));
export const hash = (number) => Buffer.from(sha256(`hash ${number}`), "hex");

export const base64 = (bytes) => bytes.toString("base64");
export const u32 = (value) => Buffer.from(Uint32Array.of(value).buffer);
export const rows = (...numbers) => pictureRows(PLACES, numbers.map(hash));
/** A copy with other bytes at a place. */
export const patched = (bytes, at, ...values) => {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
};
export const more = (bytes, ...values) => Buffer.concat([bytes, Buffer.from(values)]);
export const refused = (why, name, file) => ({ name, file: base64(file), why });
