/**
 * A page and where it is → its outgoing links: which dataset each hands out, in which role, and why.
 *
 * The words are in `links.json`. How the decision is made, step by step: docs/links.md. Asks no network; the page is
 * whatever somebody published.
 */

import { Rules } from "./links_vocabulary.js";
import { addressWords, context, contexts, fileNames, isFileName } from "./links_context.js";
import { linksIn, readBlocks, said } from "./links_page.js";
import { bare, first, last } from "./texts.js";

/**
 * @typedef {import("./catalogue.js").Catalogue} Catalogue
 * @typedef {import("./links_context.js").Context} Context
 * @typedef {import("./links_page.js").Block} Block
 * @typedef {import("./links_page.js").Section} Section
 * @typedef {import("./links_words.js").Mark} Mark
 * @typedef {import("./locations.js").LocationKey} LocationKey
 * @typedef {"data" | "features" | "list" | "weights" | "other"} Role
 * @typedef {object} Link an outgoing link
 * @property {number} line it stands in, from 1
 * @property {string} url may hold the secret of a share
 * @property {string | null} dataset id in the catalogue
 * @property {Role} role what it hands out
 * @property {string} reason in plain words; quotes words of the rules only, never the page
 * @property {string | null} access the access code near the link: a secret
 * @typedef {object} Finding what a context says: a role or a dataset, in which place, by which word
 * @property {string} value
 * @property {string} place
 * @property {string} word
 * @property {boolean} near
 * @typedef {object} Parts what the reader needs to know
 * @property {Rules} rules
 * @property {Catalogue} catalogue
 * @property {(text: string) => LocationKey | null} location
 * @typedef {{dataset: string | null, role: Role, reason: string}} Decision
 */

export const MOST_LINKS = 5_000;
const NEARBY = 120; // characters in which an access code is looked for
const HTML = /^[ \t\r\n]*(?:<!--[^>]{0,500}-->[ \t\r\n]*)?<(?:!doctype html|html|head|body)[ >]/iu;
const VALUE = /^[ *_~]*[0-9]{1,3}\.[0-9]{1,4} ?%?[ *_~]*$/;
const LONGEST_VALUE = 20;
const MOST_CELLS = 40;
const STRANGE = /[A-Z]|[a-z][0-9]|[0-9][a-z]|[0-9]{5}/; // what makes a word look like a name
const MOST_VALUES = 1; // in a row; more are figures of a model
const PIECES = 3; // around a link, of the line it stands in
const CLOSE = new Set(["the file name", "the address", "the link text", "the row", "the column head"]);
const SILENT = "nothing near says what it hands out";

/**
 * The reader of links.
 * @param {import("./links_vocabulary.js").LinkRules} linkRules the parsed `links.json`
 * @param {Catalogue} catalogue
 * @param {(text: string) => LocationKey | null} location
 */
export function makeLinks(linkRules, catalogue, location) {
  const parts = { rules: new Rules(linkRules, catalogue), catalogue, location };
  return {
    /**
     * The outgoing links of a page, in the order of their lines. Never throws, never asks the network.
     *
     * `at` is the page's address: owner, repository and path are evidence too. Reads at most 5,000,000 characters,
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

/** A link with what its contexts say. */
class Candidate {
  /** @param {Block} block @param {number} cell @param {number} number @param {string} at @param {Parts} parts */
  constructor(block, cell, number, at, parts) {
    this.block = block;
    this._cell = cell;
    this._number = number;
    this._parts = parts;
    this._rules = parts.rules;
    this._pieces = block.cells[cell];
    this._piece = this._pieces[number];
    this._where = parts.location(this._piece.url);
    this._names = fileNames(this._piece.url, this._command());
    this._text = this._rules.words.read(this._piece.text);
    this._isStrange = this._looksStrange();
    const isNamed = this._isStrange || this._text.marks.some(({ names }) => names !== null);
    this._contexts = [...this._allContexts(at, isNamed)];
    this.dataset = this._findDataset();
    this._role = this._findRole();
  }

  /** The decision. @returns {Link} */
  link() {
    const { dataset, role, reason } = this._decision();
    return { line: this._piece.line, url: this._piece.url, dataset, role, reason, access: this._access() };
  }

  /** Whether a role word says that it hands out data. */
  get saysData() {
    return this._role?.value === "data";
  }

  /** The line of code it stands in. */
  _command() {
    if (this.block.kind !== "code") return "";
    const before = said(this._pieces.slice(Math.max(0, this._number - PIECES), this._number));
    const after = said(this._pieces.slice(this._number + 1, this._number + 1 + PIECES));
    return before.slice(before.lastIndexOf("\n") + 1) + after.split("\n", 1)[0];
  }

  /** @param {string} at @param {boolean} isNamed @returns {Generator<Context>} */
  *_allContexts(at, isNamed) {
    for (const name of this._names) yield context("the file name", name);
    yield context("the address", addressWords(this._piece.url));
    yield context("the link text", this._piece.text);
    yield* contexts(this.block, this._cell, this._number, isNamed);
    for (const part of addressWords(at).split(" / ").reverse()) yield context("the page's address", part, { near: false });
  }

  /** Whether the link text is what looks like a name and is none we know. */
  _looksStrange() {
    const isKnown = this._text.marks.some(({ names, role }) => names || role);
    return !isKnown && this._text.strange.some((word) => STRANGE.test(word)) && !isFileName(this._piece.text);
  }

  /**
   * What the nearest context with a name says. A name nobody knows takes none from further away.
   * @returns {Finding | null}
   */
  _findDataset() {
    for (const { place, text, near } of this._contexts) {
      if (place === "the section") continue; // names what stands beside it too
      if (this._isStrange && !near) return null;
      let marks = this._mostSpecial(this._rules.words.read(text).marks.filter(({ names }) => names !== null));
      if (!near) {
        const far = marks.filter(({ names }) => this._rules.countsFar(names));
        marks = far.length ? far : marks;
        if (new Set(marks.map(({ names }) => names)).size > 1) return null;
      }
      const mark = marks.at(place === "the words before it" ? -1 : 0);
      if (mark) return { value: mark.names ?? "", place, word: mark.word, near };
    }
    return null;
  }

  /** Without the datasets of which another one named beside them was made. @param {Mark[]} marks */
  _mostSpecial(marks) {
    const ids = new Set(marks.flatMap(({ names }) => names || []));
    if (ids.size < 2) return marks;
    const above = new Set([...ids].flatMap((id) => this._parts.catalogue.ancestors(id).map((up) => up.id)));
    return marks.filter(({ names }) => !above.has(names ?? ""));
  }

  /** @returns {Finding | null} */
  _findRole() {
    for (const name of isFileName(this._piece.text) ? [...this._names, this._piece.text] : this._names) {
      const value = this._rules.roleOfEnding(name);
      if (value) return { value, place: "the file name", word: name.slice(name.lastIndexOf(".") + 1), near: true };
    }
    for (const one of this._contexts) {
      const found = roleIn(one, this._rules) ?? this._roleByShape(one);
      if (found) return found;
    }
    return null;
  }

  /** @param {Context} context @returns {Finding | null} */
  _roleByShape({ place, text }) {
    if (place === "the row" && this._hasFigures()) {
      return { value: "weights", place: "the row holds figures of a model", word: "", near: true };
    }
    if ((place === "the file name" || place === "the link text") && this._isArchiveOfDataset(text)) {
      return { value: "data", place: `${place} is an archive of it`, word: "", near: true };
    }
    return null;
  }

  /** @param {string} text */
  _isArchiveOfDataset(text) {
    return this._rules.isArchive(text) && this._rules.words.read(text).marks.some(({ names }) => names);
  }

  _hasFigures() {
    const cells = this.block.cells.slice(0, MOST_CELLS).map((pieces) => first(said(pieces), LONGEST_VALUE));
    return cells.filter((cell) => VALUE.test(cell)).length > MOST_VALUES;
  }

  /** @returns {Decision} */
  _decision() {
    const dataset = this.dataset?.value || null;
    const role = this._role?.value ?? "";
    const reason = this._reason();
    if (!this._handsOut()) return { role: "other", dataset, reason: "a page or repository, no place that hands out files" };
    if (role === "weights") return { role, dataset: null, reason };
    if (role === "features" || role === "list") return { role, dataset, reason };
    if (role === "other" || !dataset) return { role: "other", dataset, reason: role ? reason : SILENT };
    if (this._rules.benchmarks.has(dataset)) return { role: "other", dataset, reason: `${reason}: a benchmark` };
    if (role === "data" || this._isPlainlyNamed()) return { role: "data", dataset, reason };
    return { role: "other", dataset, reason: `${reason}; nothing says that it hands it out` };
  }

  /** Whether all that is said about a link is a dataset's name: close by, and the link text says nothing else. */
  _isPlainlyNamed() {
    const isClose = this.dataset?.near || this.dataset?.place === "the heading";
    return isClose && this._text.strange.length === 0;
  }

  /** Whether the place is one where files lie: a share, a bucket, a release, a dataset; elsewhere, only a file. */
  _handsOut() {
    if (this._rules.isHome(this._piece.url)) return false;
    if (this._where === null) return !/^https?:/i.test(this._piece.url);
    const isCode = this._rules.codeHosts.has(this._where.key.split(":", 1)[0]) && this._where.kind !== "release";
    if (this._rules.kinds.has(this._where.kind) && !isCode) return true;
    return this._names.some((name) => this._rules.isFile(name));
  }

  _reason() {
    const reasons = [this.dataset, this._role].flatMap((one) => (one?.value ? reasonOf(one) : []));
    return [...new Set(reasons)].join("; ") || SILENT;
  }

  /** @returns {string | null} */
  _access() {
    if (this._where === null) return null;
    if (this._where.access || !this._rules.kinds.has(this._where.kind)) return this._where.access;
    const neighbour = this._pieces[this._number - 1];
    const before = !neighbour || neighbour.url ? "" : last(neighbour.text, NEARBY);
    const read = this._parts.location(`${before} ${this._piece.url} ${first(this._wordsAfter(), NEARBY)}`);
    return read?.key === this._where.key ? read.access : null;
  }

  _wordsAfter() {
    const pieces = this._pieces.slice(this._number + 1, this._number + 1 + PIECES);
    const next = pieces.findIndex(({ url }) => url);
    const words = (next < 0 ? pieces : pieces.slice(0, next)).map(({ text }) => first(text, NEARBY)).join("");
    const cell = this.block.cells[this._cell + 1];
    return bare(words) || !cell ? words : said(cell.filter(({ url }) => !url));
  }
}

/** In plain words. Quotes words of the rules only, never the page. @param {Finding} finding */
function reasonOf({ place, word }) {
  return word ? `${place} says “${word}”` : place;
}

/**
 * The first strong role word, else the first; behind the link, the first; in a table's head, weights first.
 * @param {Context} context
 * @param {Rules} rules
 * @returns {Finding | null}
 */
function roleIn({ place, own, near, behind }, rules) {
  let marks = rules.words.read(own).marks.filter(({ role, strength }) => role && (CLOSE.has(place) || strength > 0));
  if (place === "the section") {
    // Where it speaks of features, a heading that says data means those.
    marks = marks.filter(({ role, strength }) => role === "features" && strength > 1);
  }
  const best = (place === "the table's head" ? marks.find(({ role }) => role === "weights") : undefined) ??
    (place !== "the table's head" && !behind ? marks.find(({ strength }) => strength > 1) : undefined) ??
    marks[0];
  return best ? { value: best.role, place, word: best.word, near } : null;
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
    const { dataset, block, saysData } = candidate;
    const { named, evidence } = sections.get(block.section) ?? { named: new Set(), evidence: new Set() };
    if (!dataset?.value || !evidence.size || dataset.place === "the file name" || !saysData) continue;
    const below = catalogue.derived(dataset.value).map(({ id }) => id);
    const better = below.some((id) => named.has(id)) ? [] : below.filter((id) => evidence.has(id));
    if (better.length !== 1) continue;
    const place = `${reasonOf(dataset)}, of which files or counts in this section name one`;
    candidate.dataset = { value: better[0], place, word: "", near: dataset.near };
  }
}
