/**
 * A link on a page → the words around it, nearest first, each with the place they stand in. Decides nothing.
 *
 * The order is the order of trust: what names the file itself, what is clicked, what is said, the table, the list, the
 * headings, the page's own address.
 */

import { LINE_END, LONGEST_STRETCH } from "./blocks.js";
import { bare, first, last, size, stripped, unescapedAll } from "../texts.js";

/**
 * @typedef {import("./pieces.js").Piece} Piece
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {object} Context words near a link
 * @property {string} place what people call it
 * @property {string} text
 * @property {string} own without the texts of other links, where those would say what they lead to themselves
 * @property {boolean} near they are about this link alone; others may be about its neighbours as well
 * @property {boolean} behind they stand after the link
 * @property {boolean} touching no other link stands among them
 * @property {number | null} reach words of it that stand before the link or with it, where not all do
 */

const MOST_SENTENCES = 4; // before the one with the link
const LONGEST = LONGEST_STRETCH;
const LONGEST_ROW = 1200; // characters of a row
const LONGEST_SECTION = 3000;
const SENTENCE_END = /[.!?;][ \n]|[。！？；\n]/gu;
const CLAUSE_END = /[.!?;,][ \n]|[。！？；，\n]/u;
const SAVED = /(?:-O|-o|--output|--output-document|output ?=) {0,3}["']?([A-Za-z0-9_./-]{3,200})/;
const NAMED_IN_QUERY = /[?&](?:fname|file|filename|dn|name|title|path)=([^&#]{1,300})/gu;
const MOST_NAMES = 4;
const CHANGES_OF_KIND = /[0-9][A-Za-z]|[a-z][A-Z0-9]/g;
const MOST_CHANGES = 5; // in a name; more make a random id
const OPAQUE = /^[A-Za-z0-9_!-]{12,}$/;
const WRITTEN_FILE = /[A-Za-z0-9_.+-]{4,}/g;
const FILE = /^[^\n]{0,200}\.[A-Za-z][A-Za-z0-9]{0,12}$/u;
const COMMENT = /^ *(?:#|\/\/|echo|rem )/;
const BEFORE = 60; // pieces before a link that are looked at
const AFTER = 20;
const CELLS = 40;
const MOST_PARTS = 40; // paragraphs that hand out one part each

/**
 * Names of the file an address gives: those in the command around it and in its query, and the end of its path.
 * @param {string} url
 * @param {string} command
 */
export function fileNames(url, command) {
  const saved = SAVED.exec(first(command, LONGEST));
  const names = saved ? [saved[1].split("/").at(-1) ?? ""] : [];
  names.push(...Array.from(url.matchAll(NAMED_IN_QUERY), (found) => unescapedAll(found[1])).slice(0, MOST_NAMES));
  const path = withoutScheme(url).split(/[?#]/, 1)[0].split("/").slice(1);
  const ends = path.slice(-2).reverse().map(unescapedAll);
  return [...names, ...ends.filter((part) => FILE.test(part))];
}

/** The last file name in the words before a link, and the words between it and the link. @param {string} words */
export function fileBeside(words) {
  const text = last(words, LONGEST);
  for (const one of [...text.matchAll(WRITTEN_FILE)].reverse()) {
    const name = stripped(one[0], "_.+-");
    if (FILE.test(name)) return { name, between: text.slice(one.index + one[0].length) };
  }
  return { name: "", between: "" };
}

/** The readable parts of an address' path, without random ids. @param {string} url */
export function addressWords(url) {
  const path = withoutScheme(url).split(/[?#&]/, 1)[0];
  const parts = path.split("/").slice(1).map(unescapedAll);
  return parts.filter((part) => part && !isOpaque(part)).join(" / ");
}

/** An address behind its `://`. @param {string} url */
export function withoutScheme(url) {
  const at = url.indexOf("://");
  return at < 0 ? url : url.slice(at + 3);
}

/** Whether a text is one word with an ending: `train.rec`. @param {string} text */
export function isFileName(text) {
  return !text.includes(" ") && FILE.test(text);
}

/** @param {string} part */
function isOpaque(part) {
  return OPAQUE.test(part) && (part.match(CHANGES_OF_KIND)?.length ?? 0) > MOST_CHANGES;
}

/**
 * @param {string} place
 * @param {string} text
 * @param {Partial<Context>} [more]
 * @returns {Context}
 */
export function context(place, text, more = {}) {
  return { place, text, own: text, near: true, behind: false, touching: false, reach: null, ...more };
}

/**
 * The words around a link, nearest first.
 * @param {Block} block
 * @param {number} cell
 * @param {number} at
 * @param {boolean} alone its text names something: other links' texts do not count
 * @param {(text: string) => boolean} saysNothing whether words are those of any link: `part 1:`
 * @returns {Generator<Context>}
 */
export function* contexts(block, cell, at, alone, saysNothing) {
  const pieces = block.cells[cell];
  yield* sentence(pieces, at, alone);
  if (block.kind === "row") yield* table(block, cell);
  yield* earlier(block, pieces, at);
  for (const parent of block.parents) yield context("the list item above", parent.ending, { near: false });
  const lead = leadOf(block, saysNothing);
  if (lead && !lead.isAboutItsLinks) yield context("the paragraph above", lead.ending, { near: false });
  yield context("the section", first(block.section.words, LONGEST_SECTION), { near: false, reach: block.reach });
  for (const heading of block.section.headings) yield context("the heading", first(heading, LONGEST), { near: false });
}

/**
 * What leads to a block: not the paragraph before where that only hands out another part.
 * @param {Block} block
 * @param {(text: string) => boolean} saysNothing
 */
function leadOf({ lead }, saysNothing) {
  for (let left = MOST_PARTS; left > 0; left--) {
    if (!lead?.isAboutItsLinks || !saysNothing(lead.ending)) break;
    lead = lead.lead;
  }
  return lead;
}

/** @param {Piece[]} pieces @param {number} at @param {boolean} alone */
function* sentence(pieces, at, alone) {
  const { stretch, before } = wordsBefore(pieces, at, alone);
  yield context("the text before it", stretch, { touching: true });
  if (before !== stretch) yield context("the text before it", before);
  const after = wordsAfter(pieces, at, alone);
  if (after) yield context("the text after it", after, { behind: true });
}

/**
 * The words since the link before, and since the sentence began.
 * @param {Piece[]} pieces
 * @param {number} at
 * @param {boolean} alone
 */
function wordsBefore(pieces, at, alone) {
  /** @type {string[]} */
  const parts = [];
  /** @type {string | null} */
  let stretch = null;
  let left = LONGEST;
  for (const piece of pieces.slice(Math.max(0, at - BEFORE), at).reverse()) {
    if (left <= 0 || piece.text === LINE_END) break;
    const text = last(piece.text, left);
    left -= size(text);
    if (piece.url) {
      stretch ??= parts.join("");
      parts.unshift(alone ? " " : text);
      continue;
    }
    const end = [...text.matchAll(SENTENCE_END)].at(-1);
    const rest = end ? text.slice(end.index + end[0].length) : text;
    if (end && (bare(rest) || parts.length)) {
      parts.unshift(rest);
      break;
    }
    parts.unshift(text);
  }
  const before = parts.join("");
  return { stretch: stretch ?? before, before };
}

/**
 * The words to the end of the sentence. If the link's own text names nothing, they may be about something else: none if
 * another link follows, else up to a comma. Names of files behind it are those of other files.
 * @param {Piece[]} pieces
 * @param {number} at
 * @param {boolean} alone
 */
function wordsAfter(pieces, at, alone) {
  let words = "";
  for (const piece of pieces.slice(at + 1, at + AFTER)) {
    if (piece.url && !alone) return "";
    const text = first(piece.text, LONGEST);
    const end = text.search(alone ? SENTENCE_END : CLAUSE_END);
    if (!piece.url) words += end < 0 ? text : text.slice(0, end);
    if (end >= 0) break;
  }
  return words.replace(WRITTEN_FILE, (one) => (FILE.test(stripped(one, "_.+-")) ? " " : one));
}

/** @param {Block} block @param {number} cell */
function* table(block, cell) {
  const shift = Math.max(0, block.heads.length - block.cells.length) + cell;
  if (shift < block.heads.length) yield context("the column head", first(block.heads[shift], LONGEST));
  const others = block.beginnings.slice(0, CELLS).filter((_, number) => number !== cell);
  if (block.rowName && !others.some((other) => stripped(other, " ") === block.rowName)) {
    others.unshift(first(block.rowName, LONGEST));
  }
  const own = block.ownBeginnings.slice(0, CELLS).filter((_, number) => number !== cell);
  yield context("the row", first(others.join(" | "), LONGEST_ROW), { own: first(own.join(" | "), LONGEST_ROW) });
  const heads = block.heads.slice(0, CELLS).map((head) => first(head, LONGEST));
  yield context("the table's head", first(heads.join(" | "), LONGEST_ROW), { near: false });
}

/**
 * The sentences before that of the link, nearest first; in code, the comment above.
 * @param {Block} block
 * @param {Piece[]} pieces
 * @param {number} at
 */
function* earlier(block, pieces, at) {
  const ends = pieces.slice(Math.max(0, at - BEFORE), at).map((piece) => last(piece.text, 2 * LONGEST));
  const text = last(ends.join(""), 2 * LONGEST);
  if (block.kind === "code") {
    const comment = text
      .split("\n")
      .filter((line) => COMMENT.test(line))
      .at(-1);
    if (comment !== undefined) yield context("the comment above", first(comment, LONGEST));
    return;
  }
  const sentences = text.split(SENTENCE_END).filter(bare);
  for (const one of sentences.slice(-1 - MOST_SENTENCES, -1).reverse()) {
    yield context("a sentence before", last(one, LONGEST), { near: false });
  }
}
