/** From a work key to its place in the watch list: the first 48 bits of a digest, and looking for them. */

import { first48Bits } from "./rules/sha256.js";

export const PREFIX_BYTES = 6;
export const PREFIXES = 2 ** 48; // how many there can be

/**
 * The prefixes of work keys, in their order.
 * @param {string[]} keys
 * @returns {Promise<number[]>}
 */
export async function prefixesOf(keys) {
  return keys.map((key) => first48Bits(`v1|${key}`)); // at once: thousands of promises take ten times as long
}

/**
 * Whether a decoded list of keys has the prefix. Twenty steps in a million: an index would not be felt.
 * @param {Uint8Array} list
 * @param {number} prefix
 */
export function hasPrefix(list, prefix) {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  let low = 0;
  let high = list.length / PREFIX_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = prefixAt(view, middle);
    if (there === prefix) return true;
    if (there < prefix) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** @param {DataView} view @param {number} index */
function prefixAt(view, index) {
  const at = index * PREFIX_BYTES;
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
}
