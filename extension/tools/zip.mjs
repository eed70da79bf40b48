/**
 * Writes zip files whose bytes follow from their contents alone: nothing is squeezed, no time of day is kept.
 * The server writes the very same bytes (server/commonswatch/web/packed_extension.py).
 */

import { crc32 } from "node:zlib";

const MADE_BY = (3 << 8) | 20; // Unix, zip 2.0
const NEEDED = 20;
const FIRST_DAY = 0x21; // 1 January 1980, the oldest day zip knows
const PLAIN_FILE = (0o100644 << 16) >>> 0;

/** Numbers as little-endian fields: `fields([2, 20], [4, crc])` is a 2-byte and a 4-byte one. */
function fields(...sized) {
  return Buffer.concat(
    sized.map(([size, value]) => {
      const field = Buffer.alloc(size);
      field.writeUIntLE(value, 0, size);
      return field;
    }),
  );
}

/** What both headers of a file say alike. */
function about(name, bytes) {
  return fields([2, NEEDED], [2, 0], [2, 0], [2, 0], [2, FIRST_DAY], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, name.length]);
}

/**
 * The zip of these files, in the order given. Names are of ASCII letters.
 *
 * @param {[string, Buffer][]} files
 * @returns {Buffer}
 */
export function zip(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [path, bytes] of files) {
    const name = Buffer.from(path, "ascii");
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), about(name, bytes), fields([2, 0]), name, bytes]);
    const rest = fields([2, 0], [2, 0], [2, 0], [2, 0], [4, PLAIN_FILE], [4, at]);
    directory.push(Buffer.from("PK\x01\x02"), fields([2, MADE_BY]), about(name, bytes), rest, name);
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const count = files.length;
  const end = fields([2, 0], [2, 0], [2, count], [2, count], [4, listed.length], [4, at], [2, 0]);
  return Buffer.concat([...parts, listed, Buffer.from("PK\x05\x06"), end]);
}
