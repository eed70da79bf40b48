/** The manifest of the watch list: the shape of its text, and whether it may follow the one at hand. */

import { isPublicKey } from "../keys.js";
import { digest } from "./digests.js";
import { MOST_BYTES, MOST_ENTRIES, MOST_RULES_BYTES } from "./files.js";
import { Refused, need } from "./refused.js";

const FORMAT = 1;
const MOST_TEXT = 262_144; // bytes
const MOST_DELTAS = 500;
const MOST_KEYS = 8;
const LAST_VERSION = 2 ** 32 - 1;
const DAY = 24 * 3600 * 1000;
const SHA256 = /^[0-9a-f]{64}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * @typedef {{sha256: string, bytes: number}} File
 * @typedef {File & {count: number, decoded: string}} ListFile
 * @typedef {File & {from: number, to: number}} Delta
 * @typedef {object} Manifest
 * @property {number} format
 * @property {number} version
 * @property {string} made_at
 * @property {string} next_update
 * @property {string} previous
 * @property {import("../keys.js").PublicKey[]} signing_keys
 * @property {ListFile} keys
 * @property {ListFile} pictures
 * @property {File} rules
 * @property {Delta[]} deltas
 */

/**
 * What a text says whose signature was checked. Raises Refused.
 * @param {string} text
 * @returns {Promise<Manifest>}
 */
export async function readManifest(text) {
  const manifest = parsed(text);
  need(manifest?.format === FORMAT && isShaped(manifest), "format");
  const keys = manifest.signing_keys;
  need(keys.length > 0 && keys.length <= MOST_KEYS, "format");
  for (const key of keys) need(await isPublicKey(key), "format");
  needSmall(text, manifest);
  return manifest;
}

/**
 * Refuses a manifest that may not replace the one at hand.
 * @param {Manifest} next
 * @param {string} text of it
 * @param {string | null} ownText of the one at hand
 * @param {number} now milliseconds since 1970
 */
export async function needSuccessor(next, text, ownText, now) {
  if (ownText !== null && ownText !== text) {
    const own = /** @type {Manifest} */ (parsed(ownText));
    need(next.version > own.version, "version");
    need(next.version > own.version + 1 || next.previous === (await textDigest(ownText)), "history");
  }
  need(Date.parse(next.made_at) <= now + DAY, "time");
}

/** What a text says that was accepted before. @param {string} text @returns {Manifest} */
export const acceptedManifest = (text) => parsed(text);

/** @param {string} text */
const textDigest = (text) => digest(new TextEncoder().encode(text));

/**
 * The deltas that lead from a version to that of the manifest; null when a step is missing.
 * @param {Manifest} manifest
 * @param {number} version
 * @returns {Delta[] | null}
 */
export function stepsFrom(manifest, version) {
  const byStart = new Map(manifest.deltas.map((delta) => [delta.from, delta]));
  const steps = [];
  for (let at = version; at < manifest.version; at++) {
    const delta = byStart.get(at);
    if (!delta) return null;
    steps.push(delta);
  }
  return steps;
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("format");
  }
}

/** @param {any} manifest @returns {manifest is Manifest} */
function isShaped({ version, made_at, next_update, previous, signing_keys, keys, pictures, rules, deltas }) {
  return (
    isWhole(version, LAST_VERSION) &&
    version > 0 &&
    [made_at, next_update].every(isMoment) &&
    (version === 1 ? previous === "" : isDigest(previous)) &&
    Array.isArray(signing_keys) &&
    [keys, pictures].every((file) => isFile(file) && isWhole(file.count) && isDigest(file.decoded)) &&
    isFile(rules) &&
    Array.isArray(deltas) &&
    deltas.every((delta) => isFile(delta) && isWhole(delta.from, LAST_VERSION) && delta.to === delta.from + 1)
  );
}

/** @param {string} text @param {Manifest} manifest */
function needSmall(text, { keys, pictures, rules, deltas }) {
  need(new TextEncoder().encode(text).length <= MOST_TEXT && deltas.length <= MOST_DELTAS, "size");
  need(
    [keys, pictures, ...deltas].every(({ bytes }) => bytes <= MOST_BYTES),
    "size",
  );
  need([keys, pictures].every(({ count }) => count <= MOST_ENTRIES) && rules.bytes <= MOST_RULES_BYTES, "size");
}

/** @param {any} file */
function isFile(file) {
  return isDigest(file?.sha256) && isWhole(file.bytes);
}

/** @param {unknown} value */
function isDigest(value) {
  return typeof value === "string" && SHA256.test(value);
}

/** @param {unknown} value */
function isMoment(value) {
  return typeof value === "string" && MOMENT.test(value) && Number.isFinite(Date.parse(value));
}

/** @param {unknown} value @param {number} [most] */
function isWhole(value, most = Number.MAX_SAFE_INTEGER) {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
}
