/**
 * A page and where it is → its outgoing links: which dataset each hands out, in which role, and why.
 *
 * The words are in `links.json`. How the decision is made, step by step: docs/links.md. Asks no network; the page is
 * whatever somebody published.
 */

import { linksIn } from "./blocks.js";
import { ABOVE, Candidate } from "./candidate.js";
import { reasonOf } from "./findings.js";
import { readBlocks } from "./page.js";
import { Rules } from "./vocabulary.js";

/**
 * @typedef {import("../catalogue.js").Catalogue} Catalogue
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {import("./blocks.js").Section} Section
 * @typedef {import("../locations.js").LocationKey} LocationKey
 * @typedef {import("./candidate.js").Link} Link
 * @typedef {import("./candidate.js").Parts} Parts
 */

export const MOST_LINKS = 5_000;
const HTML = /^[ \t\r\n]*(?:<!--[^>]{0,500}-->[ \t\r\n]*)?<(?:!doctype html|html|head|body)[ >]/iu;
const FAR = [...ABOVE, "the section", "the page's address"];

/**
 * The reader of links.
 * @param {import("./vocabulary.js").LinkRules} linkRules the parsed `links.json`
 * @param {Catalogue} catalogue
 * @param {(text: string) => LocationKey | null} location
 */
export function makeLinks(linkRules, catalogue, location) {
  const parts = { rules: new Rules(linkRules, catalogue), catalogue, location };
  return {
    rules: parts.rules,
    /**
     * The outgoing links of a page, in the order of their lines. Never throws, never asks the network.
     *
     * `at` is the page's address: owner, repository and path are evidence too. Reads at most 1,000,000 characters,
     * 200,000 lines and 5,000 links. Of several links to one address in one line, the first counts.
     * @param {string} page
     * @param {string} at
     * @param {string} [mediaType]
     * @returns {Link[]}
     */
    readLinks(page, at, mediaType) {
      const isHtml = mediaType ? mediaType.includes("html") : HTML.test(page);
      const links = linksIn(readBlocks(page, !isHtml, parts.rules.commands));
      const references = links.filter(({ block }) => block.kind === "reference");
      const found = distinct([...links.filter(({ block }) => block.kind !== "reference"), ...references]);
      const candidates = found.map(({ block, cell, at: number }) => new Candidate(block, cell, number, at, parts));
      refine(candidates, parts);
      tellApart(candidates);
      parts.rules.words.forget();
      return candidates.map((candidate) => candidate.link()).sort((one, other) => one.line - other.line);
    },
  };
}

/** @param {{block: Block, cell: number, at: number}[]} links */
function distinct(links) {
  const found = new Map();
  for (const link of links) {
    const { line, url } = link.block.cells[link.cell][link.at];
    const key = `${line} ${url}`;
    if (found.size < MOST_LINKS && !found.has(key)) found.set(key, link);
  }
  return [...found.values()];
}

/**
 * Where a section calls the set by its family's name only, but its code and counts are those of one derived set.
 * @param {Candidate[]} candidates
 * @param {Parts} parts
 */
function refine(candidates, { rules, catalogue }) {
  /** @type {Map<Section, {named: Set<string>, evidence: Set<string>}>} */
  const sections = new Map();
  for (const { block, dataset } of candidates) {
    const known = sections.get(block.section) ?? { named: new Set(), evidence: rules.evidence(block.section) };
    sections.set(block.section, known);
    known.named.add(dataset?.value ?? "");
  }
  for (const candidate of candidates) {
    const { dataset, role, block } = candidate;
    const { named, evidence } = sections.get(block.section) ?? { named: new Set(), evidence: new Set() };
    if (!dataset?.value || !evidence.size || dataset.place === "the file name" || role?.value !== "data") continue;
    const below = catalogue.derived(dataset.value).map(({ id }) => id);
    const better = below.some((id) => named.has(id)) ? [] : below.filter((id) => evidence.has(id));
    if (better.length !== 1) continue;
    const place = `${reasonOf(dataset)}, of which files or counts in this section name one`;
    candidate.dataset = { value: better[0], place, word: "", near: dataset.near };
  }
}

/**
 * Of list items beside each other of which one says data itself and one something else, those that say neither are
 * what else is there, whatever stands above them all.
 * @param {Candidate[]} candidates
 */
function tellApart(candidates) {
  const items = candidates.filter(({ block }) => block.kind === "item");
  const speaking = new Set(items.filter(({ role }) => role && !FAR.includes(role.place)));
  /** @type {Map<Section | Block, Set<string>>} */
  const roles = new Map();
  for (const { block, role } of speaking) {
    const above = block.parents[0] ?? block.section;
    roles.set(above, (roles.get(above) ?? new Set()).add(role?.value ?? ""));
  }
  for (const one of items) {
    const beside = roles.get(one.block.parents[0] ?? one.block.section) ?? new Set();
    const isMixed = beside.has("data") && ["features", "list", "weights"].some((role) => beside.has(role));
    if (!isMixed || speaking.has(one) || !one.dataset || one.dataset.near) continue;
    const value = beside.has("features") ? "features" : "other";
    one.role = { value, place: "the list items beside it say what they are", word: "", near: false };
  }
}
