/** From a work key to its place in the watch list: the first 48 bits of a digest, and looking for them. */

export const PREFIX_BYTES = 6;
export const PREFIXES = 2 ** 48; // how many there can be
const AT_ONCE = 4000; // digests asked for together; a page with a million rows must not make a million promises
const encoder = new TextEncoder();

/**
 * The prefixes of work keys, in their order.
 * @param {string[]} keys
 * @returns {Promise<number[]>}
 */
export async function prefixesOf(keys) {
  /** @type {number[]} */
  const all = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    for (const prefix of await Promise.all(keys.slice(start, start + AT_ONCE).map(prefixOf))) all.push(prefix);
  }
  return all;
}

/** @param {string} key */
async function prefixOf(key) {
  const digest = new DataView(await crypto.subtle.digest("SHA-256", encoder.encode(`v1|${key}`)));
  return digest.getUint16(0) * 2 ** 32 + digest.getUint32(2);
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
