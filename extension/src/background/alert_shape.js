/**
 * What a server says of alerts → alerts as they are kept and shown, checked and cut; what is none is left out.
 *
 * The shape is that of `Alert` in docs/openapi.json. A server may say anything: nothing of it may break the pages.
 */

import { Problem } from "../shared/api.js";

/** @typedef {import("../shared/shapes.js").Alert} Alert */

export const MOST = 100; // alerts of one answer
const MOST_WORKS = 20; // of an alert; the pages show the first of them
const LONGEST_ADDRESS = 4096;
const LONGEST = 500;

/** The alerts of an answer, each once. Throws `Problem` for what is no answer. @param {any} body @returns {Alert[]} */
export function alertsOf(body) {
  if (!Array.isArray(body?.alerts)) throw new Problem("server");
  const all = /** @type {Alert[]} */ (body.alerts.slice(0, MOST).flatMap(alertOf));
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

/** @param {any} one @returns {Alert[]} */
function alertOf(one) {
  const { id, url, site, kind, state, since, created_at, works, works_total } = one ?? {};
  const isWhole = [id, works_total].every((number) => Number.isSafeInteger(number) && number >= 0);
  const isShaped = isWhole && isText(url, LONGEST_ADDRESS) && [site, kind, state].every((text) => isText(text)) && Array.isArray(works);
  if (!isShaped || ![since, created_at].every(isMoment)) return [];
  return [{ id, url, site, kind, state, since, created_at, works: works.slice(0, MOST_WORKS).flatMap(workOf), works_total }];
}

/** @param {any} one @returns {Alert["works"]} */
function workOf(one) {
  const { id, title, key, why, certainty = null } = one ?? {};
  const isShaped = Number.isSafeInteger(id) && isText(key, LONGEST_ADDRESS) && [title, why, certainty ?? ""].every((text) => isText(text));
  return isShaped ? [{ id, title, key, why, certainty }] : [];
}

/** @param {unknown} value @param {number} [most] */
function isText(value, most = LONGEST) {
  return typeof value === "string" && value.length <= most;
}

/** @param {unknown} value */
function isMoment(value) {
  return isText(value, 40) && Number.isFinite(Date.parse(String(value)));
}

/** Where to read all about it; empty for what is no address of the web. @param {unknown} page */
export function pageOf(page) {
  return typeof page === "string" && /^https?:\/\//i.test(page) && page.length <= 2048 ? page : "";
}
