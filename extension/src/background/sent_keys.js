/** Which places and datasets a report is about, and what of it was sent before: each is sent once. Keeps nothing. */

import { placeKey } from "./addresses.js";

/**
 * @typedef {import("./rulebooks.js").Rulebooks} Rulebooks
 * @typedef {import("../shared/shapes.js").Report} Report
 * @typedef {{media: string[], links: string[], page: string}} Keys of the parts of a report
 */

/**
 * Pictures of a page are one part of it; one somebody pointed at stands for itself.
 * @param {Report} report
 * @param {boolean} byHand
 * @param {Rulebooks} rules
 * @returns {Keys}
 */
export function keysOf({ page, media = [], links = [] }, byHand, rules) {
  const own = `${placeKey(page, rules)}|-`;
  return {
    page: own,
    media: media.map(({ key, url }) => (byHand ? `${key ?? placeKey(url ?? page, rules)}|-` : own)),
    links: links.map(({ url, dataset }) => `${placeKey(url, rules)}|${dataset ?? "-"}`),
  };
}

/**
 * The report without the parts that were sent before, and the keys of those that were not. Null when nothing is left.
 * @param {Report} report
 * @param {Keys} keys
 * @param {Record<string, string>} sent
 * @returns {{report: Report, keys: string[]} | null}
 */
export function withoutSent(report, keys, sent) {
  const isNew = (/** @type {string} */ key) => !Object.hasOwn(sent, key);
  const { media = [], links = [] } = report;
  const isBare = !media.length && !links.length;
  if (isBare) return isNew(keys.page) ? { report, keys: [keys.page] } : null;
  const left = {
    media: media.filter((_, at) => isNew(keys.media[at])),
    links: links.filter((_, at) => isNew(keys.links[at])),
  };
  if (!left.media.length && !left.links.length) return null;
  const all = [...keys.media, ...keys.links].filter(isNew);
  return { report: { ...report, ...left }, keys: [...new Set(all)] };
}
