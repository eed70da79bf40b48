/** What the pages show of the watch list, and when the server is asked again. Stores nothing, asks nobody. */

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const STALE = 7 * DAY;

/**
 * @typedef {import("../shared/shapes.js").ListState} ListState
 * @typedef {import("../shared/list/manifest.js").Manifest} Manifest
 */

/** @type {ListState} */
export const NONE = {
  version: 0,
  made_at: "",
  fetchedAt: 0,
  count: 0,
  pictures: 0,
  bytes: 0,
  state: "none",
  publicKey: "",
};

/** @param {Manifest} manifest @param {number} now @returns {ListState} */
export function shownOf({ version, made_at, keys, pictures, rules }, now) {
  const bytes = keys.bytes + pictures.bytes + rules.bytes;
  const state = freshOrStale(made_at, now);
  return { ...NONE, version, made_at, count: keys.count, pictures: pictures.count, bytes, state };
}

/** @param {string} madeAt @param {number} now @returns {"fresh" | "stale"} */
export function freshOrStale(madeAt, now) {
  return now - Date.parse(madeAt) > STALE ? "stale" : "fresh";
}

/**
 * Some moment in the hour after the server has more; never within an hour, nor later than a day.
 * @param {Manifest | undefined} manifest
 * @param {number} now
 */
export function nextTime(manifest, now) {
  const wanted = manifest ? Date.parse(manifest.next_update) : now;
  return Math.round(Math.min(Math.max(wanted, now + HOUR), now + DAY - HOUR) + Math.random() * HOUR);
}

/** Whether the planned moment has come. @param {number} next @param {number} now */
export function isDue(next, now) {
  return next <= now || next > now + DAY; // later than ever planned: the clock was set back
}
