/**
 * One outgoing link and what its contexts say: which dataset it hands out, in which role, why, and its access code.
 *
 * What links beside each other say of one another is in decision.js.
 */

import { said } from "./blocks.js";
import { addressWords, context, contexts, fileBeside, fileNames, isFileName } from "./context.js";
import { findDataset, findRole, reasonOf } from "./findings.js";
import { first, last } from "../texts.js";

/**
 * @typedef {import("../catalogue.js").Catalogue} Catalogue
 * @typedef {import("../locations.js").LocationKey} LocationKey
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./pieces.js").Piece} Piece
 * @typedef {import("./vocabulary.js").Rules} Rules
 * @typedef {"data" | "features" | "list" | "weights" | "other"} Role
 * @typedef {object} Link an outgoing link
 * @property {number} line it stands in, from 1
 * @property {string} url may hold the secret of a share
 * @property {string | null} dataset id in the catalogue
 * @property {Role} role what it hands out
 * @property {string} reason in plain words; quotes words of the rules only, never the page
 * @property {string | null} access the access code near the link: a secret
 * @typedef {object} Parts what the reader needs to know
 * @property {Rules} rules
 * @property {Catalogue} catalogue
 * @property {(text: string) => LocationKey | null} location
 * @typedef {{dataset: string | null, role: Role, reason: string}} Decision
 */

const NEARBY = 120; // characters in which an access code is looked for
const STRANGE = /[A-Z]|[a-z][0-9]|[0-9][a-z]|[0-9]{5}/; // what makes a word look like a name
export const ABOVE = ["the heading", "the list item above", "the paragraph above"];
const EARLIER = "a sentence before";
const OWN_SENTENCE = ["the link text", "the text before it", "the text after it"];
const BESIDE = 10; // pieces on each side of a link that are looked at
const BRACKETS = /[(（][^()（）]{0,40}[)）]/gu;
const NO_REASON = "nothing near says what it hands out";

/** A link with what its contexts say. */
export class Candidate {
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
    this._text = this._rules.words.read(withoutBrackets(this._piece.text));
    this._names = fileNames(this._piece.url, this._command());
    const all = [...this._contexts(at)];
    const beside = all.find(({ place }) => place === "the text before it")?.text ?? "";
    this._beside = this._rules.words.read(withoutBrackets(beside));
    const isOwnLine = block.hasLines && this._hasOwnWords(all); // the lines before are about something else
    const around = isOwnLine ? all.filter(({ place }) => ![EARLIER, "the section"].includes(place)) : all;
    const shown = isFileName(this._piece.text) ? [this._piece.text] : [this._fileBeside()];
    this.dataset = findDataset(around, this._isStrange(), parts.rules, parts.catalogue);
    this._gets = parts.rules.gets(beside);
    this.role = findRole(this._telling(around), block, [...this._names, ...shown], parts.rules);
  }

  /** The decision. @returns {Link} */
  link() {
    const { dataset, role, reason } = this._decision();
    return { line: this._piece.line, url: this._piece.url, dataset, role, reason, access: this._access() };
  }

  /** Whether the sentence it stands in has words we do not know. @param {Context[]} around */
  _hasOwnWords(around) {
    const sentence = around.filter(({ place }) => place === "the text before it" || place === "the text after it");
    return sentence.some(({ text }) => this._rules.words.read(withoutBrackets(text)).strange.length > 0);
  }

  /** @param {string} at @returns {Generator<Context>} */
  *_contexts(at) {
    for (const name of this._names) yield context("the file name", name);
    yield context("the address", addressWords(this._piece.url));
    yield context("the link text", this._piece.text);
    yield context("the file name beside it", this._fileBeside());
    const alone = this._text.strange.length > 0 || this._text.marks.some(({ names }) => names !== null);
    const saysNothing = (/** @type {string} */ text) => this._rules.saysNothing(text);
    yield* contexts(this.block, this._cell, this._number, alone, saysNothing);
    for (const part of addressWords(at).split(" / ").reverse())
      yield context("the page's address", part, { near: false });
  }

  /** The contexts that may say its role: not those about other links, as the dataset is named nearer. @param {Context[]} around */
  _telling(around) {
    if (!this.dataset) return around;
    if (this.dataset.near) {
      const isOwn = this._gets && OWN_SENTENCE.includes(this.dataset.place);
      const leftOut = isOwn || this.block.hasLines ? ["the section", EARLIER] : ["the section"];
      return around.filter(({ place }) => !leftOut.includes(place));
    }
    if (!this._gets || this.dataset.place !== EARLIER) return around;
    const named = around.findIndex(({ place, text }) => place === EARLIER && this._rules.namesAny(text));
    return around.filter(({ place }, at) => named < 0 || at <= named || place !== EARLIER);
  }

  /** The file name before it, if only fillers stand between: `faces.zip (from Baidu): `. */
  _fileBeside() {
    const { name, between } = fileBeside(this._sides().before);
    const { marks, strange } = this._rules.words.read(between);
    return this._rules.isFile(name) && !marks.length && !strange.length ? name : "";
  }

  /** Whether the link text looks like a name, and is none we know. */
  _isStrange() {
    const isKnown = this._text.marks.some(({ names, role }) => names !== null || role);
    return !isKnown && this._text.strange.some((word) => STRANGE.test(word)) && !isFileName(this._piece.text);
  }

  /** The line of code it stands in. */
  _command() {
    if (this.block.kind !== "code") return "";
    const { before, after } = this._sides();
    return before.slice(before.lastIndexOf("\n") + 1) + after.split("\n", 1)[0];
  }

  /** @returns {Decision} */
  _decision() {
    const dataset = this.dataset?.value || null;
    const role = this.role?.value ?? "";
    const reason = this._reason();
    if (!this._handsOut())
      return { role: "other", dataset, reason: "a page or repository, no place that hands out files" };
    if (role === "weights") return { role, dataset: null, reason };
    if (role === "features" || role === "list") return { role, dataset, reason };
    if (role === "other" || !dataset) return { role: "other", dataset, reason };
    if (this._rules.benchmarks.has(dataset)) return { role: "other", dataset, reason: `${reason}: a benchmark` };
    if ((role === "data" && !this._saysSomethingElse()) || this._isPlainlyNamed())
      return { role: "data", dataset, reason };
    return { role: "other", dataset, reason: `${reason}; nothing says that it hands it out` };
  }

  /** Whether the link text has words we do not know, while only far words say that it is data. */
  _saysSomethingElse() {
    return this._text.strange.length > 0 && this._text.marks.length === 0 && this.role?.near === false;
  }

  /** Whether all that is said about it is a dataset's name: close by, or above it and nothing else beside it. */
  _isPlainlyNamed() {
    if (!this.dataset || this._text.strange.length) return false;
    const { near, place } = this.dataset;
    const leadsOn = ABOVE.includes(place) || ((this._gets || this.block.hasLines) && place === EARLIER);
    return near || (leadsOn && !this._beside.strange.length);
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
    const reasons = this.dataset ? [reasonOf(this.dataset)] : [];
    if (this.role?.value) reasons.push(reasonOf(this.role));
    return [...new Set(reasons)].join("; ") || NO_REASON;
  }

  /** The access code in the address, or in the words around it. @returns {string | null} */
  _access() {
    if (this._where === null || this._where.access || !this._rules.kinds.has(this._where.kind)) {
      return this._where?.access ?? null;
    }
    const { before, after } = this._sides();
    const isFirst = this.block.firstLinks[this._cell] === this._number; // else those are of the link before
    const behind = first(`${after} ${this._nextCell()}`, NEARBY);
    const words = `${isFirst ? last(before, NEARBY) : ""} ${this._piece.url} ${behind}`;
    const read = this._parts.location(words);
    return read?.key === this._where.key ? read.access : null;
  }

  _nextCell() {
    const { cells, heads } = this.block;
    if (this._cell + 1 >= cells.length) return "";
    const beside = this._cell + 1 + Math.max(0, heads.length - cells.length);
    return `${heads[beside] ?? ""}: ${this.block.ownBeginnings[this._cell + 1]}`;
  }

  /** The words since the link before, and up to the next one. */
  _sides() {
    const before = this._pieces.slice(Math.max(0, this._number - BESIDE), this._number).reverse();
    const after = this._pieces.slice(this._number + 1, this._number + 1 + BESIDE);
    return { before: said(untilLink(before).reverse()), after: said(untilLink(after)) };
  }
}

/** Brackets hold codes and sizes. @param {string} words */
function withoutBrackets(words) {
  return words.replace(BRACKETS, " ");
}

/** @param {Piece[]} pieces */
function untilLink(pieces) {
  const end = pieces.findIndex(({ url }) => url);
  return end < 0 ? pieces : pieces.slice(0, end);
}
