/**
 * Any written licence → which one it is. The rules are in `licences.json`.
 *
 * Addresses, SPDX, Hugging Face and Kaggle names, Flickr names and ids, Commons templates and structured data,
 * schema.org and XMP values, and sentences or HTML with one of these in it. Reading pages is done elsewhere.
 */

import { Reader } from "./licence_reader.js";

/**
 * @typedef {import("./licence_reader.js").Licence} Licence
 * @typedef {import("./licence_reader.js").LicenceRules} LicenceRules
 */

/**
 * The readers of licences, from the parsed `licences.json`. They never throw and never ask the network.
 * @param {LicenceRules} rules
 */
export function makeLicences(rules) {
  const reader = new Reader(rules);
  return {
    /**
     * The licence or statement a text gives, null when it gives none.
     *
     * A number from 0 to 16 is a Flickr id. Of several licences in one text the first Creative Commons one counts, as
     * the re-user may pick. Flickr's long names carry no version and meant 2.0 (YFCC100M and COCO use them); other names
     * without version, and YouTube's, give an empty one.
     * @param {string} text
     */
    licence: (text) => reader.read(text),
    /**
     * The questions to look into at a copy of a work under a licence: conditions to check, never findings.
     * @param {Licence} licence
     */
    conditions: (licence) => rules.conditions.filter((one) => concerns(one, licence)).map(({ question }) => question),
    /** What no licence decides; shown wherever conditions to check are shown. */
    limits: rules.limits,
  };
}

/** @param {LicenceRules["conditions"][number]} condition @param {Licence} licence */
function concerns({ element, versions }, { elements, version }) {
  return elements.length > 0 && (!element || elements.includes(element)) && (!versions || versions.includes(version));
}
