/**
 * A slice as a content script hands it over → candidates and pictures, checked and cut; the rest is dropped.
 *
 * Pages can make their content script say anything. Knows no rules of hosts, keeps nothing.
 */

import { keptPlace } from "./kept_places.js";

/** @typedef {import("./detect.js").Candidate} Candidate */

export const MOST_IN_SLICE = 2_000;
const LONGEST = 4_096; // characters of an address, a name, a row
const LONGEST_WORDS = 500;
const LONGEST_PICTURE = 1_024; // characters of its address
const LEAST_SIDE = 64; // pixels of a picture that can be compared

/** @type {[string, import("./detect.js").Kind, string][]} */
const KINDS = [
  ["links", "link", "url"],
  ["images", "image", "url"],
  ["names", "name", "text"],
  ["rows", "row", "text"],
];

/** @param {Record<string, unknown>} slice @returns {{candidates: Candidate[], isCut: boolean}} */
export function candidatesOf(slice) {
  const all = KINDS.flatMap(([list, kind, field]) => listOf(slice[list]).flatMap((one) => candidateOf(one, kind, field)));
  const isCut = all.length > MOST_IN_SLICE || KINDS.some(([list]) => isLonger(slice[list]));
  return { candidates: all.slice(0, MOST_IN_SLICE), isCut };
}

/** Pictures that can be compared. @param {Record<string, unknown>} slice @param {number} frame */
export function picturesOf({ images }, frame) {
  return listOf(images).flatMap((one) => {
    const { url, place, w, h } = isRecord(one) ? one : {};
    const isFit = isText(url) && url.length <= LONGEST_PICTURE && isPlace(place) && w >= LEAST_SIDE && h >= LEAST_SIDE;
    return isFit ? [{ url, place: keptPlace(frame, place), w: Math.round(w), h: Math.round(h) }] : [];
  });
}

/** Links with the words near them, as a small page. @param {Map<string, {shown: string, near: string}>} links */
export function pageOf(links) {
  const lines = [...links].map(
    ([url, { shown, near }]) => `<p>${escaped(near)} <a href="${escaped(url)}">${escaped(shown)}</a></p>`,
  );
  return `<html>\n${lines.join("\n")}`;
}

/** @param {unknown} one @param {import("./detect.js").Kind} kind @param {string} field @returns {Candidate[]} */
function candidateOf(one, kind, field) {
  if (!isRecord(one) || !isText(one[field]) || !isPlace(one.place)) return [];
  if (kind === "link" && !/^(?:https?:|magnet:)/i.test(one.url)) return [];
  if (kind === "image" && !/^https?:/i.test(one.url)) return [];
  const shown = kind === "link" ? wordsOf(one.text) : "";
  return [{ kind, text: one[field], shown, near: kind === "link" ? wordsOf(one.near) : "", place: one.place }];
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {unknown[]} */
function listOf(value) {
  return Array.isArray(value) ? value.slice(0, MOST_IN_SLICE) : [];
}

/** @param {unknown} value */
function isLonger(value) {
  return Array.isArray(value) && value.length > MOST_IN_SLICE;
}

/** @param {unknown} value @returns {value is string} */
export function isText(value) {
  return typeof value === "string" && value !== "" && value.length <= LONGEST;
}

/** @param {unknown} value @returns {value is string | number} */
function isPlace(value) {
  return (Number.isSafeInteger(value) && Number(value) >= 0) || (typeof value === "string" && value.length <= 100);
}

/** @param {string} one @param {string} other */
export function isSameOrigin(one, other) {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** @param {unknown} text */
function wordsOf(text) {
  return typeof text === "string" ? text.slice(0, LONGEST_WORDS) : "";
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"\n\r]/g, (sign) => (sign === "\n" || sign === "\r" ? " " : `&#${sign.charCodeAt(0)};`));
}
