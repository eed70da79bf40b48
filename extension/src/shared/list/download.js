/** From an accepted manifest to the records of its version: by deltas when that is less to fetch, else whole files. */

import { PREFIX_BYTES } from "../prefixes.js";
import { applyDelta } from "./delta.js";
import { needDigest } from "./digests.js";
import { MOST_BYTES, openPictures, readKeys, readPictures, readRules } from "./files.js";
import { acceptedManifest, stepsFrom } from "./manifest.js";
import { need } from "./refused.js";
import { load } from "./store.js";

/**
 * @typedef {import("./manifest.js").Manifest} Manifest
 * @typedef {import("./manifest.js").File} File
 * @typedef {import("./delta.js").Lists} Lists
 * @typedef {(sha256: string, most: number) => Promise<Uint8Array>} Fetch a file of the server, of at most so many bytes
 */

/**
 * Everything that is stored of a version. Raises Refused, and whatever `fetch` throws; nothing is stored here.
 * @param {Manifest} manifest
 * @param {Fetch} fetch
 * @param {Uint8Array | null} [ownKeys] those at hand, if they are in memory; they stay as they are
 */
export async function download(manifest, fetch, ownKeys = null) {
  const { keys, pictures } = (await byDeltas(manifest, fetch, ownKeys)) ?? (await whole(manifest, fetch));
  return { keys: exact(keys), pictures: exact(pictures), rules: await rulesOf(manifest, fetch) };
}

/**
 * Null when there is no shorter way, or it does not lead to what the manifest says.
 * @param {Manifest} manifest
 * @param {Fetch} fetch
 * @param {Uint8Array | null} ownKeys
 * @returns {Promise<Lists | null>}
 */
async function byDeltas(manifest, fetch, ownKeys) {
  const about = await load("about");
  const steps = about ? stepsFrom(manifest, acceptedManifest(about.manifest).version) : null;
  if (!steps || sizeOf(steps) >= sizeOf([manifest.keys, manifest.pictures])) return null;
  try {
    let lists = await storedLists(ownKeys);
    for (const step of steps) {
      const before = lists;
      lists = await applyDelta(await checked(step, fetch), step.from, before);
      if (before.keys !== ownKeys) release(before.keys);
      release(before.pictures);
    }
    await needSaid(manifest, lists);
    return lists;
  } catch {
    return null;
  }
}

/** @param {Manifest} manifest @param {Fetch} fetch @returns {Promise<Lists>} */
async function whole(manifest, fetch) {
  const keys = readKeys(await checked(manifest.keys, fetch));
  const pictures = await checked(manifest.pictures, fetch);
  readPictures(pictures);
  await needSaid(manifest, { keys, pictures });
  return { keys, pictures };
}

/** Give back the memory of what is no longer needed now: browsers take their time, and lists are large. @param {Uint8Array} bytes */
export function release({ buffer }) {
  /** @type {any} */ (buffer).transfer(0);
}

/** @param {Uint8Array | null} ownKeys @returns {Promise<Lists>} */
async function storedLists(ownKeys) {
  const [keys, pictures] = await Promise.all([ownKeys ?? load("keys"), load("pictures")]);
  need(keys && pictures, "digest");
  return { keys: new Uint8Array(keys), pictures: new Uint8Array(pictures) };
}

/** @param {Manifest} manifest @param {Lists} lists */
async function needSaid({ keys, pictures }, lists) {
  const { rows, width } = openPictures(lists.pictures);
  need(lists.keys.length === keys.count * PREFIX_BYTES && rows.length === pictures.count * width, "size");
  await needDigest(lists.keys, keys.decoded);
  await needDigest(lists.pictures, pictures.decoded);
}

/**
 * Rules that cannot be read are newer than this client: it goes on with those it has.
 * @param {Manifest} manifest
 * @param {Fetch} fetch
 */
async function rulesOf({ rules: file }, fetch) {
  const own = await load("rules");
  if (own?.sha256 === file.sha256) return own;
  const text = await checked(file, fetch);
  return { sha256: file.sha256, rules: readRules(text) ? exact(text) : (own?.rules ?? null) };
}

/** The bytes of a file, which are what was said. @param {File} file @param {Fetch} fetch */
async function checked({ sha256, bytes }, fetch) {
  const file = await fetch(sha256, MOST_BYTES);
  need(file.length === bytes, "size");
  await needDigest(file, sha256);
  return file;
}

/** @param {File[]} files */
function sizeOf(files) {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A buffer of these bytes and no others. @param {Uint8Array} bytes */
function exact({ buffer, byteOffset, byteLength }) {
  const all = /** @type {ArrayBuffer} */ (buffer);
  return byteLength === all.byteLength ? all : all.slice(byteOffset, byteOffset + byteLength);
}
