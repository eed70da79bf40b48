/** One step from a version of the watch list to the next: what goes and what comes. */

import { PREFIX_BYTES } from "../prefixes.js";
import { ByteReader } from "./byte_reader.js";
import { hex, needDigest } from "./digests.js";
import { MOST_ENTRIES, entries, headWith, openPictures, readPrefixes } from "./files.js";
import { need } from "./refused.js";
import { changedRows } from "./rows.js";

const DIGEST_BYTES = 32;

/** @typedef {{keys: Uint8Array, pictures: Uint8Array}} Lists decoded */

/**
 * The lists of the next version. Raises Refused: also when they do not have the digests that the delta names.
 * @param {Uint8Array} delta
 * @param {number} from the version that `lists` are of
 * @param {Lists} lists not changed
 * @returns {Promise<Lists>}
 */
export async function applyDelta(delta, from, lists) {
  const reader = new ByteReader(delta);
  reader.magic("CWD1");
  need(reader.u32() === from && reader.u32() === from + 1, "version");
  const keys = changedKeys(reader, lists.keys);
  const pictures = changedPictures(reader, lists.pictures);
  const digests = [reader.take(DIGEST_BYTES), reader.take(DIGEST_BYTES)].map(hex);
  reader.end();
  await needDigest(keys, digests[0]);
  await needDigest(pictures, digests[1]);
  return { keys, pictures };
}

/** @param {ByteReader} reader @param {Uint8Array} keys */
function changedKeys(reader, keys) {
  const removed = removedPlaces(reader, keys.length / PREFIX_BYTES);
  const count = entries(reader);
  const added = readPrefixes(reader, reader.u8(), count);
  needRoom(keys.length / PREFIX_BYTES - removed.length + count);
  return changedRows({ rows: keys, width: PREFIX_BYTES }, removed, added);
}

/** @param {ByteReader} reader @param {Uint8Array} file */
function changedPictures(reader, file) {
  const pictures = openPictures(file);
  const before = pictures.rows.length / pictures.width;
  const removed = removedPlaces(reader, before);
  const added = reader.take(entries(reader) * pictures.width);
  const count = before - removed.length + added.length / pictures.width;
  needRoom(count);
  return changedRows({ ...pictures, head: headWith(pictures, count) }, removed, added);
}

/** @param {ByteReader} reader @param {number} below how many there are */
function removedPlaces(reader, below) {
  const count = reader.u32();
  need(count <= below, "range");
  const places = new Uint32Array(count);
  reader.ascending({ k: reader.u8(), count, below }, (place, index) => (places[index] = place));
  return places;
}

/** @param {number} count */
function needRoom(count) {
  need(count <= MOST_ENTRIES, "size");
}
