/** Vectors of `pictures`: which files are read, why others are refused, and how near a hash is. */

import { keysFile, pictureRows, picturesFile, sha256 } from "../list_writer.mjs";
import { PLACES, base64, hash, more, patched, refused, rows, u32 } from "./parts.mjs";

export function picturesFiles() {
  const wide = Array.from({ length: 256 }, (_, bit) => bit);
  const lists = [
    ["no pictures", PLACES, 8, []],
    ["one picture", PLACES, 8, [1]],
    ["five pictures, one of them twice", PLACES, 8, [1, 2, 3, 4, 5, 5]],
    ["whole hashes", wide, 31, [1, 2]],
    ["equal only", PLACES, 0, [1, 2]],
  ];
  return lists.map(([name, places, threshold, numbers]) => {
    const hashes = numbers.map(hash);
    const file = picturesFile(places, threshold, pictureRows(places, hashes));
    return {
      name,
      places,
      threshold,
      hashes: hashes.map((one) => one.toString("hex")),
      file: base64(file),
      sha256: sha256(file),
    };
  });
}

export function picturesRefused() {
  const good = picturesFile(PLACES, 8, rows(1, 2, 3));
  const [first, second] = rows(1, 2);
  return [
    refused("format", "keys instead of pictures", keysFile([1, 2])),
    refused("truncated", "a row cut off", good.subarray(0, good.length - 1)),
    refused("rest", "a byte left over", more(good, 0)),
    refused("range", "no bits shipped", patched(good, 4, 0, 0)),
    refused("range", "33 bits shipped", patched(good, 4, 33, 0)),
    refused("range", "288 bits shipped", patched(good, 4, 32, 1)),
    refused("range", "a threshold over the bits shipped", patched(good, 6, 33, 0)),
    refused("range", "a bit shipped twice", patched(good, 13, PLACES[0])),
    refused("size", "more than five million rows", patched(good, 8, ...u32(5_000_001))),
    refused("order", "rows that descend", picturesFile(PLACES, 8, [second, first])),
    refused("order", "a row that is there twice", picturesFile(PLACES, 8, [first, first])),
  ];
}

export function nearest() {
  const numbers = [1, 2, 3, 4, 5];
  const file = picturesFile(PLACES, 8, rows(...numbers));
  const flipped = (number, ...bits) => {
    const copy = hash(number);
    for (const bit of bits) copy[bit >> 3] ^= 128 >> (bit & 7);
    return copy;
  };
  const cases = [
    [flipped(3), 0],
    [flipped(3, 0, 1, 2), 0], // none of these is shipped
    [flipped(2, 255, 7), 2],
    [flipped(5, ...PLACES.slice(0, 8)), 8],
    [flipped(5, ...PLACES.slice(0, 9)), null],
  ];
  return { file: base64(file), cases: cases.map(([one, distance]) => ({ hash: one.toString("hex"), distance })) };
}
