/**
 * The report as a page of ours hands it back → the same, checked and cut to what the server takes.
 *
 * The limits are those of `Report` in docs/openapi.json. Judges no words: what somebody wants to say is theirs.
 */

import { Problem } from "../shared/api.js";
import { oneLine, plainAddress } from "./addresses.js";

/**
 * @typedef {import("../shared/shapes.js").Report} Report
 * @typedef {import("../shared/shapes.js").ObservedMedia} ObservedMedia
 * @typedef {import("../shared/shapes.js").ObservedLink} ObservedLink
 */

const WEB = /^https?:\/\/[^\p{Cc} ]+$/iu;
const LINK = /^(?:https?:\/\/|magnet:\?)[^\p{Cc} ]+$/iu;
const HEX = /^[0-9a-f]{64}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const DATASET = /^[a-z0-9-]{1,60}$/;
const ROLES = new Set(["data", "features", "list", "weights", "other"]);
const LONGEST_URL = 2048;

/**
 * Throws `Problem` for what is no report.
 * @param {Record<string, any>} draft
 * @param {import("./rulebooks.js").Rulebooks} rules
 * @returns {Report}
 */
export function checkedReport(draft, rules) {
  const page = typeof draft.page === "string" ? plainAddress(draft.page, rules)?.url : undefined;
  if (!page || !WEB.test(page)) throw new Problem("nothing");
  return without({
    version: 1,
    page,
    observed_at: MOMENT.test(draft.observed_at) ? draft.observed_at : undefined,
    dataset: line(draft.dataset, 200),
    note: lines(draft.note, 2000),
    media: list(draft.media, 500, media),
    links: list(draft.links, 200, link),
  });
}

/** @template {object} T @param {unknown} value @param {number} most @param {(one: any) => T} read @returns {T[]} */
function list(value, most, read) {
  if (!Array.isArray(value)) return [];
  const all = value.filter((one) => typeof one === "object" && one !== null).map(read);
  return all.filter((one) => Object.keys(one).length > 0).slice(0, most);
}

/** @param {any} one @returns {ObservedMedia} */
function media(one) {
  const pdq = HEX.test(one.pdq) ? one.pdq : undefined;
  const isQuality = pdq && Number.isInteger(one.quality) && one.quality >= 0 && one.quality <= 100;
  return without({
    url: address(one.url, WEB),
    name: line(one.name, 300),
    key: line(one.key, 300),
    sha256: HEX.test(one.sha256) ? one.sha256 : undefined,
    pdq,
    quality: isQuality ? one.quality : undefined,
  });
}

/** @param {any} one @returns {ObservedLink} */
function link(one) {
  const url = address(one.url, LINK);
  if (!url) return /** @type {any} */ ({});
  return without({
    url,
    text: lines(one.text, 500),
    dataset: DATASET.test(one.dataset) ? one.dataset : undefined,
    role: ROLES.has(one.role) ? one.role : undefined,
  });
}

/** @param {unknown} value @param {RegExp} form */
function address(value, form) {
  return typeof value === "string" && value.length >= 8 && value.length <= LONGEST_URL && form.test(value) ? value : undefined;
}

/** @param {unknown} value @param {number} most */
function line(value, most) {
  return (typeof value === "string" && oneLine(value, most)) || undefined;
}

/** @param {unknown} value @param {number} most */
function lines(value, most) {
  if (typeof value !== "string") return undefined;
  const clean = value.replace(/[^\P{Cc}\t\n]/gu, "").slice(0, most).replace(/\p{Cs}/gu, "");
  return clean.trim() ? clean : undefined;
}

/** Without what is undefined. @template {object} T @param {T} value @returns {any} */
function without(value) {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
