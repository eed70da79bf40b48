/** What Markdown and HTML have in common: headings, list items, table rows and paragraphs become blocks, in order. */

import { Block, LINE_END, Section, said } from "./blocks.js";
import { isTag, piece } from "./pieces.js";
import { bare, size, stripped, strippedAtEnd } from "../texts.js";

/** @typedef {import("./pieces.js").Piece} Piece */
/** @typedef {import("./pieces.js").Tag} Tag */

export const MOST_CELLS = 200; // of a row
export const DEEPEST = 12; // list items inside list items
const NUMBERED_LEVEL = 8; // of a numbered paragraph that is a heading: below all others
const LONGEST_LEAD = 60; // characters of an item that leads on to the paragraphs behind it
const SAID_ALONE = new Set([
  "words, address | words, address", // shapes of a line and the next one that do not belong together
  "address, words | address, words",
  "address | words",
  "address | words, address",
]);
const NUMBERED = // `1、MegaFace`, `（二）MegaFace`
  /^ *(?:[0-9]{1,2}[、．]|[一二三四五六七八九十]{1,3}、|[（(][0-9一二三四五六七八九十]{1,2}[)）])[^。.：:；;]{2,40}$/u;

/** The blocks read so far, and where the reading is: in which section, items, table and block. */
export class Outline {
  constructor() {
    /** @type {Block[]} */
    this.blocks = [];
    /** @type {Block | null} */
    this.block = null;
    /** Of the table being read. @type {string[] | null} */
    this.heads = null;
    this._level = 0; // of the heading being read
    this._section = new Section([]);
    /** @type {{level: number, text: string}[]} */
    this._headings = [];
    /** @type {{indent: number, block: Block}[]} */
    this._items = [];
    /** The paragraph before, in this section; or an item that leads on. @type {Block | null} */
    this._lead = null;
    this._rowName = "";
    this._line = ""; // shape of the line before
  }

  /**
   * Begin a block.
   * @param {string} kind
   * @param {number} [level] of a heading
   */
  start(kind, level = 0) {
    this.finish();
    this._level = level;
    this.block = new Block(kind, this._section, this._items.map(({ block }) => block).reverse(), this._lead);
    return this.block;
  }

  /** Begin a list item; those that are not indented less are no longer around it. @param {number} indent */
  startItem(indent) {
    this.finish();
    this.leaveItems(indent);
    const block = this.start("item");
    if (this._items.length < DEEPEST) this._items.push({ indent, block });
  }

  /** End the items that are indented as much or more. @param {number} indent */
  leaveItems(indent) {
    while (this._items.length && this._items[this._items.length - 1].indent >= indent) this._items.pop();
  }

  /** Add words or a link to the block. Words outside of blocks begin a paragraph. @param {Piece} piece */
  add(piece) {
    if (this.block === null && (piece.url || bare(piece.text))) this.start("text");
    this.block?.cells.at(-1)?.push(piece);
  }

  /**
   * A new line of a paragraph: behind an address, and where it is written like the line before, it stands alone.
   * @param {(Piece | Tag)[]} pieces
   */
  breakBetween(pieces) {
    const before = this._line;
    this._line = shape(pieces);
    if (this.block?.kind !== "text" || !SAID_ALONE.has(`${before} | ${this._line}`)) return;
    this.block.cells[this.block.cells.length - 1].push(piece(LINE_END));
    this.block.hasLines = true;
  }

  /** The paragraph being read was a heading. @param {number} level */
  makeHeading(level) {
    if (this.block === null) return;
    this.block.kind = "heading";
    this._level = level;
    this.finish();
  }

  /** What follows stands under this heading, until one of its level or above. @param {number} level @param {string} text */
  openSection(level, text) {
    while (this._headings.length && this._headings[this._headings.length - 1].level >= level) this._headings.pop();
    this._headings.push({ level, text });
    this._section = new Section(this._headings.map((heading) => heading.text).reverse());
    this._lead = null;
    this.heads = null;
  }

  /** End the block being read. */
  finish() {
    const block = this.block;
    this.block = null;
    if (block === null || block.cells.every((cell) => cell.length === 0)) return;
    if (block.kind === "row") {
      this.finishRow(block, this.heads === null && !block.hasLinks);
      return;
    }
    if (block.kind === "text" && NUMBERED.test(block.text) && !block.hasLinks) {
      block.kind = "heading";
      this._level = NUMBERED_LEVEL;
    }
    this._keep(block);
    if (block.kind === "heading") this.openSection(this._level, stripped(block.text, " "));
  }

  /**
   * Keep a row, with the heads of its columns and the name in its first cell, or in that of the row above.
   * @param {Block} block
   * @param {boolean} isHead
   */
  finishRow(block, isHead) {
    const texts = block.cells.map((cell) => stripped(said(cell), " "));
    if (isHead) {
      this.heads = texts;
      this._rowName = "";
    } else {
      this.heads ??= [];
      const isLeftOut = texts.length < this.heads.length || !texts[0];
      if (!isLeftOut) this._rowName = texts[0];
      block.heads = this.heads;
      block.rowName = this._rowName;
    }
    this._keep(block);
  }

  /** @param {Block} block */
  _keep(block) {
    this.blocks.push(block);
    block.section.add(block);
    if (block.kind === "text" || (block.kind === "item" && leadsOn(block))) this._lead = block;
  }
}

/**
 * Whether a line is words, an address without a text, or both, and which comes first. Empty for other lines.
 * @param {(Piece | Tag)[]} pieces
 */
function shape(pieces) {
  const told = pieces.flatMap((one) => (isTag(one) || !(one.url || stripped(one.text, " ")) ? [] : [one]));
  const links = told.filter(({ url }) => url);
  if (links.length === 0) return "words";
  const [start, end] = [told[0], told[told.length - 1]];
  if (links.length > 1 || links[0].text || !(start.url || end.url)) return "";
  if (told.length === 1) return "address";
  return start.url ? "address, words" : "words, address";
}

/** Whether an item is about what follows it. @param {Block} item */
function leadsOn(item) {
  const text = strippedAtEnd(item.text, " ");
  const isTitle = size(text) <= LONGEST_LEAD && item.parents.length === 0 && !item.hasLinks;
  return text !== "" && (isTitle || /[:：]$/u.test(text));
}
