/** The blocks of a page and the sections they stand in. Who reads them: page.js. */

import { words } from "./words.js";
import { first, last, size, stripped, strippedAtEnd } from "../texts.js";

/** @typedef {import("./pieces.js").Piece} Piece */

const LONGEST_SECTION = 20_000; // characters of a section that are evidence for its links
export const LINE_END = "\n\n"; // between lines that are said for themselves
export const LONGEST_STRETCH = 600; // characters of a stretch of words

/** What stands under one heading: its headings from the nearest up, its words without those of tables, its code. */
export class Section {
  /** @param {string[]} headings */
  constructor(headings) {
    this.headings = headings;
    /** @type {string[]} */
    this._words = [];
    /** @type {string[]} */
    this._code = [];
    this._size = 0;
    this._count = 0; // words
    /** @type {string | undefined} */
    this._allWords = undefined;
  }

  /** Take in a block, as long as there is room. @param {Block} block */
  add(block) {
    block.reach = this._count;
    if (block.kind === "row" || this._size > LONGEST_SECTION) return;
    const text = block.text;
    this._size += size(text);
    this._count += words(text).length;
    block.reach = this._count;
    this._words.push(text);
    if (block.kind === "code") this._code.push(text);
  }

  /** All its words, once the page is read. */
  get words() {
    this._allWords ??= first(this._words.join("\n"), LONGEST_SECTION);
    return this._allWords;
  }

  /** Its code, once the page is read. */
  get code() {
    return first(this._code.join("\n"), LONGEST_SECTION);
  }
}

/** A stretch of a page that belongs together. Only rows have more than one cell. */
export class Block {
  /**
   * @param {string} kind heading, text, item, row, code, reference
   * @param {Section} section
   * @param {Block[]} parents list items around it, nearest first
   * @param {Block | null} lead what stands before it in its section
   */
  constructor(kind, section, parents, lead) {
    this.kind = kind;
    this.section = section;
    this.parents = parents;
    this.lead = lead;
    /** @type {Piece[][]} */
    this.cells = [[]];
    /** Heads of the columns. @type {string[]} */
    this.heads = [];
    /** First cell, or that of the row above where it is left out. */
    this.rowName = "";
    /** Words of its section up to its end. */
    this.reach = 0;
    /** Each of its lines has an address of its own. */
    this.hasLines = false;
    /** @type {Map<string, unknown>} */
    this._known = new Map();
  }

  /** What is worked out once only, when the page is read. @template T @param {string} name @param {() => T} value */
  _once(name, value) {
    if (!this._known.has(name)) this._known.set(name, value());
    return /** @type {T} */ (this._known.get(name));
  }

  /** Its last words. */
  get ending() {
    return this._once("ending", () => last(this.text, LONGEST_STRETCH));
  }

  /** The first words of each cell. */
  get beginnings() {
    return this._once("beginnings", () => this.cells.map((pieces) => first(said(pieces), LONGEST_STRETCH)));
  }

  /** The same without the texts of links. */
  get ownBeginnings() {
    return this._once("own", () =>
      this.cells.map((pieces) => first(said(pieces.filter(({ url }) => !url)), LONGEST_STRETCH)),
    );
  }

  /** Where in each cell the first link stands. */
  get firstLinks() {
    return this._once("links", () => this.cells.map((pieces) => pieces.findIndex(({ url }) => url)));
  }

  /** All its words. */
  get text() {
    return this.cells.map(said).join(" | ");
  }

  /** Whether a link stands in it. */
  get hasLinks() {
    return this.cells.some((pieces) => pieces.some(({ url }) => url));
  }

  /** Whether it has links of its own and does not lead to what follows. */
  get isAboutItsLinks() {
    return this._once("about", () => {
      const pieces = this.cells.flat().filter(({ url, text }) => url || stripped(text, " "));
      const end = pieces.at(-1);
      const leadsOn = end && !end.url && /[:：]$/u.test(strippedAtEnd(end.text, " "));
      return this.hasLinks && !leadsOn;
    });
  }
}

/** The words of pieces, with the text of the links among them. @param {Piece[]} pieces */
export function said(pieces) {
  return pieces.map(({ text }) => text).join("");
}

/** Each link: its block, the number of its cell and its number among the pieces there. @param {Block[]} blocks */
export function linksIn(blocks) {
  return blocks.flatMap((block) =>
    block.cells.flatMap((pieces, cell) => pieces.flatMap((one, at) => (one.url ? [{ block, cell, at }] : []))),
  );
}
