/**
 * Comparing the pictures of a page with those of the watch list, when the user asks for it: PDQ, then the nearest.
 *
 * Pixels come from the page itself where it may read them; else a picture is fetched once more, without cookies and
 * referrer, and only from a host that is switched on. Who asks, and what becomes of the answer, is decided elsewhere.
 */

import { bytesOf } from "../shared/api.js";
import { permissions } from "../shared/browser.js";
import { hex } from "../shared/list/digests.js";
import { nearest } from "../shared/list/nearest.js";
import { pdq, pdqOfRows } from "../shared/pdq.js";
import { pictureSize } from "../shared/picture_header.js";
import { isOn } from "./hosts.js";
import { withRows } from "./picture_rows.js";
import * as watchList from "./watch_list.js";

const MOST_PICTURES = 60;
const MOST_BYTES = 10 * 2 ** 20; // of one file
const MOST_BYTES_IN_ALL = 60 * 2 ** 20;
const MOST_PIXELS = 40_000_000; // as on the server
const AT_ONCE = 4;
const TIMEOUT = 20_000;
const LEAST_QUALITY = 50; // below, a picture is near to every other one

/**
 * @typedef {{place: string, url: string, w: number, h: number}} Picture as the page shows it
 * @typedef {{place: string | number, width: number, height: number, data: string | null}} Pixels RGBA as base64
 * @typedef {(places: (string | number)[]) => Promise<Pixels[]>} AskPage
 * @typedef {import("../shared/shapes.js").FoundPicture} FoundPicture
 * @typedef {import("../shared/pdq.js").Pdq} Pdq
 * @typedef {{allowed: (url: string) => Promise<boolean>, get: typeof ask, bytesLeft: number}} Means how files come
 */

/**
 * Which of the pictures are near to one in the list. `unreadable` are those whose pixels could not be had.
 * @param {Picture[]} pictures
 * @param {AskPage} askPage
 * @param {{allowed?: (url: string) => Promise<boolean>, get?: typeof ask}} [options]
 * @returns {Promise<{looked: number, matched: FoundPicture[], unreadable: number, capped: boolean}>}
 */
export async function compare(pictures, askPage, { allowed = mayFetch, get = ask } = {}) {
  const list = await watchList.pictures();
  const each = [...new Map(pictures.map((picture) => [picture.url, picture])).values()];
  const chosen = list?.rows.length ? each.slice(0, MOST_PICTURES) : [];
  const means = { allowed, get, bytesLeft: MOST_BYTES_IN_ALL };
  /** @type {FoundPicture[]} */
  const matched = [];
  let unreadable = 0;
  for (let start = 0; start < chosen.length; start += AT_ONCE) {
    const some = chosen.slice(start, start + AT_ONCE);
    (await hashesOf(some, askPage, means)).forEach((pdq, at) => {
      const distance = list && pdq && pdq.quality >= LEAST_QUALITY ? nearest(list, pdq.hash) : null;
      if (!pdq) unreadable++;
      else if (distance !== null) matched.push(found(some[at], pdq, distance));
    });
  }
  return {
    looked: chosen.length - unreadable,
    matched,
    unreadable,
    capped: list !== null && each.length > MOST_PICTURES,
  };
}

/** @param {Picture} picture @param {Pdq} pdq @param {number} distance @returns {FoundPicture} */
function found({ place, url }, { hash, quality }, distance) {
  return { place, url, pdq: hex(hash), quality, distance };
}

/** @param {string} url @param {RequestInit} options */
const ask = (url, options) => fetch(url, options); // which wants to be called as nobody's method

/** Only hosts that are switched on, and that the browser lets us ask. @param {string} url */
async function mayFetch(url) {
  return (await isOn(url)) && permissions.has([`${new URL(url).origin}/*`]);
}

/**
 * @param {Picture[]} pictures
 * @param {AskPage} askPage
 * @param {Means} means
 */
async function hashesOf(pictures, askPage, means) {
  const answered = await askPage(pictures.map(({ place }) => place)).catch(() => []);
  const byPlace = new Map(answered.map((pixels) => [String(pixels?.place), pixels]));
  const own = await Promise.all(pictures.map(({ place }) => ofPixels(byPlace.get(String(place)))));
  const files = pictures.map(({ url }, at) => (own[at] ? null : fetched(url, means).catch(() => null)));
  /** @type {(Pdq | null)[]} */
  const hashes = [];
  for (const [at, file] of files.entries()) hashes.push(own[at] ?? (await ofFile(await file).catch(() => null)));
  return hashes; // decoded one after the other: a picture takes a lot of memory
}

/** What the page could read of its own. @param {Pixels | undefined} pixels @returns {Promise<Pdq | null>} */
async function ofPixels(pixels) {
  if (typeof pixels?.data !== "string" || !isSmall(pixels)) return null;
  const data = fromBase64(pixels.data);
  return data?.length === pixels.width * pixels.height * 4 ? pdq({ ...pixels, data }) : null;
}

/** @param {{width: number, height: number}} size */
function isSmall({ width, height }) {
  return [width, height].every((side) => Number.isSafeInteger(side) && side > 0) && width * height <= MOST_PIXELS;
}

/** @param {string} text */
function fromBase64(text) {
  try {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
    return bytes;
  } catch {
    return null;
  }
}

/**
 * The bytes of a picture. Null where it may not be asked for; throws when it is gone, too large or too slow.
 * @param {string} url
 * @param {Means} means
 */
async function fetched(url, means) {
  const most = Math.min(MOST_BYTES, means.bytesLeft);
  if (most <= 0 || !(await means.allowed(url))) return null;
  const answer = await means.get(url, {
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!answer.ok || (answer.url !== url && !(await means.allowed(answer.url)))) return null;
  const bytes = await bytesOf(answer, most);
  means.bytesLeft -= bytes.length;
  return bytes;
}

/**
 * Decoded as the server does it: upright, over white, colours as in the file. Firefox rounds AVIF a little differently,
 * which was seen to move 2 of the 256 bits; all others are the same to the bit.
 * @param {Uint8Array | null} bytes
 */
async function ofFile(bytes) {
  const size = bytes && pictureSize(bytes);
  if (!size || !isSmall(size)) return null;
  const file = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)]);
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  try {
    return await withRows(bitmap, (rowsAt) => pdqOfRows(bitmap.width, bitmap.height, rowsAt));
  } finally {
    bitmap.close();
  }
}
