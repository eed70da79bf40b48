/** The files of the watch list, decoded and checked: keys, pictures, rules. Deltas are in delta.js. */

import { PREFIXES, PREFIX_BYTES } from "../prefixes.js";
import { ByteReader } from "./byte_reader.js";
import { need } from "./refused.js";
import { needAscending } from "./rows.js";

export const MOST_BYTES = 32 * 2 ** 20;
export const MOST_ENTRIES = 5_000_000;
export const MOST_RULES_BYTES = 4 * 2 ** 20;
const PDQ_BITS = 256;
const WORD_BITS = 32;
const FIXED_HEAD = 12; // bytes of the head of `pictures` before the places of its bits
const COUNT_AT = 8; // where its count is
const RULE_FILES = /** @type {const} */ (["media_hosts", "sharing_hosts", "datasets", "licences", "links"]);

/** @typedef {Record<typeof RULE_FILES[number], any>} Rules the parsed rule files */

/**
 * @typedef {object} Pictures
 * @property {Uint8Array} head
 * @property {Uint8Array} places which bits of a PDQ hash are shipped
 * @property {number} threshold how many of them may differ
 * @property {Uint8Array} rows
 * @property {number} width of a row, in bytes
 */

/** The decoded list of `keys`. Raises Refused. @param {Uint8Array} file */
export function readKeys(file) {
  const reader = new ByteReader(file);
  reader.magic("CWK1");
  const k = reader.u8();
  const decoded = readPrefixes(reader, k, entries(reader));
  reader.end();
  return decoded;
}

/** As many prefixes as are said, 6 bytes each. @param {ByteReader} reader @param {number} k @param {number} count */
export function readPrefixes(reader, k, count) {
  /** @type {DataView | undefined} */
  let view;
  reader.ascending({ k, count, below: PREFIXES }, (prefix, index) => {
    view ??= new DataView(new ArrayBuffer(count * PREFIX_BYTES)); // now it is known that there are bytes for so many
    view.setUint16(index * PREFIX_BYTES, prefix / 2 ** 32);
    view.setUint32(index * PREFIX_BYTES + 2, prefix % 2 ** 32);
  });
  return new Uint8Array(view?.buffer ?? new ArrayBuffer(0));
}

/** A number of entries. @param {ByteReader} reader */
export function entries(reader) {
  const count = reader.u32();
  need(count <= MOST_ENTRIES, "size");
  return count;
}

/** `pictures`, checked from end to end. Raises Refused. @param {Uint8Array} file */
export function readPictures(file) {
  const pictures = openPictures(file);
  needAscending(pictures.rows, pictures.width);
  return pictures;
}

/** The same of a file that was checked when it came. @param {Uint8Array} file @returns {Pictures} */
export function openPictures(file) {
  const reader = new ByteReader(file);
  reader.magic("CWP1");
  const bits = reader.u16();
  const threshold = reader.u16();
  const count = entries(reader);
  need(bits > 0 && bits % WORD_BITS === 0 && bits <= PDQ_BITS && threshold <= bits, "range");
  const places = reader.take(bits);
  need(new Set(places).size === bits, "range");
  const head = file.subarray(0, FIXED_HEAD + bits);
  const width = bits / 8;
  const rows = reader.take(count * width);
  reader.end();
  return { head, places, threshold, rows, width };
}

/** The head of `pictures` with another number of rows. @param {Pictures} pictures @param {number} count */
export function headWith({ head }, count) {
  const made = head.slice();
  new DataView(made.buffer).setUint32(COUNT_AT, count, true);
  return made;
}

/**
 * `rules`, or null where this client does not know how to read them.
 * @param {Uint8Array} file
 * @returns {Rules | null}
 */
export function readRules(file) {
  try {
    const rules = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
    if (rules?.format !== 1 || !RULE_FILES.every((name) => isObject(rules[name]))) return null;
    return /** @type {Rules} */ (Object.fromEntries(RULE_FILES.map((name) => [name, rules[name]])));
  } catch {
    return null;
  }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
