/** The nearest of the list's pictures: a plain scan, some ten milliseconds for a million. */

const BITS = 8;

/** @typedef {import("./files.js").Pictures} Pictures */

/**
 * In how many of the shipped bits the nearest row differs; null when all differ in more than the list allows.
 * @param {Pictures} pictures
 * @param {Uint8Array} hash PDQ, 32 bytes
 * @returns {number | null}
 */
export function nearest(pictures, hash) {
  const rows = words(pictures.rows);
  const wanted = words(shipped(pictures.places, hash));
  let least = pictures.threshold + 1;
  for (let row = 0; row < rows.length; row += wanted.length) {
    let different = 0;
    for (let word = 0; word < wanted.length; word++) different += ones(rows[row + word] ^ wanted[word]);
    if (different < least) least = different;
  }
  return least > pictures.threshold ? null : least;
}

/** The shipped bits of a hash, as a row of the list. @param {Uint8Array} places @param {Uint8Array} hash */
export function shipped(places, hash) {
  const row = new Uint8Array(places.length / BITS);
  places.forEach((place, bit) => {
    const is = (hash[place >> 3] >> (7 - (place & 7))) & 1;
    row[bit >> 3] |= is << (7 - (bit & 7));
  });
  return row;
}

/** Four bytes at once, in whatever order: only differences are counted. @param {Uint8Array} bytes */
function words(bytes) {
  const { buffer, byteOffset, byteLength } = aligned(bytes);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** @param {Uint8Array} bytes */
function aligned(bytes) {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}

/** How many bits are set [Hacker's Delight, 5-1]. @param {number} word */
function ones(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
